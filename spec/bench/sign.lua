-- sign.lua CALLS: prints the microseconds of CPU from the call of client:set_vault_notifications until the
-- client's transport has the signed request.

local glacier = require "glacier"
local params = require "spec.bench.parameters"

local WARM_UP = 200

local clock = os.clock
local reached
local function transport()
  reached = clock()
  return { status = 204, headers = {}, body = "" }
end

local calls = tonumber(arg[1])
local client = glacier.client(params.client("http://127.0.0.1", transport))

-- The clock counts whole microseconds. The mean of many calls is more exact.
local function mean(work)
  local sum = 0
  for _ = 1, calls do
    local start = clock()
    work()
    sum = sum + (reached - start)
  end
  return sum / calls
end

for _ = 1, WARM_UP do client:set_vault_notifications(params.call) end
local call = mean(function() client:set_vault_notifications(params.call) end)
local empty = mean(transport) -- the cost of reading the clock
print(("%.3f"):format((call - empty) * 1e6))
