--- Logs the settings of a client and the steps of its calls. Requests for keys are not logged.
local log = {}

--- Logs the settings of a client.
-- @param runtime table: of `runtime.new`; it must have a logger
-- @param duration number: seconds that it took to resolve them
function log.settings(runtime, duration)
  local settings = runtime.settings
  runtime.logger {
    event = "resolve", duration = duration, region = settings.region, url = settings.endpoint_url,
    profile = settings.profile_name, retry_mode = settings.retry_mode, max_attempts = settings.max_attempts,
  }
end

--- Logs a step of a call.
-- @param runtime table: of `runtime.new`; it must have a logger
-- @param invocation table: of `glacier.call.prepare`
-- @param event string: its name
-- @param began number: the time when the step began, in seconds of runtime.clock
-- @param fields table: further fields of the event; it is passed to the logger
function log.step(runtime, invocation, event, began, fields)
  fields.event, fields.operation, fields.attempt = event, invocation.operation, invocation.attempts
  fields.duration = runtime.clock() - began
  runtime.logger(fields)
end

--- Wraps the function that signs a request.
-- @param sign function(runtime, invocation, keys)
-- @return function
function log.signing(sign)
  return function(runtime, invocation, keys)
    local began = runtime.clock()
    sign(runtime, invocation, keys)
    log.step(runtime, invocation, "sign", began, { region = invocation.region })
  end
end

--- Wraps the function that sends a request.
-- @param send function(runtime, invocation, context) -> result, error, response
-- @return function
function log.sending(send)
  return function(runtime, invocation, context)
    local began = runtime.clock()
    log.step(runtime, invocation, "send", began, { url = invocation.url })
    local result, err, response = send(runtime, invocation, context)
    log.step(runtime, invocation, "response", began, {
      status = response and response:status() or nil, code = err and err.code or nil,
    })
    return result, err, response
  end
end

return log
