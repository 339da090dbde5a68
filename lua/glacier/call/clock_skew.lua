--- Detects that a signature was refused because of the time it was made at, and corrects the client's clock.
local core = require "glacier.core"

local clock_skew = {}

-- What services answer when the clock, or a signature made with it, seems wrong to them.
local codes = {
  RequestTimeTooSkewed = true, RequestExpired = true, InvalidSignatureException = true,
  SignatureDoesNotMatch = true, AuthFailure = true, RequestInTheFuture = true,
}

-- Seconds. The strictest service accepts a signature for five minutes, and a Date header has whole seconds.
local TOLERANCE = 240

--- Compares the Date of a refusal with the time that was signed. The clock is corrected where it is wrong. Where it is
-- right, the request took too long to arrive: signing it anew is enough.
-- @param runtime table: of `runtime.new`; its clock_offset may be set
-- @param signed_at number: the time that was signed, in seconds since the epoch
-- @param code string or nil: the error code of the refusal
-- @param response response of `glacier.core`
-- @return boolean: whether the time explains the refusal, so that a new signature can help
function clock_skew.correct(runtime, signed_at, code, response)
  local server = codes[code or ""] and core.parse_date(response:header "date")
  if not server or math.abs(server - signed_at) <= TOLERANCE then
    return false
  end
  local offset = server - runtime.time()
  if math.abs(offset - runtime.clock_offset) > TOLERANCE then
    runtime.clock_offset = offset
  end
  return true
end

return clock_skew
