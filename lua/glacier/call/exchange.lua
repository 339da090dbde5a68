--- One exchange with a service: signs a request, sends it, reads the response, corrects the clock and redacts the text
-- of errors. Calls of operations and requests for keys both go through here; nothing else signs or sends.
local clock_skew = require "glacier.call.clock_skew"
local core = require "glacier.core"
local redact = require "glacier.call.redact"

local exchange = {}

local function log(runtime, invocation, event, began, fields)
  fields.event, fields.operation, fields.attempt = event, invocation.operation, invocation.attempts
  fields.duration = runtime.clock() - began
  runtime.logger(fields)
end

--- Logs a step of a call. Requests for keys are not logged.
-- @param runtime table: of `runtime.new`; it must have a logger
-- @param invocation table: of `glacier.call.prepare`
-- @param event string: its name
-- @param began number: the time when the step began, in seconds of runtime.clock
-- @param fields table: further fields of the event; it is passed to the logger
exchange.log = log

local function sign(runtime, invocation, keys)
  local attempt = invocation.operation and runtime.attempt_headers[invocation.attempts]
  invocation.signed_at = runtime.time() + runtime.clock_offset
  invocation.request:sign(keys, invocation.region, invocation.service, invocation.signed_at, attempt)
end

-- A service that rejects a signature may quote the signed values. The message is shortened only after the secrets are
-- removed, because a truncated secret would not be found.
local function redact_error(err, invocation)
  local secrets = { invocation.request:secrets() }
  for _, secret in ipairs(invocation.secrets or {}) do
    secrets[#secrets + 1] = secret
  end
  err.message = redact.text(err.message or "", secrets)
  redact.tree(err.response or {}, secrets)
  core.error(err)
end

local function send(runtime, invocation, context)
  local response, err, body = runtime.transport:send(invocation, context)
  if not response then
    return nil, err
  end
  local result
  result, err = invocation.read(invocation, response, body)
  return result, err, response
end

local function logged_send(runtime, invocation, context)
  local began = runtime.clock()
  log(runtime, invocation, "send", began, { url = invocation.url })
  local result, err, response = send(runtime, invocation, context)
  log(runtime, invocation, "response", began, {
    status = response and response:status() or nil, code = err and err.code or nil,
  })
  return result, err, response
end

local function logged_sign(runtime, invocation, keys)
  local began = runtime.clock()
  sign(runtime, invocation, keys)
  log(runtime, invocation, "sign", began, { region = invocation.region })
end

--- Signs and sends a request once.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `glacier.call.prepare`; `attempts` is increased and `signed_at` is set (seconds
--   since the epoch, with the correction of the clock)
-- @param keys credentials of glacier.core; nil for a request that is not signed
-- @param context context: its deadline bounds the exchange
-- @return the result of `invocation.read`; or nil and a redacted error. The third result is the response, if there was
--   one.
function exchange.once(runtime, invocation, keys, context)
  local logs = runtime.logger and invocation.operation
  invocation.attempts = invocation.attempts + 1
  if keys then
    (logs and logged_sign or sign)(runtime, invocation, keys)
  end
  local result, err, response = (logs and logged_send or send)(runtime, invocation, context)
  if err then
    redact_error(err, invocation)
  end
  return result, err, response
end

--- Corrects the client's clock if a service rejected a signature because of the time. This happens at most once in an
-- invocation.
-- @return boolean: whether the request must be signed and sent again
function exchange.corrects_clock(runtime, invocation, err, response)
  if invocation.corrected or not (response and invocation.signed_at) then
    return false
  end
  invocation.corrected = clock_skew.correct(runtime, invocation.signed_at, err.code, response)
  return invocation.corrected
end

return exchange
