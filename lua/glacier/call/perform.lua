--- Performs calls and all other requests, such as those for keys. This is their only retry loop. Downloads and uploads
-- also repeat whole calls: see `ranges.with_retries` and `parts.upload`.
local context_of = require "glacier.async.context"
local once = require("glacier.call.exchange").once
local prepare = require "glacier.call.prepare"

local perform = {}

-- A local is read faster than a field.
local of_call, prepare_call, recycle = context_of.of_call, prepare.call, prepare.recycle

-- Makes one attempt. The fourth result is "timeout" if the deadline prevented the attempt.
local function attempt(runtime, invocation, context)
  if not invocation.operation then
    return once(runtime, invocation, context)
  end
  local limiter = runtime.limiter
  if limiter and not limiter:wait(context) then
    return nil, invocation.err or context_of.too_late(invocation.url), nil, "timeout"
  end
  local keys, err = runtime.credentials:obtain(context)
  if not keys then
    return nil, err
  end
  invocation.keys = keys
  if invocation.source then
    invocation.source.rewind()
  end
  if not limiter then
    return once(runtime, invocation, context)
  end
  local result, response
  result, err, response = once(runtime, invocation, context)
  limiter:observe(err)
  return result, err, response
end

-- Loads the module for failed attempts. Returns nil if the process has no free descriptor to load it: then the call
-- fails with the error of its first attempt.
local function load_recovery()
  local good, recovery = pcall(require, "glacier.call.recovery")
  if good then
    return recovery
  elseif not tostring(recovery):find("module 'glacier.call.recovery' not found", 1, true) then
    error(recovery, 0) -- for example out of memory
  end
end

--- Sends a request, and sends it again as long as its policy allows.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `glacier.call.prepare`; it cannot be used again
-- @param context context
-- @return the result of `invocation.read`; or nil, the error of the last attempt and the reason why there was no
--   further attempt: "max_attempts", "timeout", "quota", or nil if another attempt cannot help
local function attempts(runtime, invocation, context)
  while true do
    local result, err, response, why = attempt(runtime, invocation, context)
    if not err then
      local policy = runtime.retries -- nil if no call has failed yet
      if not invocation.operation then
        policy = invocation.policy
      end
      if policy then
        policy:succeeded(invocation.retry_cost)
      end
      return result
    end
    invocation.err = err
    local recovery, again = not why and load_recovery(), nil
    if recovery then
      again, why = recovery.try_again(runtime, invocation, err, response, context)
    end
    if not again then
      return nil, err, why
    end
  end
end
perform.attempts = attempts

local function raise(invocation, err, why)
  local recovery = load_recovery()
  err.operation, err.attempts = invocation.operation, invocation.attempts
  if recovery then
    recovery.describe(invocation, err, why)
  end
  return error(err, 0)
end

--- Performs a call.
-- Raises the error objects of the body, the credentials, the transport and the service.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `prepare.call`; it cannot be used again
-- @param context context
-- @return table: the operation's output, with ResponseMetadata
local function call(runtime, invocation, context)
  if invocation.body then
    require("glacier.call.request_body").hash(runtime, invocation, context)
  end
  local result, err, why = attempts(runtime, invocation, context)
  if err then
    return raise(invocation, err, why)
  end
  local retries = invocation.attempts - 1
  result.ResponseMetadata.RetryAttempts = retries
  if retries == 0 then
    recycle(runtime, invocation)
  end
  return result
end
perform.call = call

--- Prepares and performs a call.
-- Raises `ParamValidationError` for a configuration that the option strict_notifications does not allow, and the errors
-- of `prepare.call` and `perform.call`.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @return table: the operation's output, with ResponseMetadata
function perform.run(runtime, operation, params)
  if runtime.strict_notifications then
    require("glacier.notifications.check").guard(runtime, operation, params)
  end
  return call(runtime, prepare_call(runtime, operation, params), of_call(runtime))
end

return perform
