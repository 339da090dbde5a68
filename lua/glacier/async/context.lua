--- The deadline of one call and how it waits. It is passed to everything that the call does. All waiting happens here,
-- in Lua, so that any host can switch coroutines.
--
-- Fields of a context: wait, function(seconds), or nil to block; readable, function(fd, seconds or nil), or nil if
-- the host cannot wait for a descriptor; nginx, `glacier.async.nginx` or nil; deadline, a number or nil; clock,
-- function() -> seconds, never set back; task, nil or the task whose coroutine yields to the code that polls it.
local core = require "glacier.core"
local errors = require "glacier.errors"
local rounds = require "glacier.async.rounds"

local Context = {}
Context.__index = Context

local context = {}

-- The phases of an OpenResty request in which ngx.sleep may yield.
local yielding_phases = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, preread = true,
  ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true,
}

-- The pause between two polls, if the host can only sleep: its shortest and longest length in seconds, and its share of
-- the time already waited. A share adds little to the duration of a call.
local SHORTEST, LONGEST, SHARE = 0.001, 0.05, 0.1

-- Other coroutines may run after this number of feeds without a wait. A transfer whose peer is fast never waits.
local FEEDS = 32

-- Seconds: the longest time that C may block before Lua runs again. Only then can a debug hook run, such as the
-- interpreter's handler for Ctrl-C.
local BLOCKING = 0.5

-- Returns ngx.sleep if it may yield now.
local function ngx_sleep()
  local ngx = rawget(_G, "ngx")
  return ngx and ngx.get_phase and yielding_phases[ngx.get_phase()] and ngx.sleep or nil
end

--- Makes a context.
-- @param wait function(seconds), table { sleep =, readable = } or nil: the option `wait`
-- @param timeout number or nil: seconds from now until the deadline
-- @param clock function() -> number
-- @return context
function context.new(wait, timeout, clock)
  local self = setmetatable({ option = wait, wait = wait, clock = clock }, Context)
  if type(wait) == "table" then
    self.wait, self.readable = wait.sleep, wait.readable
  elseif not wait then
    self.wait = ngx_sleep()
    self.nginx = self.wait and require "glacier.async.nginx"
  end
  if timeout then
    self.deadline = clock() + timeout
  end
  return self
end

--- Returns the context of a call that blocks. All calls of a client share one context if the client has no timeout. In
-- OpenResty this also requires the option `wait`, because otherwise the context depends on the phase.
-- @param runtime table: of `runtime.new`
-- @return context
function context.of_call(runtime)
  if runtime.context then
    return runtime.context
  end
  local created = context.new(runtime.wait, runtime.settings.timeout, runtime.clock)
  if not created.deadline and (runtime.wait or not rawget(_G, "ngx")) then
    runtime.context = created
  end
  return created
end

--- Makes the context of a task, which waits by yielding to the code that polls it. It has no deadline yet.
-- @param task table. It has the fields `transfer` and `events` while it waits for a transfer. If only news can end that
--   wait, it also has `round` (of `rounds.of`) and `seen`, the number of the round in which it was polled. It has `due`
--   while it sleeps until that time of the clock, and `busy` while it only lets other tasks run
-- @param wait function, table or nil: the option `wait`, for objects that outlive the task
-- @param clock function() -> number
-- @return context
function context.of_task(task, wait, clock)
  return setmetatable({ option = wait, wait = coroutine.yield, clock = clock, task = task }, Context)
end

--- Makes the context of an object that outlives its call, such as a body that is read later, maybe in another coroutine
-- or phase. It has the same deadline, and waits with the option `wait`. If the field `reads_bodies` is set, the context
-- belongs to a task that reads the bodies of its calls; then the context itself is returned.
-- @return context
function Context:outlive()
  if self.reads_bodies then
    return self
  end
  local later = context.new(self.option, nil, self.clock)
  later.deadline = self.deadline
  return later
end

--- Returns the error of a call whose deadline has passed.
-- @param url string: the URL of the request, for the message
-- @return table: the error object
function context.too_late(url)
  local message = ('The timeout of the whole call passed on endpoint URL: "%s"'):format(url)
  return errors.new("transport", "ReadTimeoutError", message, { retryable = true })
