--- A clock that is wrong: what the services say of it, and what it is corrected by.
local date = require "glacier.date"

local clock_skew = {}

-- What a service answers when it holds the clock, or what was signed with it, for wrong.
local codes = {
  RequestTimeTooSkewed = true, RequestExpired = true, InvalidSignatureException = true,
  SignatureDoesNotMatch = true, AuthFailure = true, RequestInTheFuture = true,
}

-- Seconds: signatures are good for five minutes at the strictest, and a Date has whole seconds.
local LEAST = 240

--- Corrects the clock of a client by the Date of a refusal.
-- @param runtime table: of `runtime.new`; its clock_offset is set
-- @param used number: the clock_offset that the request was signed with
-- @param code string or nil: what the refusal is called
-- @param response response of `glacier.core`
-- @return boolean: whether it was the clock's fault, as far as can be told, and is corrected
function clock_skew.correct(runtime, used, code, response)
  local server = codes[code or ""] and date.http(response:header "date")
  local offset = server and server - runtime.time()
  if not offset or math.abs(offset - used) <= LEAST then
    return false
  end
  runtime.clock_offset = offset
  return true
end

return clock_skew
