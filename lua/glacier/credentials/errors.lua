--- Raises the errors about credentials, in botocore's words, and makes the text of other programs fit for messages.
local core = require "glacier.core"
local errors = require "glacier.errors"
local redact = require "glacier.call.redact"

local own = {}

-- Bytes of another program's text that a message repeats: enough for a sentence, too few for a page.
local QUOTED_BYTES = 400

-- Bytes of it that are looked at.
local READ_BYTES = 64 * 1024

--- Raises `CredentialRetrievalError`.
-- @param provider string: botocore's name of the provider
-- @param text string: never contains a secret
-- @param retryable boolean or nil: whether trying later could help
function own.retrieval(provider, text, retryable)
  errors.raise("credentials", "CredentialRetrievalError",
    ("Error when retrieving credentials from %s: %s"):format(provider, text), { retryable = retryable })
end

--- Raises `PartialCredentialsError`.
-- @param missing string: the name of what is missing
function own.partial(provider, missing)
  errors.raise("credentials", "PartialCredentialsError",
    ("Partial credentials found in %s, missing: %s"):format(provider, missing))
end

--- Raises `InvalidConfigError`, or a special case of it.
-- @param code string or nil: of the special case
function own.config(text, code)
  errors.raise("config", code or "InvalidConfigError", text)
end

--- Raises an error about an SSO token.
-- @param code string: botocore's name of the exception
function own.token(code, text)
  errors.raise("credentials", code, text)
end

--- Makes the text of another program fit for a message: one line of valid UTF-8 and bounded length, control characters
-- escaped, without the secrets that the program knows.
-- @param text any
-- @param secrets list of strings, or nil
-- @return string
function own.quote(text, secrets)
  text = redact.text(tostring(text), secrets or {}):sub(1, READ_BYTES)
  text = text:gsub("[\t-\r ]+", " "):gsub("^ ", ""):gsub(" $", "")
  text = text:gsub("[%z\1-\31\127]", function(byte)
    return ("\\x%02x"):format(byte:byte())
  end)
  local cut = core.utf8_clean(text, QUOTED_BYTES)
  return #text > QUOTED_BYTES and cut .. "..." or cut
end

return own
