--- Keys of the profile in the config file.
local static = require "glacier.credentials.static"

local config_file = {}

--- Reads what `shared_file` reads, from the other file.
-- Raises `PartialCredentialsError`.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function config_file.find(search)
  local files, name = search.session.files, search.profile_name
  local section = files and files.config[name]
  local found = static.find(section, "config-file")
  if found then
    return found
  end
  return nil, section and ('profile "%s" has no aws_access_key_id in the config file'):format(name)
    or ('profile "%s" is not in the config file'):format(name)
end

return config_file
