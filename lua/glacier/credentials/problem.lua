--- What goes wrong with credentials, in botocore's words, as error objects that are raised; and how
-- foreign text gets into them.
local errors = require "glacier.errors"
local redact = require "glacier.call.redact"

local problem = {}

-- Bytes of a foreign text that an error repeats: enough for a sentence, too little for a page.
local LONGEST = 400

--- Raises `CredentialRetrievalError`.
-- @param provider string: botocore's name of the provider
-- @param text string: never a secret
-- @param retryable boolean or nil: whether trying later could help
function problem.retrieval(provider, text, retryable)
  errors.raise("credentials", "CredentialRetrievalError",
    ("Error when retrieving credentials from %s: %s"):format(provider, text), retryable)
end

--- Raises `PartialCredentialsError`.
-- @param missing string: the name of what is missing
function problem.partial(provider, missing)
  errors.raise("credentials", "PartialCredentialsError",
    ("Partial credentials found in %s, missing: %s"):format(provider, missing))
end

--- Raises `InvalidConfigError`, or a special case of it by that code.
function problem.config(text, code)
  errors.raise("config", code or "InvalidConfigError", text)
end

--- Raises an error about an SSO token, by botocore's code for it.
function problem.token(code, text, retryable)
  errors.raise("credentials", code, text, retryable)
end

--- Makes the text of another program fit for a message: one line, of bounded length, without the
-- secrets that program was told.
-- @param text any
-- @param secrets list of strings, or nil
-- @return string
function problem.quote(text, secrets)
  text = redact.text(tostring(text), secrets or {})
  text = text:gsub("[%c%s]+", " "):gsub("^ ", ""):gsub(" $", "")
  return #text > LONGEST and text:sub(1, LONGEST) .. "..." or text
end

return problem
