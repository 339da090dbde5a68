-- many.lua URL CALLS CONCURRENCY: calls client:set_vault_notifications CALLS times, CONCURRENCY at a time.
-- glacier.as_completed gets the tasks one by one from a function. Prints for each call the microseconds
-- of CPU (user and system) and the elapsed microseconds, and then the peak of the resident memory in KiB.

local glacier = require "glacier"
local measure = require "spec.bench.measure"
local params = require "spec.bench.parameters"

local calls = tonumber(arg[2])
local client = glacier.client(params.client(arg[1]))

local made = 0
local function next_task()
  made = made + 1
  return made <= calls and client:start("set_vault_notifications", params.call) or nil
end

local function run()
  for _, outcome in glacier.as_completed(next_task, { concurrency = tonumber(arg[3]) }) do
    assert(outcome.ok, outcome.error)
  end
end

local cpu, wall = measure.run(run)
print(("%.3f %.3f %d"):format(cpu / calls * 1e6, wall / calls * 1e6, measure.peak()))
