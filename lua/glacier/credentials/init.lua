--- Where the keys come from: the client's option, else the environment.
local core = require "glacier.core"
local fail = require "glacier.fail"
local environment = require "glacier.credentials.environment"

local credentials = {}

-- Copies keys into memory that is wiped when freed; nothing else keeps them.
local function keep(keys)
  local fields = { keys.access_key_id, keys.secret_access_key, keys.session_token }
  for i = 1, 3 do
    if fields[i] ~= nil and type(fields[i]) ~= "string" then
      fail.raise("credentials", "CredentialRetrievalError", "credentials: every key must be a string")
    end
  end
  return core.credentials(fields[1], fields[2], fields[3])
end

--- Makes the source of a client's keys.
-- A table is copied at once, so a bad one raises here: `PartialCredentialsError` or
-- `CredentialRetrievalError`, kind "credentials".
-- @param given table, function or nil: the option `credentials`
-- @param settings table: of `config.resolve`
-- @return table: `:keys(turn)` gives keys for `request:sign`, or raises `NoCredentialsError`;
--   `:refresh(turn)` gets new ones after the service called the old expired, false where there are
--   no other
function credentials.source(given, settings)
  if type(given) == "table" then
    local kept = keep(given)
    return {
      keys = function()
        return kept
      end,
      refresh = function()
        return false
      end,
    }
  end
  local find = given or function()
    return environment.find(settings.getenv)
  end
  return {
    keys = function()
      local keys = find()
      if type(keys) ~= "table" then
        fail.raise("credentials", "NoCredentialsError", "Unable to locate credentials")
      end
      return keep(keys)
    end,
    refresh = function()
      return given ~= nil
    end,
  }
end

return credentials
