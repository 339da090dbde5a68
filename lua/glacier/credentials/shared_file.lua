--- Keys of the profile in the shared credentials file.
local static = require "glacier.credentials.static"

local shared_file = {}

--- Reads aws_access_key_id, aws_secret_access_key, aws_security_token or aws_session_token, and aws_account_id.
-- Raises `PartialCredentialsError`.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function shared_file.find(search)
  local files, name = search.session.files, search.profile_name
  local section = files and files.credentials[name]
  local found = static.find(section, "shared-credentials-file")
  if found then
    return found
  end
  return nil, section and ('profile "%s" has no aws_access_key_id in the shared credentials file'):format(name)
    or ('profile "%s" is not in the shared credentials file'):format(name)
end

return shared_file