end

--- Returns the seconds until the deadline; math.huge without one.
function Context:remaining()
  return self.deadline and self.deadline - self.clock() or math.huge
end

-- Returns the time for which a poll may block, in milliseconds.
local function blocking_ms(self)
  local seconds = self.deadline and math.max(0, math.min(BLOCKING, self:remaining())) or BLOCKING
  return seconds * 1000
end

-- Returns the descriptor to wait for; nil if the host or the system can only sleep.
local function descriptor(self, events)
  return self.readable and events and events:fd()
end

--- Waits once, with the host's function, until something happens in an event set or until the time limit. It may return
-- early.
-- @param events events of `glacier.core`, or nil
-- @param began number: the time when the wait began, on the context's clock
-- @param limit number: the most seconds
-- @param transfer transfer or nil: in nginx, an event ends the wait only if this transfer then needs its caller
function Context:pause(events, began, limit, transfer)
  if self.nginx and events and self.nginx.wait(events, limit, transfer) then
    return
  end
  local fd = descriptor(self, events)
  if fd then
    local seconds = math.min(events:timeout() or math.huge, limit)
    self.readable(fd, seconds < math.huge and math.max(seconds, 0) or nil)
  else
    local share = (self.clock() - began) * SHARE
    local seconds = math.min(math.max(share, SHORTEST), LONGEST, limit)
    self.wait(seconds > 0 and seconds or SHORTEST) -- nginx logs a warning for a sleep of 0 seconds
  end
end

-- Yields to the code that polls the task, until the transfer needs its caller or the deadline has passed. If there is a
-- deadline, each poll has to look at the clock.
local function yield_for(self, transfer, events)
  local task = self.task
  task.transfer, task.events = transfer, events
  if events and not self.deadline and transfer.needs_caller then -- a hash has no needs_caller
    local round = rounds.of(events)
    task.round, task.seen = round, round.number
  end
  self.wait()
  task.transfer, task.round = nil, nil
end

--- Waits for a transfer by polling it.
-- @param transfer transfer of `glacier.core`
-- @param events events of `glacier.core`, or nil: the set that the transfer is in
-- @param on_poll function(done) or nil: called after each poll. It may feed the transfer or look at it.
--   It returns "enough" to stop waiting, "again" to poll again without a pause
-- @return boolean: true when the transfer is done or `on_poll` returned "enough"; false if the deadline passed first
function Context:wait_for(transfer, events, on_poll)
  local feeds, began, answer = 0, nil, nil
  while true do
    local done = transfer:poll((self.wait or answer == "again") and 0 or blocking_ms(self))
    rounds.wake(events)
    answer = on_poll and on_poll(done)
    if done or answer == "enough" then
      return true
    elseif self.deadline and self:remaining() <= 0 then
      return false
    elseif answer == "again" then
      began, feeds = nil, feeds + 1
      if feeds % FEEDS == 0 then
        self:yield()
      end
    elseif self.task then
      yield_for(self, transfer, events)
    elseif self.wait then
      began = began or self.clock()
      self:pause(events, began, self:remaining(), not on_poll and transfer.needs_caller and transfer or nil)
    end
  end
end

local function sleep_in_task(self, seconds)
  local task = self.task
  task.due = self.clock() + seconds
  repeat
    self.wait(seconds)
  until self.clock() >= task.due
  task.due = nil
end

--- Sleeps. The host's wait is called once, and may return early; without one, this blocks.
-- @param seconds number
function Context:sleep(seconds)
  if self.task then
    return sleep_in_task(self, seconds)
  elseif self.wait then
    self.wait(seconds)
    return
  end
  local due = core.monotonic() + seconds
  while seconds > 0 do
    core.sleep(math.min(seconds, BLOCKING))
    seconds = due - core.monotonic()
  end
end

--- Lets other coroutines run during long work.
function Context:yield()
  if self.task then
    self.task.busy = true
    self.wait()
    self.task.busy = nil
  elseif self.wait then
    self.wait(SHORTEST)
  end
end

return context
