-- Measures the process of a benchmark program.

local core = require "glacier.core"

local measure = {}

--- Runs a function.
-- @param work function()
-- @return number, number: the seconds of CPU (user and system, of all threads) and the elapsed seconds
function measure.run(work)
  local cpu, wall = os.clock(), core.monotonic()
  work()
  return os.clock() - cpu, core.monotonic() - wall
end

--- Returns the peak of the resident memory in KiB so far; 0 if the system does not report it.
-- @return number
function measure.peak()
  local status = io.open "/proc/self/status"
  local text = status and status:read "*a" or ""
  if status then status:close() end
  return tonumber(text:match "VmHWM:%s*(%d+) kB") or 0
end

return measure
