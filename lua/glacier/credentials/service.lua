--- The services that give keys for something else: STS, and the two of IAM Identity Center (SSO). Where they are,
-- and a request to one, tried again where that helps.
local endpoint = require "glacier.config.endpoint"
local retry = require "glacier.call.retry"
local settings = require "glacier.credentials.settings"
local values = require "glacier.config.values"

local service = {}

-- Requests in all, as in the standard retry mode.
local ATTEMPTS = 3

-- Regions whose STS calls went to one global host before there were regional ones.
local legacy_regions = {}
for region in ([[ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 aws-global ca-central-1 eu-central-1 eu-north-1
  eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2]]):gmatch "%S+" do
  legacy_regions[region] = true
end

--- Where a service is.
-- Raises the errors of endpoints, kind "config".
-- @param name string: "sts", "sso" or "sso_oidc"
-- @param region string
-- @return string: the URL, without a slash at its end
-- @return string: the region to sign for
function service.endpoint(session, name, region)
  local found = settings.found(session)
  local fips, dualstack = values.look_up(found, "use_fips_endpoint"), values.look_up(found, "use_dualstack_endpoint")
  local url, custom = endpoint.resolve(found, name, { region = region, use_fips = fips, use_dualstack = dualstack })
  if name == "sts" and not (custom or fips or dualstack) and values.look_up(found, "sts_regional_endpoints") == "legacy"
    and legacy_regions[region] then
    return "https://sts.amazonaws.com", "us-east-1"
  end
  return url:match "^.*[^/]", region
end

-- What a response is to glacier.retry; nil where it is none of its kind.
local function failure_of(response, code)
  local status = response:status()
  return status ~= 200 and { kind = "service", status = status, code = code } or nil
end

-- Makes what the retry policy needs to know of an answer. The failure keeps the response for the caller.
local function reader(fields)
  return function(response)
    local failure = failure_of(response, fields.code_of and fields.code_of(response))
    if failure then
      failure.answer, failure.message = response, fields.message_of and fields.message_of(response)
      return nil, failure
    end
    return response
  end
end

--- Sends a request, again where that may help, as calls are: see glacier.call.retry.
-- Raises `ReadTimeoutError` where the time of the context is over.
-- @param fields table: of `session.exchange`, without `read`; code_of, function(response) -> string or nil, gives the
--   error code of an answer; message_of, likewise, its message
-- @return response, and the failure that it is, its message redacted; or nil and an error object: of the last attempt
function service.send(session, context, fields)
  fields.read = reader(fields)
  local policy = retry.new("standard", ATTEMPTS, session.random or math.random)
  local response, err = session.exchange(fields, context, policy)
  return response or err.answer, err
end

--- Whether a failure may pass by itself: for the `retryable` of an error.
-- @param code string or nil: what it is called
function service.may_pass(response, code)
  local failure = failure_of(response, code)
  return failure ~= nil and retry.classify(failure) ~= nil
end

--- A text as part of a query or a form.
function service.encode(text)
  return (text:gsub("[^A-Za-z0-9._~-]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

return service
