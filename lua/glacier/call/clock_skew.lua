--- Detects that a signature was rejected because of its time, and corrects the client's clock.
local core = require "glacier.core"

local clock_skew = {}

-- The error codes of services that reject the time or the signature.
local codes = {
  RequestTimeTooSkewed = true, RequestExpired = true, InvalidSignatureException = true,
  SignatureDoesNotMatch = true, AuthFailure = true, RequestInTheFuture = true,
}

-- Seconds. The strictest service accepts a signature for five minutes. The limit here is lower, because a Date header
-- has whole seconds.
local TOLERANCE = 240

--- Compares the Date of an error response with the time that was signed, and corrects the clock if it is wrong. If the
-- clock is right, the request took too long to arrive, and a new signature is enough.
-- @param runtime table: of `runtime.new`; its clock_offset may be set
-- @param signed_at number: the time that was signed, in seconds since the epoch
-- @param code string or nil: the error code of the response
-- @param response response of `glacier.core`
-- @return boolean: whether the time is the cause, so that a new signature can help
function clock_skew.correct(runtime, signed_at, code, response)
  local server_time = codes[code or ""] and core.parse_date(response:header "date")
  if not server_time or math.abs(server_time - signed_at) <= TOLERANCE then
    return false
  end
  local offset = server_time - runtime.time()
  if math.abs(offset - runtime.clock_offset) > TOLERANCE then
    runtime.clock_offset = offset
  end
  return true
end

return clock_skew
