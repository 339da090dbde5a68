--- Performs calls and requests for keys: the one retry loop.
local classify = require "glacier.call.classify"
local copcall = require "glacier.async.copcall"
local context_of = require "glacier.async.context"
local exchange = require "glacier.call.exchange"
local prepare = require "glacier.call.prepare"

local perform = {}

local expired_codes = { ExpiredTokenException = true, ExpiredToken = true, TokenRefreshRequired = true }

-- Returns the client's keys; or nil and the error object.
local function keys_of(runtime, context)
  local current = runtime.credentials:current()
  if current then
    return current
  end
  local good, keys = copcall.call(runtime.credentials.keys, runtime.credentials, context)
  if good then
    return keys
  elseif type(keys) ~= "table" then
    return error(keys, 0)
  end
  return nil, keys
end

-- Waits until the adaptive mode admits a request. Returns false if the deadline would pass first.
local function wait_for_limiter(limiter, context)
  local delay = limiter:delay()
  while delay > 0 do
    if delay >= context:remaining() then
      return false
    end
    context:sleep(delay)
    delay = limiter:delay()
  end
  return true
end

local function attempt_call(runtime, invocation, context)
  local keys, err = keys_of(runtime, context)
  if not keys then
    return nil, err
  end
  invocation.used_keys = keys
  if invocation.source then
    invocation.source.rewind()
  end
  local result, response
  result, err, response = exchange.once(runtime, invocation, keys, context)
  if runtime.limiter then
    runtime.limiter:answered(err ~= nil and classify(err) == "throttling")
  end
  return result, err, response
end

-- Makes one attempt. The fourth result is "timeout" if the deadline prevented the attempt.
local function attempt(runtime, invocation, context)
  if not invocation.operation then
    return exchange.once(runtime, invocation, invocation.keys, context)
  elseif runtime.limiter and not wait_for_limiter(runtime.limiter, context) then
    return nil, invocation.err or context_of.too_late(invocation.url), nil, "timeout"
  end
  return attempt_call(runtime, invocation, context)
end

local function refreshes_keys(runtime, invocation, err, context)
  if not (invocation.operation and expired_codes[err.code]) or invocation.refreshed then
    return false
  end
  invocation.refreshed = true
  return (runtime.credentials:refresh(context, invocation.used_keys))
end

-- Waits for the time that the policy returns. Returns the reason for another attempt and the delay; or nil and the
-- reason against it.
local function back_off(invocation, err, context)
  local delay, cost = invocation.policy:decide(err, invocation.attempts, context:remaining())
  if not delay then
    return nil, cost
  end
  context:sleep(delay)
  invocation.retry_cost = cost
  return classify(err) or "transient", delay
end

-- Decides whether to make another attempt, and waits before it. Returns true; or false and the reason.
local function try_again(runtime, invocation, err, response, context)
  local logs = runtime.logger and invocation.operation
  local began, delay = logs and runtime.clock(), 0
  local reason = exchange.corrects_clock(runtime, invocation, err, response) and "clock"
    or refreshes_keys(runtime, invocation, err, context) and "credentials"
  if not reason then
    reason, delay = back_off(invocation, err, context)
    if not reason then
      return false, delay
    end
  elseif context:remaining() <= 0 then
    return false, "timeout"
  end
  if logs then
    exchange.log(runtime, invocation, "retry", began, { code = err.code, reason = reason, delay = delay })
  end
  return true
end

--- Sends a request, and sends it again as long as its policy allows.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `glacier.call.prepare`; it cannot be used again
-- @param context context
-- @return the result of `invocation.read`; or nil, the error of the last attempt and the reason why there was no
--   further attempt: "max_attempts", "timeout", "quota", or nil if it could not help
function perform.attempts(runtime, invocation, context)
  while true do
    local result, err, response, why = attempt(runtime, invocation, context)
    if not err then
      invocation.policy:succeeded(invocation.retry_cost)
      return result
    end
    invocation.err = err
    local again
    if not why then
      again, why = try_again(runtime, invocation, err, response, context)
    end
    if not again then
      return nil, err, why
    end
  end
end

local function raise(invocation, err, why)
  err.operation, err.attempts = invocation.operation, invocation.attempts
  if err.kind == "service" then
    err.retryable = classify(err) ~= nil
  end
  local metadata = err.response and err.response.ResponseMetadata
  if metadata then
    metadata.RetryAttempts = invocation.attempts - 1
    metadata.MaxAttemptsReached = why == "max_attempts" or nil
    metadata.RetryQuotaReached = why == "quota" or nil
  end
  return error(err, 0)
end

--- Performs a call.
-- Raises the error objects of the credentials, the transport and the service.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `prepare.call`; it cannot be used again
-- @param context context
-- @return table: the operation's output, with ResponseMetadata
function perform.call(runtime, invocation, context)
  if invocation.hashed or invocation.opened then
    prepare.body(runtime, invocation, context)
  end
  local result, err, why = perform.attempts(runtime, invocation, context)
  prepare.recycle(runtime, invocation)
  if err then
    return raise(invocation, err, why)
  end
  result.ResponseMetadata.RetryAttempts = invocation.attempts - 1
  return result
end

--- Prepares and performs a call.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @return table: the operation's output, with ResponseMetadata
function perform.run(runtime, operation, params)
  local invocation = prepare.call(runtime, operation, params)
  return perform.call(runtime, invocation, context_of.of_call(runtime))
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
-- If the context's deadline has passed, it raises `ReadTimeoutError`, so providers need not handle that case.
-- @param runtime table: of `runtime.new`
-- @return function
function perform.exchanger(runtime)
  return function(fields, context, policy)
    local result, err
    if context:remaining() > 0 then
      result, err = perform.attempts(runtime, prepare.fields(runtime, fields, policy), context)
    end
    if result == nil and (not err or err.kind == "transport") and context:remaining() <= 0 then
      error(context_of.too_late(origin_of(fields.url)), 0)
    end
    return result, err
  end
end

return perform
