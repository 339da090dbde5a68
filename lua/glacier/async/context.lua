--- One call's deadline and how it waits, handed down through everything that the call does. All waiting happens here,
-- in Lua, so that any host can switch coroutines there.
--
-- Fields of a context: wait, function(seconds), or nil to block; polled, true where `wait` hands over to whoever
-- polls the task and so may return at once; deadline, a number or nil; clock, function() -> seconds, never set back.
local core = require "glacier.core"
local errors = require "glacier.errors"

local Context = {}
Context.__index = Context

local context = {}

-- The phases of an OpenResty request in which ngx.sleep may yield.
local yielding_phases = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, preread = true,
  ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true,
}

-- Seconds: the first and the longest pause between two polls. Short beside a round trip, long beside the cost of a
-- poll.
local SHORTEST, LONGEST = 0.001, 0.016

-- A transfer with a fast peer never has to wait. After so many feeds, other coroutines may run.
local FEEDS = 32

-- Seconds: the longest time that C may block before Lua runs again. A debug hook, such as the interpreter's Ctrl-C, can
-- run only then.
local BLOCKING = 0.5

-- How this host waits without blocking; nil where it can only block.
local function host_wait(given)
  local ngx = rawget(_G, "ngx")
  if given or not (ngx and ngx.get_phase) then
    return given
  end
  return yielding_phases[ngx.get_phase()] and ngx.sleep or nil
end

--- Makes a context.
-- @param wait function(seconds) or nil: the option `wait`
-- @param timeout number or nil: seconds from now until the deadline
-- @param clock function() -> number
-- @return context
function context.new(wait, timeout, clock)
  return setmetatable({
    option = wait, wait = host_wait(wait), deadline = timeout and clock() + timeout, clock = clock,
  }, Context)
end

--- Makes the context of a task, which waits by yielding to whoever polls it. It has no deadline yet.
-- @param wait function(seconds) or nil: the option `wait`, for what outlives the task
-- @param clock function() -> number
-- @return context
function context.of_task(wait, clock)
  return setmetatable({ option = wait, wait = coroutine.yield, polled = true, clock = clock }, Context)
end

--- Makes the context of what outlives its call, such as a body that is read later, maybe in another coroutine or
-- phase. It has the same deadline and waits as the host does.
function Context:outlive()
  local later = context.new(self.option, nil, self.clock)
  later.deadline = self.deadline
  return later
end

--- The error of a call whose deadline has passed.
-- @param url string: where the request goes; it is shown
-- @return table: the error object
function context.too_late(url)
  local message = ('The timeout of the whole call passed on endpoint URL: "%s"'):format(url)
  return errors.new("transport", "ReadTimeoutError", message, { retryable = true })
end

--- The seconds until the deadline; math.huge without one.
function Context:remaining()
  return self.deadline and self.deadline - self.clock() or math.huge
end

--- Waits for a transfer by polling it.
-- @param transfer transfer of `glacier.core`
-- @param on_poll function(done) or nil: called after each poll. It may feed the transfer or look at it.
--   It returns "enough" to stop waiting, "again" to poll again without a pause
-- @return boolean: true when the transfer is done or `on_poll` returned "enough"; false when the deadline came first
function Context:wait_for(transfer, on_poll)
  local pause, feeds, answer = SHORTEST, 0, nil
  while true do
    local no_wait = self.wait or answer == "again"
    local done = transfer:poll(no_wait and 0 or math.max(0, math.min(BLOCKING, self:remaining())) * 1000)
    answer = on_poll and on_poll(done)
    if done or answer == "enough" then
      return true
    elseif self:remaining() <= 0 then
      return false
    elseif answer == "again" then
      pause, feeds = SHORTEST, feeds + 1
      if feeds % FEEDS == 0 then
        self:yield()
      end
    elseif self.wait then
      self.wait(math.min(pause, self:remaining()))
      pause = math.min(pause * 2, LONGEST)
    end
  end
end

--- Sleeps. The host's wait is called once, and may return early; without one, this blocks.
-- @param seconds number
function Context:sleep(seconds)
  if self.wait and not self.polled then
    self.wait(seconds)
    return
  end
  local clock = self.wait and self.clock or core.monotonic
  local due = clock() + seconds
  while seconds > 0 do
    (self.wait or core.sleep)(math.min(seconds, BLOCKING))
    seconds = due - clock()
  end
end

--- Lets other coroutines run during long work.
function Context:yield()
  if self.wait then
    self.wait(self.polled and 0 or SHORTEST) -- nginx logs a warning for a sleep of 0 seconds
  end
end

return context
