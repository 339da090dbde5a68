-- Coroutines that request keys, for the specs of keys that are refreshed.

local contexts = require "glacier.async.context"
local copcall = require "glacier.async.copcall"
local socket = require "socket"
local worlds = require "spec.support.credentials_world"

local M = {}

local TOO_LONG = 60 -- seconds; ends a test that would hang

-- Returns a world whose keys come from a function. In a coroutine, the function yields twice before it returns, like a
-- function that waits for a network. Fields of `given`: lifetime (seconds), and fail(n), which may raise in the n-th
-- call.
function M.world(given)
  local world = worlds.new {}
  world.calls, world.ended = 0, 0
  world.source = world.source(function()
    world.calls = world.calls + 1
    local call = world.calls
    if coroutine.isyieldable == nil or coroutine.isyieldable() then
      coroutine.yield()
      coroutine.yield()
    end
    world.ended = world.ended + 1
    if given.fail then given.fail(call) end
    return { access_key_id = "AKIA" .. call, secret_access_key = "SECRET", expiration = world.now + given.lifetime }
  end)
  return world
end

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
