--- The URLs of services in a profile.
local errors = require "glacier.errors"
local values = require "glacier.config.values"

local profile_url = {}

-- Returns the [services] section that the profile names.
local function services_of_profile(sources)
  local name, origin = values.text_of(sources, sources.profile, "services")
  local services = sources.files.services[name]
  if name and not (services and next(services)) then
    errors.raise("config", "InvalidConfigError",
      ("%s: the section [services %s] is missing or empty"):format(origin, name))
  end
  return services or {}
end

--- Looks up the URL of a service: in the [services] section that the profile names, else the profile's URL for all
-- services.
-- Raises `InvalidConfigError` for a missing section, and for a value that is not a URL's text.
-- @param sources table: of `setting.look_up`
-- @param service string: the name in a [services] section
-- @return string, string: the URL and where it is set; nil for none
function profile_url.of_service(sources, service)
  local services = services_of_profile(sources)
  local block = services[service]
  if type(block) == "string" and block ~= "" then
    values.invalid(values.origin(sources, services, service), "a value", "a nested block")
  end
  local url, origin = values.text_of(sources, type(block) == "table" and block or {}, "endpoint_url")
  if url then
    return url, origin
  end
  return values.text_of(sources, sources.profile, "endpoint_url")
end

return profile_url
