--- What happens between a failed attempt and the next one: the clock is corrected, the keys are refreshed, or the call
-- waits. This module is loaded with the first failure.
local classify = require "glacier.call.classify"
local clock_skew = require "glacier.call.clock_skew"
local errors = require("glacier.core").errors
local retry = require "glacier.call.retry"

local recovery = {}

local expired_codes = { ExpiredTokenException = true, ExpiredToken = true, TokenRefreshRequired = true }

-- Corrects the client's clock if a service rejected a signature because of the time. This happens at most once in an
-- invocation. Returns whether the request must be signed and sent again.
local function corrects_clock(runtime, invocation, err, response)
  if invocation.corrected or not (response and invocation.signed_at) then
    return false
  end
  invocation.corrected = clock_skew.correct(runtime, invocation.signed_at, err.code, response)
  return invocation.corrected
end

local function refreshes_keys(runtime, invocation, err, context)
  if not (invocation.operation and expired_codes[err.code]) or invocation.refreshed then
    return false
  end
  invocation.refreshed = true
  return (runtime.credentials:refresh(context, invocation.keys))
end

-- Sleeps. Raises `ConnectionClosedError` if the client is closed meanwhile, so that the call opens no new connection.
local function sleep(runtime, invocation, seconds, context)
  local closings = runtime.closings
  context:sleep(seconds)
  if runtime.closings ~= closings then
    errors.raise("transport", "ConnectionClosedError", "The client was closed before the next attempt",
      { operation = invocation.operation, attempts = invocation.attempts })
  end
end

-- Waits for the time that the policy returns. Returns the reason for another attempt and the delay; or nil and the
-- reason against it. The policy does not count the requests that were sent again after a correction.
local function back_off(runtime, invocation, err, context)
  local policy = invocation.policy or invocation.operation and retry.of_client(runtime) or retry.never
  local delay, cost = policy:decide(err, invocation.attempts - (invocation.corrections or 0), context:remaining())
  if not delay then
    return nil, cost
  end
  sleep(runtime, invocation, delay, context)
  invocation.retry_cost = cost
  return classify(err) or "transient", delay
end

-- Makes the header amz-sdk-request of an attempt, unless an earlier call has made it.
local function set_header(runtime, attempt)
  local headers = runtime.attempt_headers
  headers[attempt] = headers[attempt] or ("attempt=%d; max=%.0f"):format(attempt, runtime.settings.max_attempts)
end

--- Decides whether to make another attempt, and waits before it.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `glacier.call.prepare`
-- @param err table: the error of the last attempt
-- @param response response or nil
-- @param context context
-- @return true; or false and the reason of `perform.attempts`. Raises `ConnectionClosedError` if the client was closed
function recovery.try_again(runtime, invocation, err, response, context)
  local log = runtime.logger and invocation.operation and require "glacier.call.log"
  local began, delay = log and runtime.clock(), 0
  local reason = corrects_clock(runtime, invocation, err, response) and "clock"
    or refreshes_keys(runtime, invocation, err, context) and "credentials"
  if not reason then
    reason, delay = back_off(runtime, invocation, err, context)
    if not reason then
      return false, delay
    end
  elseif context:remaining() <= 0 then
    return false, "timeout"
  else
    invocation.corrections = (invocation.corrections or 0) + 1
  end
  if log then
    log.step(runtime, invocation, "retry", began, { code = err.code, reason = reason, delay = delay })
  end
  if invocation.operation then
    set_header(runtime, invocation.attempts + 1)
  end
  return true
end

--- Completes the error of a call: sets `retryable` of a service's error, and the metadata about the attempts.
-- @param invocation table: of `glacier.call.prepare`
-- @param err table: the error of the last attempt
-- @param why string or nil: of `perform.attempts`
function recovery.describe(invocation, err, why)
  if err.kind == "service" then
    err.retryable = classify(err) ~= nil
  end
  local metadata = err.response and err.response.ResponseMetadata
  if metadata then
    metadata.RetryAttempts = invocation.attempts - 1
    metadata.MaxAttemptsReached = why == "max_attempts" or nil
    metadata.RetryQuotaReached = why == "quota" or nil
  end
end

return recovery
