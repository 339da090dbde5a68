--- Profiles that log in with `aws login`. These logins are not supported, and an error says so.
local errors = require "glacier.credentials.errors"
local settings = require "glacier.credentials.settings"

local login = {}

--- Raises `CredentialRetrievalError` for a profile with `login_session`.
function login.find(search)
  local name = search.profile_name
  if settings.text(search.session, settings.profile(search.session, name), "login_session") then
    errors.retrieval("login", ('login sessions are not supported; in another profile, use credential_process = '
      .. 'aws configure export-credentials --profile %s'):format(name))
  end
  return nil, ('profile "%s" has no login_session'):format(name)
end

return login
