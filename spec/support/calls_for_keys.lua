-- Coroutines that request keys, for the specs of keys that are refreshed.

local contexts = require "glacier.async.context"
local copcall = require "glacier.async.copcall"
local socket = require "socket"

local M = {}

local TOO_LONG = 60 -- seconds; ends a test that would hang

-- Returns the context of a call that waits with `wait` (by default it yields). `world` and `seconds` give it a
-- deadline.
function M.waiting(wait, world, seconds)
  return contexts.new(wait or coroutine.yield, seconds, function() return world and world.now or 0 end)
end

-- Returns a coroutine that requests keys from the source. `step()` resumes it and returns whether it has ended.
function M.caller(world, context)
  local self = { context = context or M.waiting() }
  self.thread = coroutine.create(function()
    local good, value = copcall.call(world.source.keys, world.source, self.context)
    if good then self.key = value:access_key_id() else self.err = value end
  end)
  function self.step()
    if coroutine.status(self.thread) ~= "dead" then assert(coroutine.resume(self.thread)) end
    return coroutine.status(self.thread) == "dead"
  end
  return self
end

-- Returns a list of `count` such coroutines.
function M.callers(world, count)
  local list = {}
  for i = 1, count do list[i] = M.caller(world) end
  return list
end

-- Resumes the coroutines of the list in turn until all have ended. Raises an error if some do not end.
function M.finish(list)
  local ends = socket.gettime() + TOO_LONG
  repeat
    local over = true
    for _, one in ipairs(list) do over = one.step() and over end
    if over then return end
  until socket.gettime() > ends
  error("some coroutines do not end", 2)
end

-- Requests keys once. Returns the access key ID, or nil and the error.
function M.once(world)
  local one = M.caller(world)
  M.finish { one }
  return one.key, one.err
end

return M
