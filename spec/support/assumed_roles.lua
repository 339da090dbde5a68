-- Roles that are assumed. A local HTTP server takes the place of STS.
--
--   local world, source = assumed_roles.open { config = "[default]\n" .. assumed_roles.ROLE .. "…" }
--
-- The fields are those of spec.support.credentials_world. By default STS returns the keys of AssumeRole.
local worlds = require "spec.support.credentials_world"

local assumed_roles = {
  ROLE = "role_arn = arn:aws:iam::111122223333:role/demo\n",
  SOURCE = "[profile source]\naws_access_key_id = AKIAsource\naws_secret_access_key = SECRETs\n",
}

function assumed_roles.open(given)
  given.env = given.env or { AWS_ENDPOINT_URL_STS = "{URL}" }
  given.answer = given.answer or function() return worlds.sts "AssumeRole" end
  local world = worlds.new(given)
  return world, world.source()
end

return assumed_roles
