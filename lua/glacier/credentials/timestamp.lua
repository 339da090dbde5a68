--- Timestamps of keys and tokens: ISO 8601 as text, seconds since the epoch as a number.
local date = require "glacier.date"

local timestamp = {}

local longest_months = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(year, month)
  if month == 2 and (year % 4 ~= 0 or (year % 100 == 0 and year % 400 ~= 0)) then
    return 28
  end
  return longest_months[month] or 0
end

-- Seconds east of UTC; nil for what names no zone. Without one it is UTC, as AWS writes them.
local function zone_offset(text)
  if text == "" or text == "Z" or text == "z" or text == "UTC" or text == "GMT" then
    return 0
  end
  local sign, hours, minutes = text:match "^([+-])(%d%d):?(%d?%d?)$"
  if not sign or #minutes == 1 or tonumber(hours) > 23 or (tonumber(minutes) or 0) > 59 then
    return nil
  end
  return (sign == "-" and -1 or 1) * (hours * 3600 + (tonumber(minutes) or 0) * 60)
end

-- Hour, minute, second (a fraction is dropped) and offset of what follows the date.
local function clock_of(text)
  if text == "" then
    return 0, 0, 0, 0
  end
  local hour, minute, rest = text:match "^[Tt ](%d%d):?(%d%d)(.*)$"
  if not hour then
    return nil
  end
  local second, after = rest:match "^:?(%d%d)(.*)$"
  after = (after or rest):gsub(second and "^[.,]%d+" or "^$", ""):gsub("^ ", "")
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second or 0)
  if hour > 23 or minute > 59 or second > 60 then
    return nil
  end
  return hour, minute, second, zone_offset(after)
end

--- Reads a date and time: "2012-05-25T00:24:53Z", also with a fraction, an offset, the suffix "UTC", a space for
-- the T, or in the basic form.
-- @param text any
-- @return number: seconds since the epoch; nil for anything that is no such text
function timestamp.parse(text)
  if type(text) ~= "string" then
    return nil
  end
  local year, month, day, rest = text:match "^%s*(%d%d%d%d)%-(%d%d)%-(%d%d)(.-)%s*$"
  if not year then
    year, month, day, rest = text:match "^%s*(%d%d%d%d)(%d%d)(%d%d)(.-)%s*$"
  end
  if not year or tonumber(day) < 1 or tonumber(day) > days_in(tonumber(year), tonumber(month)) then
    return nil
  end
  local hour, minute, second, offset = clock_of(rest)
  return offset and date.epoch(year, month, day, hour, minute, second) - offset or nil
end

--- Writes one: "2012-05-25T00:24:53Z".
-- @param epoch number: seconds since the epoch; a fraction is dropped
function timestamp.format(epoch)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(epoch))
end

return timestamp
