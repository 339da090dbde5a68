--- Files that hold a token. Another program replaces the token from time to time.
local core = require "glacier.core"
local errors = require "glacier.credentials.errors"

local token_file = {}

-- Bytes: more than a header line or STS accepts.
local MAX_BYTES = 64 * 1024

--- Reads a token file.
-- Raises `CredentialRetrievalError`.
-- @param provider string: botocore's name of the provider
-- @param title string: the kind of file, for messages
-- @param path string
-- @return string
function token_file.read(provider, title, path)
  local token, why = core.read_file(path, MAX_BYTES)
  if not token then
    errors.retrieval(provider, ("cannot read the %s %s: %s"):format(title, errors.quote(path), why))
  elseif token == "" then
    errors.retrieval(provider, ("the %s %s is empty"):format(title, errors.quote(path)))
  end
  return token
end

return token_file
