--- The URL of a service: the configured one, or the result of the endpoint rules.
local core = require "glacier.core"

local endpoint = {}

-- The first part of a service's host name, by the service's name in settings.
local hosts = { glacier = "glacier", sts = "sts", sso = "portal.sso", sso_oidc = "oidc" }

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
    url, origin = require("glacier.config.configured_url").of_service(sources, service)
  end
  return by_rules(origin, {
    service = hosts[service], region = options.region, endpoint_url = url,
    use_fips = options.use_fips, use_dualstack = options.use_dualstack,
  }), url ~= nil
end

return endpoint
