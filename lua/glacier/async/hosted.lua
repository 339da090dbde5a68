--- Contexts that wait with a function of the host or with ngx.sleep.
--
-- Further fields of these contexts: wait, function(seconds); readable, function(fd, seconds or nil), or nil if the host
-- cannot wait for a descriptor; nginx, `glacier.async.nginx` or nil; option, the option `wait`.
local context = require "glacier.async.context"
local rounds = require "glacier.async.rounds"

local Hosted = {}
Hosted.__index = Hosted
for name, method in pairs(context.class) do
  Hosted[name] = Hosted[name] or method
end

local hosted = { class = Hosted }

-- Other coroutines may run after this number of feeds without a wait. A transfer whose peer is fast never waits.
local FEEDS = 32

-- The phases of OpenResty in which ngx.sleep may yield.
local yielding_phases = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, preread = true,
  ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true,
}

-- The pause between two polls, if the host can only sleep: its shortest and longest length in seconds, and its share of
-- the time already waited. A share adds little to the duration of a call.
local SHORTEST, LONGEST, SHARE = 0.001, 0.05, 0.1

-- Returns ngx.sleep if it may yield now.
local function ngx_sleep()
  local ngx = rawget(_G, "ngx")
  return ngx and ngx.get_phase and yielding_phases[ngx.get_phase()] and ngx.sleep or nil
end

--- Makes a context.
-- @param wait function(seconds), table { sleep =, readable = } or nil: the option `wait`
-- @param clock function() -> number
-- @return context; nil if there is no function to wait with, because no coroutine can yield now
function hosted.new(wait, clock)
  local self = setmetatable({ option = wait, wait = wait, clock = clock }, Hosted)
  if type(wait) == "table" then
    self.wait, self.readable = wait.sleep, wait.readable
  elseif not wait then
    self.wait = ngx_sleep()
    self.nginx = self.wait and require "glacier.async.nginx"
  end
  return self.wait and self or nil
end

-- The fields of a waiter, while it waits: events, the event set; round, the rounds of that set.
local Waiter = {}
Waiter.__index = Waiter

--- Lets the host resume the coroutine of the waiter.
function Waiter:wake()
  if self.events then
    rounds.interrupt(self.events, self)
  end
end

-- Waits with the host's function until the descriptor is readable, or until the seconds have passed. Another coroutine
-- may handle the events for this one. The descriptor then becomes readable because that coroutine wakes the waiter.
local function wait_for_descriptor(self, events, fd, seconds, transfer)
  local waiter = setmetatable({ events = events }, Waiter)
  waiter.round = rounds.register(events, transfer, waiter)
  if waiter.round then
    self.readable(fd, seconds < math.huge and math.max(seconds, 0) or nil)
    waiter.events, waiter.round = nil, nil
    rounds.settle(events, waiter)
  end
end

-- Returns the descriptor to wait for; nil if the host or the system can only sleep.
local function descriptor(self, events)
  return self.readable and events and events:fd()
end

-- Returns the seconds for which the host's function is called. ngx.sleep counts milliseconds, and for a sleep of 0 it
-- logs a warning if nginx was built without OpenResty's patches. The option `wait` gets the exact number, even 0.
local function sleepable(self, seconds)
  return self.nginx and math.max(seconds, SHORTEST) or seconds
end

--- Waits once, with the host's function, until something happens in an event set or until the time limit. It may return
-- early.
-- @param events events of `glacier.core`, or nil
-- @param began number: the time when the wait began, on the context's clock
-- @param limit number: the longest wait in seconds
-- @param transfer transfer or nil: its news ends the wait; without it, any news of the set
function Hosted:pause(events, began, limit, transfer)
  if self.nginx and events and self.nginx.wait(events, limit, transfer) then
    return
  end
  local fd = descriptor(self, events)
  if fd then
    wait_for_descriptor(self, events, fd, math.min(events:timeout() or math.huge, limit), transfer)
  else
    local share = (self.clock() - began) * SHARE
    local seconds = math.min(math.max(share, SHORTEST), LONGEST, limit)
    self.wait(sleepable(self, seconds > 0 and seconds or SHORTEST))
  end
end

--- Waits for a transfer by polling it. The parameters and the result are those of the class that blocks.
function Hosted:wait_for(transfer, events, on_poll)
  local feeds, began = 0, nil
  while true do
    local done, _, has_news = transfer:poll(0)
    if has_news then
      context.wake(events)
    end
    local answer = on_poll and on_poll(done)
    if done or answer == "enough" then
      return true
    elseif self.deadline and self:remaining() <= 0 then
      return false
    elseif answer == "again" then
      began, feeds = nil, feeds + 1
      if feeds % FEEDS == 0 then
        self:yield()
      end
    elseif self.yield_for then -- the context of a task
      self:yield_for(transfer, events)
    else
      began = began or self.clock()
      self:pause(events, began, self:remaining(), transfer.number and transfer or nil)
    end
  end
end

--- Sleeps. The host's wait is called once, and may return early.
-- @param seconds number
function Hosted:sleep(seconds)
  self.wait(sleepable(self, seconds))
end

--- Lets other coroutines run during long work.
function Hosted:yield()
  self.wait(SHORTEST)
end

return hosted
