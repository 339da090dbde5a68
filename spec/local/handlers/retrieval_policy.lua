-- SetDataRetrievalPolicy, GetDataRetrievalPolicy, and the check of the policy. An owner has one policy
-- { strategy, bytes_per_hour }. The number is a string of digits, because LuaJIT's numbers are exact only up
-- to 2^53.

local clock = require "http.clock"
local errors = require "http.errors"
local identifier = require "http.identifier"
local json = require "http.json"
local members = require "http.members"
local records = require "store.records"

local retrieval_policy = {}

local LARGEST = "9223372036854775807"
local DAY, HOUR = 86400, 3600 -- seconds
local FREE = 10 * 1024 ^ 3 / 30 -- bytes a day: a month's 10 GiB

local strategies = { BytesPerHour = true, FreeTier = true, None = true }

local function get(owner)
  return records.get(owner, "", "policy", "retrieval") or { strategy = "None" }
end

-- Returns the digits of BytesPerHour, as in the request; nil if it is missing. If the member's name is escaped in the
-- request, they come from the decoded number, which may not be exact.
local function digits(rule, text)
  local number = members.optional(rule, "BytesPerHour", "number")
  if not number then return nil end
  local value = text:match '"BytesPerHour"%s*:%s*([^%s,}]+)' or ("%.17g"):format(number)
  if not value:find "^[1-9]%d*$" or #value > #LARGEST
    or #value == #LARGEST and value > LARGEST then
    errors.raise("InvalidParameterValueException", "Invalid BytesPerHour: %s", value)
  end
  return value
end

local function policy_of(rule, text)
  local strategy = members.required(rule, "Strategy", "string")
  if not strategies[strategy] then
    errors.raise("InvalidParameterValueException", "Invalid Strategy: %s", strategy)
  end
  local bytes = digits(rule, text)
  if strategy == "BytesPerHour" and not bytes then
    errors.raise("MissingParameterValueException", "Required parameter missing: BytesPerHour")
  elseif strategy ~= "BytesPerHour" and bytes then
    errors.raise("InvalidParameterValueException",
      "BytesPerHour is not allowed with the strategy %s.", strategy)
  end
  return { strategy = strategy, bytes_per_hour = bytes }
end

function retrieval_policy.set(call)
  local body = json.decode_object(call.body.text)
  local rules = members.required(members.required(body, "Policy", "table"), "Rules", "table")
  members.list(rules, "Rules", "table")
  if #rules ~= 1 then
    errors.raise("InvalidParameterValueException", "A policy has exactly one rule.")
  end
  records.put(call.owner, "", "policy", "retrieval", policy_of(rules[1], call.body.text))
  return { status = 204 }
end

function retrieval_policy.get(call)
  local policy = get(call.owner)
  local rule = {
    { "BytesPerHour", policy.bytes_per_hour and json.raw(policy.bytes_per_hour) or json.null },
    { "Strategy", policy.strategy },
  }
  return { status = 200, json = { { "Policy", { { "Rules", json.list { rule } } } } } }
end

-- Returns the bytes whose retrieval started within the last `seconds`. Glacier counts the jobs in progress, which take
-- hours. The jobs of this service take little time, so it counts those of a period.
local function retrieved(owner, seconds)
  local bytes, now = 0, clock.now()
  for _, retrieval in ipairs(records.list(owner, "", "retrievals")) do
    if retrieval.time > now - seconds then bytes = bytes + retrieval.bytes end
  end
  return bytes
end

-- Records a standard retrieval of that many bytes. Raises PolicyEnforcedException if it is more than
-- the policy allows.
function retrieval_policy.admit(owner, bytes)
  local policy = get(owner)
  local most, period = math.huge, HOUR
  if policy.strategy == "BytesPerHour" then most = tonumber(policy.bytes_per_hour) end
  if policy.strategy == "FreeTier" then most, period = FREE, DAY end
  if most < math.huge and retrieved(owner, period) + bytes > most then
    errors.raise("PolicyEnforcedException",
      "InitiateJob request denied by current data retrieval policy.")
  end
  local id, now = identifier.random(24), clock.now()
  records.put(owner, "", "retrievals", id,
    { id = id, created = clock.extended(now), time = now, bytes = bytes })
end

return retrieval_policy
