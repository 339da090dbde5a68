--- Requests to the services that issue keys or tokens: STS, and the two services of IAM Identity Center (SSO).
local classify = require "glacier.call.classify"
local config = require "glacier.config.resolve"
local endpoint = require "glacier.config.endpoint"
local retry = require "glacier.call.retry"

local service = {}

-- The number of requests at most, as in the standard retry mode.
local ATTEMPTS = 3

-- Regions for which the legacy setting sends calls of STS to the global endpoint.
local legacy_regions = {}
for region in ([[ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 aws-global ca-central-1 eu-central-1 eu-north-1
  eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2]]):gmatch "%S+" do
  legacy_regions[region] = true
end

--- Resolves the endpoint of a service.
-- Raises the errors of endpoints, kind "config".
-- @param name string: "sts", "sso" or "sso_oidc"
-- @param region string
-- @return string: the URL, without a slash at its end
-- @return string: the region to sign for
function service.endpoint(session, name, region)
  local sources = session.sources
  local fips = config.setting(sources, "use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT")
  local dualstack = config.setting(sources, "use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT")
  local url, custom = endpoint.resolve(sources, name, { region = region, use_fips = fips, use_dualstack = dualstack })
  if name == "sts" and not (custom or fips or dualstack)
    and config.setting(sources, "sts_regional_endpoints", "AWS_STS_REGIONAL_ENDPOINTS") == "legacy"
    and legacy_regions[region] then
    return "https://sts.amazonaws.com", "us-east-1"
  end
  return url:match "^.*[^/]", region
end

-- Makes the `read` of `session.exchange`.
local function reader(code_of, message_of)
  return function(response)
    if response:status() == 200 then
      return response
    end
    return nil, {
      kind = "service", status = response:status(), code = code_of(response),
      message = message_of(response),
    }
  end
end

--- Sends a request, and retries it as calls are retried in the standard mode: see glacier.call.retry.
-- Raises `ReadTimeoutError` if the context's deadline has passed.
-- @param fields table: of `session.exchange`, without `read`; and code_of, message_of, function(response) -> string or
--   nil: the code and the message of an error response
-- @return response; or nil, the failure of the last attempt (an error object, or { kind = "service", status =, code =,
--   message = }), and whether trying later could help
function service.send(session, context, fields)
  fields.read = reader(fields.code_of, fields.message_of)
  local response, failure = session.exchange(fields, context, retry.new("standard", ATTEMPTS, session.random))
  if failure then
    return nil, failure, classify(failure) ~= nil
  end
  return response
end

return service
