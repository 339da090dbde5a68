--- The URL of a service: the configured one, or the result of the endpoint rules.
local config = require "glacier.config.resolve"
local core = require "glacier.core"
local errors = core.errors

local endpoint = {}

-- The first part of a service's host name, by the service's name in settings.
local hosts = { glacier = "glacier", sts = "sts", sso = "portal.sso", sso_oidc = "oidc" }

-- Returns the [services] section that the profile names; an empty table if it names none.
local function services_of_profile(sources, values)
  local name, origin = values.text_of(sources, sources.profile, "services")
  local services = sources.files.services[name]
  if name and not (services and next(services)) then
    errors.raise("config", "InvalidConfigError",
      ("%s: the section [services %s] is missing or empty"):format(origin, name))
  end
  return services or {}
end

-- Returns the URL for the service in the [services] section, else the profile's URL for all services; and where the
-- URL is set.
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
-- profile's URL for all services. Returns the URL and where it is set; nil if there is none, or if a setting says to
-- ignore configured URLs.
local function look_up(sources, service)
  if config.setting(sources, "ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") then
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

-- Calls core.endpoint. If a configured URL is invalid, the error message says where it is set.
local function by_rules(fields, origin)
  local good, result = pcall(core.endpoint, fields)
  if good then
    return result
  end
  if origin and type(result) == "table" and result.code == "InvalidConfigError" then
    result.message = origin .. ": " .. result.message
  end
  return error(result, 0)
end

--- Resolves the endpoint of a service.
-- Raises errors of kind "config".
-- @param sources table: of `glacier.config.resolve`
-- @param service string: "glacier", "sts", "sso" or "sso_oidc"; this is the name in a [services] section and, in upper
--   case, in AWS_ENDPOINT_URL_<NAME>
-- @param options table: region (string or nil); use_fips, use_dualstack (booleans or nil)
-- @return string, boolean: the URL, and whether it is configured (false: it comes from the rules)
function endpoint.resolve(sources, service, options)
  local url, origin = look_up(sources, service)
  return by_rules({
    service = hosts[service], region = options.region, endpoint_url = url,
    use_fips = options.use_fips, use_dualstack = options.use_dualstack,
  }, origin), url ~= nil
end

return endpoint
