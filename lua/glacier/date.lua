--- Dates as seconds since the epoch, without os.time, which knows only local time.
local date = {}

local months = {
  Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}

--- The epoch of a civil date in UTC, in the proleptic Gregorian calendar.
-- @param year, month, day, hour, minute, second: integers, or strings of their digits
-- @return number: seconds since 1970-01-01T00:00:00Z
function date.epoch(year, month, day, hour, minute, second)
  year, month = tonumber(year), tonumber(month)
  -- Years that begin in March have their leap day last.
  local shifted = month > 2 and year or year - 1
  local month_from_march = (month + 9) % 12
  local days = 365 * shifted + math.floor(shifted / 4) - math.floor(shifted / 100) + math.floor(shifted / 400)
  days = days + math.floor((153 * month_from_march + 2) / 5) + tonumber(day) - 1 - 719468
  return ((days * 24 + tonumber(hour)) * 60 + tonumber(minute)) * 60 + tonumber(second)
end

--- The date of an HTTP header, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
-- @return number: seconds since the epoch; nil where the text is none
function date.http(text)
  local day, month, year, hour, minute, second =
    (text or ""):match "^%a+, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$"
  if months[month] then
    return date.epoch(year, months[month], day, hour, minute, second)
  end
end

return date
