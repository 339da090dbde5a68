--- Performs requests that are not operations of the service: requests for keys, and requests to SNS.
local context_of = require "glacier.async.context"
local core = require "glacier.core"
local perform = require "glacier.call.perform"

local exchanger = {}

local function read_answer(invocation, response)
  if invocation.read_response then
    return invocation.read_response(response)
  end
  return response
end

local function invocation_of(runtime, fields, policy)
  local request, sign, settings = core.request(fields), fields.sign or {}, runtime.settings
  request:set_header("User-Agent", runtime.user_agent)
  return {
    request = request, url = fields.url, direct = fields.direct, attempts = 0, policy = policy,
    timeouts = {
      connect_timeout = fields.connect_timeout or settings.connect_timeout,
      read_timeout = fields.read_timeout or settings.read_timeout,
    },
    keys = sign.credentials, region = sign.region, service = sign.service, secrets = fields.secrets,
    read = read_answer, read_response = fields.read,
  }
end

-- Returns the scheme and host of a URL. The path is left out, because it may be a secret that gives access to the keys.
local function origin_of(url)
  return url:match "^%a+://[^/?#]*"
end

--- Makes the function with which the credential providers send their requests, `session.exchange`:
--
--     exchange(fields, context, policy) -> result; or nil and an error
--
-- `fields` are method, url, headers, body (as of `core.request`); connect_timeout, read_timeout (seconds; by default
-- the client's); direct (true: no proxy is used); sign = { credentials, region, service }, or nil for a request
-- that is not signed; secrets, a list of strings that messages must not show (the values that signing adds are always
-- hidden); and read, function(response) -> result, or nil and a failure. A failure is an error object or a table
-- { kind = "service", code =, status =, message = }. Without `read` every response is a result.
--
-- `policy` is `retry.new(mode, attempts, random)`, `retry.constant(attempts, pause, may_retry)` or nil (one attempt). A
-- signature that was rejected because of the clock is made again once, with any policy.
--
-- If the context's deadline passes before the service has answered, it raises `ReadTimeoutError`, so providers need not
-- handle that case.
-- @param runtime table: of `runtime.new`
-- @return function
function exchanger.new(runtime)
  return function(fields, context, policy)
    local result, err
    if context:remaining() > 0 then
      result, err = perform.attempts(runtime, invocation_of(runtime, fields, policy), context)
    end
    if result == nil and (not err or err.kind == "transport") and context:remaining() <= 0 then
      error(context_of.too_late(origin_of(fields.url)), 0)
    end
    return result, err
  end
end

return exchanger
