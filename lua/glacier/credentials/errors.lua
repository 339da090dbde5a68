--- Raises the errors about credentials, in botocore's words, and prepares the text of other programs for messages.
local core = require "glacier.core"
local errors = core.errors

local credential_errors = {}

-- How many bytes of another program's text a message quotes at most. They are enough for a sentence.
local QUOTED_BYTES = 400

-- How many bytes of such a text are processed at most. The secrets are removed before the text is cut.
local READ_BYTES = 64 * 1024

--- Raises `CredentialRetrievalError`.
-- @param provider string: botocore's name of the provider
-- @param text string: never contains a secret
-- @param retryable boolean or nil: whether trying later could help
function credential_errors.retrieval(provider, text, retryable)
  errors.raise("credentials", "CredentialRetrievalError",
    ("Error when retrieving credentials from %s: %s"):format(provider, text), { retryable = retryable })
end

--- Raises `PartialCredentialsError`.
-- @param missing string: the name of what is missing
function credential_errors.partial(provider, missing)
  errors.raise("credentials", "PartialCredentialsError",
    ("Partial credentials found in %s, missing: %s"):format(provider, missing))
end

--- Raises `InvalidConfigError` or a more specific error of kind "config".
-- @param code string or nil: the code of the more specific error
function credential_errors.config(text, code)
  errors.raise("config", code or "InvalidConfigError", text)
end

--- Raises an error about an SSO token.
-- @param code string: botocore's name of the exception
function credential_errors.token(code, text)
  errors.raise("credentials", code, text)
end

--- Prepares the text of another program for a message: one line of valid UTF-8, of limited length, with control
-- characters escaped and the given secrets removed.
-- @param text any
-- @param secrets list of strings, or nil
-- @return string
function credential_errors.quote(text, secrets)
  text = core.redact(tostring(text), secrets or {}):sub(1, READ_BYTES)
  text = text:gsub("[\t-\r ]+", " "):gsub("^ ", ""):gsub(" $", "")
  text = text:gsub("[%z\1-\31\127]", function(byte)
    return ("\\x%02x"):format(byte:byte())
  end)
  local cut = core.utf8_clean(text, QUOTED_BYTES)
  return #text > QUOTED_BYTES and cut .. "..." or cut
end

return credential_errors
