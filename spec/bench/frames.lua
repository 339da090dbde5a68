-- frames.lua URL CALLS: starts CALLS calls and polls each of them once per frame, as a game does. Prints the median
-- microseconds of CPU of a frame.

local core = require "glacier.core"
local glacier = require "glacier"
local measure = require "spec.bench.measure"
local params = require "spec.bench.parameters"

local BETWEEN = 0.001 -- seconds from the end of a frame to the start of the next one

local client = glacier.client(params.client(arg[1]))
client:set_vault_notifications(params.call)

local tasks = {}
for i = 1, tonumber(arg[2]) do tasks[i] = client:start("set_vault_notifications", params.call) end

local done
local function frame()
  done = 0
  for _, task in ipairs(tasks) do
    if task:poll() then done = done + 1 end
  end
end

local frames = {}
repeat
  frames[#frames + 1] = measure.run(frame)
  local till = core.monotonic() + BETWEEN
  repeat until core.monotonic() >= till
until done == #tasks
for _, task in ipairs(tasks) do task:result() end
table.sort(frames)
print(("%.1f"):format(frames[math.ceil(#frames / 2)] * 1e6))
