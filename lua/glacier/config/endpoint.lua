--- The URL of a service: a configured one, else what the endpoint rules give.
local core = require "glacier.core"
local errors = require "glacier.errors"
local values = require "glacier.config.values"

local endpoint = {}

-- How the host names of services begin, by their names in settings.
local hosts = { glacier = "glacier", sts = "sts", sso = "portal.sso", sso_oidc = "oidc" }

-- The [services] section that the profile names.
local function services_of_profile(sources)
  local name, origin = values.text_of(sources, sources.profile, "services")
  local services = sources.files.services[name]
  if name and not (services and next(services)) then
    errors.raise("config", "InvalidConfigError",
      ("%s: there is no section [services %s], or it is empty"):format(origin, name))
  end
  return services or {}
end

-- The URL that this section has for the service, else the profile's for all services.
local function url_of_profile(sources, service)
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

-- The URL that is configured for a service, outside of the client's options, and where it is set; nil for none.
local function configured(sources, service)
  if values.look_up(sources, "ignore_configured_endpoint_urls") then
    return nil
  end
  for _, name in ipairs { "AWS_ENDPOINT_URL_" .. service:upper(), "AWS_ENDPOINT_URL" } do
    local url = sources.getenv(name)
    if url then
      return url, name .. " in the environment"
    end
  end
  return url_of_profile(sources, service)
end

-- Calls core.endpoint. Where the URL was set is added to the message of an error about it.
local function by_rules(origin, fields)
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
-- @param sources table: of `values.look_up`
-- @param service string: "glacier", "sts", "sso" or "sso_oidc"; it is its name in a [services] section and, in upper
--   case, in AWS_ENDPOINT_URL_<NAME>
-- @param options table: region, string; endpoint_url, string or nil: a URL that is given in code; use_fips,
--   use_dualstack, booleans or nil
-- @return string, boolean: the URL, and whether it is a configured one rather than what the rules give
function endpoint.resolve(sources, service, options)
  local url, origin = options.endpoint_url, nil
  if url == nil then
    url, origin = configured(sources, service)
  end
  return by_rules(origin, {
    service = hosts[service], region = options.region, endpoint_url = url,
    use_fips = options.use_fips, use_dualstack = options.use_dualstack,
  }), url ~= nil
end

return endpoint
