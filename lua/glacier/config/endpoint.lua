--- The URL of a service: the configured one, or the result of the endpoint rules.
local core = require "glacier.core"

local endpoint = {}

-- The first part of a service's host name, by the service's name in settings.
local hosts = { glacier = "glacier", sts = "sts", sso = "portal.sso", sso_oidc = "oidc" }

--- Resolves the endpoint of a service.
-- Raises errors of kind "config".
-- @param sources table: of `setting.look_up`
-- @param service string: "glacier", "sts", "sso" or "sso_oidc"; this is the name in a [services] section and, in upper
--   case, in AWS_ENDPOINT_URL_<NAME>
-- @param options table: region, string; endpoint_url, string or nil: a URL from the client's options; use_fips,
--   use_dualstack, booleans or nil
-- @return string, boolean: the URL, and whether it is configured (false: it comes from the rules)
function endpoint.resolve(sources, service, options)
  local fields = {
    service = hosts[service], region = options.region, endpoint_url = options.endpoint_url,
    use_fips = options.use_fips, use_dualstack = options.use_dualstack,
  }
  if fields.endpoint_url then
    return core.endpoint(fields), true
  end
  return require("glacier.config.configured_url").resolve(sources, service, fields)
end

return endpoint
