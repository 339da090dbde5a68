-- The service's clock, which `serve --clock-offset` shifts. Times are seconds since the epoch; texts
-- are in UTC.

local settings = require "http.settings"

local clock = {}

function clock.now()
  return ngx.now() + settings.clock_offset
end

-- 20120525T002453Z
function clock.basic(time)
  return os.date("!%Y%m%dT%H%M%SZ", math.floor(time))
end

-- 2012-05-25T00:24:53.198Z, as in CreationDate
function clock.extended(time)
  local milliseconds = math.floor(time * 1000) % 1000
  return os.date("!%Y-%m-%dT%H:%M:%S", math.floor(time)) .. (".%03dZ"):format(milliseconds)
end

-- Days from the epoch to a Gregorian date. Years count from March, so that the leap day is the last.
local function days_since_epoch(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  local leap_days = math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
  return 365 * year + leap_days + math.floor((153 * (month - 3) + 2) / 5) + day - 1 - 719468
end

-- Returns the time of a text in basic ISO 8601 format, or nil if the text is invalid.
function clock.parse_basic(text)
  local year, month, day, hour, minute, second =
    text:match "^(%d%d%d%d)(%d%d)(%d%d)T(%d%d)(%d%d)(%d%d)Z$"
  if not year then return nil end
  local days = days_since_epoch(tonumber(year), tonumber(month), tonumber(day))
  local time = days * 86400 + hour * 3600 + minute * 60 + second
  return clock.basic(time) == text and time or nil
end

-- Returns the time of a text in extended ISO 8601 format, or nil if the text is invalid. It may have a fraction of
-- seconds, and is in UTC (Z) or has an offset (+01:00).
function clock.parse_extended(text)
  local date, time, fraction, zone =
    text:match "^(%d%d%d%d%-%d%d%-%d%d)T(%d%d:%d%d:%d%d)(%.?%d*)([Z+-][%d:]*)$"
  local sign, hours, minutes = (zone or ""):match "^([+-])(%d%d):?(%d%d)$"
  if not date or not sign and zone ~= "Z" then return nil end
  local whole = clock.parse_basic(date:gsub("-", "") .. "T" .. time:gsub(":", "") .. "Z")
  local part = fraction == "" and 0 or tonumber("0" .. fraction)
  if not whole or not part then return nil end
  local offset = sign and tonumber(sign .. "1") * (hours * 3600 + minutes * 60) or 0
  return whole + part - offset
end

return clock
