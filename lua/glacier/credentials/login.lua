--- Where the profile logs in with `aws login`: nothing here can use that, and it is better said than passed over.
local problem = require "glacier.credentials.problem"
local settings = require "glacier.credentials.settings"

local login = {}

--- Raises `CredentialRetrievalError` for a profile with `login_session`.
-- @param search table: of glacier.credentials.chain
-- @return nil and why there are no keys
function login.find(search)
  local name = search.profile_name
  if settings.profile(search.session, name).login_session then
    problem.retrieval("login", ('login sessions are not supported; in another profile, use credential_process = '
      .. 'aws configure export-credentials --profile %s'):format(name))
  end
  return nil, ('profile "%s" has no login_session'):format(name)
end

return login
