--- Logs the settings of a client and the steps of its calls. Other requests, such as those for keys, are not logged.
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

--- Makes the functions that log one attempt, which begins now.
-- @param runtime table: of `runtime.new`; it must have a logger
-- @param invocation table: of `glacier.call.prepare`
-- @return table: signed, function() to call after the signing; received, function(response or nil, error or nil) to
--   call after the exchange
function log.attempt(runtime, invocation)
  local began = runtime.clock()
  return {
    signed = function()
      log.step(runtime, invocation, "sign", began, { region = invocation.region })
      began = runtime.clock()
      log.step(runtime, invocation, "send", began, { url = invocation.url })
    end,
    received = function(response, err)
      log.step(runtime, invocation, "response", began, {
        status = response and response:status() or nil, code = err and err.code or nil,
      })
    end,
  }
end

return log
