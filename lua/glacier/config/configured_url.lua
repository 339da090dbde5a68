--- The URLs of services that the environment or the profile contains.
local core = require "glacier.core"
local errors = require "glacier.errors"
local setting = require "glacier.config.setting"

local configured_url = {}

-- Returns the [services] section that the profile names.
local function services_of_profile(sources, values)
  local name, origin = values.text_of(sources, sources.profile, "services")
  local services = sources.files.services[name]
  if name and not (services and next(services)) then
    errors.raise("config", "InvalidConfigError",
      ("%s: the section [services %s] is missing or empty"):format(origin, name))
  end
  return services or {}
end

-- Returns the URL for the service in the [services] section, else the profile's URL for all services.
local function url_of_profile(sources, service)
  local values = require "glacier.config.values"
  local services = services_of_profile(sources, values)
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

-- Looks up the URL of a service: in the environment, then in the [services] section that the profile names, then the
-- profile's URL for all services. Returns the URL and where it is set; nil for none.
local function look_up(sources, service)
  if setting.look_up(sources, "ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") then
    return nil
  end
  for _, name in ipairs { "AWS_ENDPOINT_URL_" .. service:upper(), "AWS_ENDPOINT_URL" } do
    local url = sources.getenv(name)
    if url then
      return url, name .. " in the environment"
    end
  end
  if next(sources.profile) then
    return url_of_profile(sources, service)
  end
end

--- Resolves the endpoint of a service: the configured URL, or the result of the endpoint rules. If a URL is invalid,
-- the message says where it is set.
-- Raises errors of kind "config".
-- @param sources table: of `setting.look_up`
-- @param service string: of `endpoint.resolve`
-- @param fields table: of `core.endpoint`; endpoint_url is set
-- @return string, boolean: of `endpoint.resolve`
function configured_url.resolve(sources, service, fields)
  local url, origin = look_up(sources, service)
  fields.endpoint_url = url
  local good, result = pcall(core.endpoint, fields)
  if good then
    return result, url ~= nil
  end
  if origin and type(result) == "table" and result.code == "InvalidConfigError" then
    result.message = origin .. ": " .. result.message
  end
  return error(result, 0)
end

return configured_url
