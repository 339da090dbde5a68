-- call.lua URL CALLS: calls client:set_vault_notifications over one kept connection. Prints for each call
-- the microseconds of CPU (user and system), the elapsed microseconds, and the KiB of Lua's memory that
-- become garbage, and then the peak of the resident memory in KiB.

local glacier = require "glacier"
local measure = require "spec.bench.measure"
local params = require "spec.bench.parameters"

local WARM_UP = 200

local calls = tonumber(arg[2])
local client = glacier.client(params.client(arg[1]))

local function run(times)
  for _ = 1, times do client:set_vault_notifications(params.call) end
end

local function garbage()
  collectgarbage()
  collectgarbage "stop"
  local before = collectgarbage "count"
  run(10)
  local made = collectgarbage "count" - before
  collectgarbage "restart"
  return made / 10
end

run(WARM_UP)
local cpu, wall = measure.run(function() run(calls) end)
local peak = measure.peak()
print(("%.3f %.3f %.3f %d"):format(cpu / calls * 1e6, wall / calls * 1e6, garbage(), peak))
