--- The URL of a service: the configured one, or the result of the endpoint rules.
local core = require "glacier.core"
local setting = require "glacier.config.setting"

local endpoint = {}

-- The first part of a service's host name, by the service's name in settings.
local hosts = { glacier = "glacier", sts = "sts", sso = "portal.sso", sso_oidc = "oidc" }

-- Returns the URL for a service in the environment or the profile, and where it is set; nil for none.
local function configured(sources, service)
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
    return require("glacier.config.profile_url").of_service(sources, service)
  end
end

-- Calls core.endpoint. If the URL is invalid, the error message says where it is set.
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
-- @param sources table: of `setting.look_up`
-- @param service string: "glacier", "sts", "sso" or "sso_oidc"; this is the name in a [services] section and, in upper
--   case, in AWS_ENDPOINT_URL_<NAME>
-- @param options table: region, string; endpoint_url, string or nil: a URL from the client's options; use_fips,
--   use_dualstack, booleans or nil
-- @return string, boolean: the URL, and whether it is configured (false: it comes from the rules)
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
