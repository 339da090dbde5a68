-- call.lua URL CALLS: calls client:set_vault_notifications on one kept connection; prints, a call,
-- the microseconds of CPU (user and system), those that passed, and the KiB of Lua's memory that
-- would be garbage.

local core = require "glacier.core"
local glacier = require "glacier"
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
local kib = garbage()
collectgarbage()
local cpu, wall = os.clock(), core.monotonic()
run(calls)
cpu, wall = os.clock() - cpu, core.monotonic() - wall
print(("%.3f %.3f %.3f"):format(cpu / calls * 1e6, wall / calls * 1e6, kib))
