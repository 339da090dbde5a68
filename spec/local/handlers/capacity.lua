-- PurchaseProvisionedCapacity, ListProvisionedCapacity, and whether there is capacity for an
-- expedited retrieval.

local clock = require "http.clock"
local errors = require "http.errors"
local identifier = require "http.identifier"
local json = require "http.json"
local records = require "store.records"
local settings = require "http.settings"
local store = require "store.vaults"

local capacity = {}

local MOST_UNITS = 2

-- Returns the same day and time one month later, without milliseconds; the last day of that month if the month is too
-- short.
local function month_later(time)
  local date = os.date("!*t", math.floor(time))
  local year, month = date.year, date.month + 1
  if month > 12 then year, month = year + 1, 1 end
  local day = date.day
  while true do
    local text = ("%04d-%02d-%02dT%02d:%02d:%02d.000Z"):format(year, month, day, date.hour,
      date.min, date.sec)
    if clock.parse_extended(text) then return text end
    day = day - 1
  end
end

-- Returns the units that have not expired, the oldest first.
local function units(owner)
  local list = {}
  for _, unit in ipairs(records.list(owner, "", "capacity")) do
    if clock.parse_extended(unit.expires) > clock.now() then list[#list + 1] = unit end
  end
  return list
end

function capacity.purchase(call)
  local owner, now = call.owner, clock.now()
  local unit = { id = identifier.random(24), created = clock.extended(now),
    expires = month_later(now) }
  store.exclusively(owner, function()
    if #units(owner) >= MOST_UNITS then
      errors.raise("LimitExceededException",
        "You have reached the limit of %d provisioned capacity units.", MOST_UNITS)
    end
    records.put(owner, "", "capacity", unit.id, unit)
  end)
  return { status = 201, headers = { ["x-amz-capacity-id"] = unit.id } }
end

function capacity.list(call)
  local list = units(call.owner)
  for i, unit in ipairs(list) do
    list[i] = {
      { "CapacityId", unit.id },
      { "ExpirationDate", unit.expires },
      { "StartDate", unit.created },
    }
  end
  return { status = 200, json = { { "ProvisionedCapacityList", json.list(list) } } }
end

-- Raises InsufficientCapacityException if the service was started without capacity for expedited
-- retrievals and the owner has bought none.
function capacity.require_expedited(owner)
  if settings.no_expedited_capacity and #units(owner) == 0 then
    errors.raise("InsufficientCapacityException",
      "There is insufficient capacity to process this expedited request. Try again later.")
  end
end

return capacity
