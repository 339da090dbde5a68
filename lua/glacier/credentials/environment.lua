--- Keys of the environment variables.
local fail = require "glacier.fail"

local environment = {}

--- Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
-- Raises `PartialCredentialsError` where the first is set and the second is not.
-- @param getenv function(name) -> string or nil
-- @return table: access_key_id, secret_access_key, session_token; or nil
function environment.find(getenv)
  local access_key_id = getenv "AWS_ACCESS_KEY_ID"
  if not access_key_id then
    return nil
  end
  local secret_access_key = getenv "AWS_SECRET_ACCESS_KEY"
  if not secret_access_key then
    fail.raise("credentials", "PartialCredentialsError",
      "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY")
  end
  return {
    access_key_id = access_key_id,
    secret_access_key = secret_access_key,
    session_token = getenv "AWS_SESSION_TOKEN",
  }
end

return environment
