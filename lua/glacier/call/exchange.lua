--- One exchange with a service: signs a request, sends it, reads the response and redacts the text of errors. Calls of
-- operations and all other requests go through here; nothing else signs or sends.
local core = require "glacier.core"

local exchange = {}

-- A service that rejects a signature may quote the signed values. The message is shortened only after the secrets are
-- removed, because a truncated secret would not be found.
local function redact_error(err, invocation)
  local secrets = { invocation.request:secrets() }
  for _, secret in ipairs(invocation.secrets or {}) do
    secrets[#secrets + 1] = secret
  end
  err.message = core.redact(err.message or "", secrets)
  err.response = err.response and core.redact(err.response, secrets)
  core.error(err)
end

--- Signs and sends a request once.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `glacier.call.prepare`; signed if it has `keys`. `attempts` is increased and `signed_at`
--   is set
-- @param context context: its deadline bounds the exchange
-- @return the result of `invocation.read`; or nil and a redacted error. The third result is the response, if there was
--   one.
function exchange.once(runtime, invocation, context)
  local log = runtime.logger and invocation.operation and require("glacier.call.log").attempt(runtime, invocation)
  local attempts, keys = invocation.attempts + 1, invocation.keys
  invocation.attempts = attempts
  if keys then
    local time = runtime.time() + runtime.clock_offset
    invocation.signed_at = time
    invocation.request:sign(keys, invocation.region, invocation.service, time,
      invocation.operation and runtime.attempt_headers[attempts])
  end
  if log then
    log.signed()
  end
  local result
  local response, err, body = runtime.transport:send(invocation, context)
  if response then
    result, err = invocation.read(invocation, response, body)
  end
  if log then
    log.received(response, err)
  end
  if err then
    redact_error(err, invocation)
  end
  return result, err, response
end

return exchange
