--- A context: the deadline of one call and how the call waits. It is passed to everything that the call does. A call
-- waits for time and for transfers only in the methods here and in the classes that inherit them. They yield in Lua,
-- never inside a C function, so any host can switch coroutines.
--
-- The contexts of this class block. Their fields: deadline, a number or nil; clock, function() -> seconds, never set
-- back. The class in `glacier.async.hosted`, which inherits the methods of `context.class`, is for contexts that have
-- `wait`.
local core = require "glacier.core"
local errors = core.errors

local Context = {}
Context.__index = Context

local context = { class = Context }

-- Seconds: the longest time that C may block before Lua runs again. Only then can a debug hook run, such as the
-- interpreter's handler for Ctrl-C.
local BLOCKING = 0.5

--- Wakes the tasks and coroutines that wait for transfers with news. Code that handles the events of a set must call
-- this function, because the events may concern transfers of other callers. `glacier.async.rounds` replaces it. Before
-- that module is loaded, there are no other callers that wait, so there is nothing to do.
-- @param events events of `glacier.core`, or nil
function context.wake(events) end -- luacheck: ignore 212/events

--- Makes a context.
-- @param wait function(seconds), table { sleep =, readable = } or nil: the option `wait`
-- @param timeout number or nil: seconds from now until the deadline
-- @param clock function() -> number
-- @return context
function context.new(wait, timeout, clock)
  local self = (wait or rawget(_G, "ngx")) and require("glacier.async.hosted").new(wait, clock)
    or setmetatable({ clock = clock }, Context)
  if timeout then
    self.deadline = clock() + timeout
  end
  return self
end

--- Returns the context of a call that is not a task. All such calls of a client share one context if the client has no
-- timeout. In OpenResty this also requires the option `wait`, because otherwise the context depends on the phase.
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

-- Returns the time for which a poll may block before the deadline, in milliseconds.
local function blocking_ms(self)
  return math.max(0, math.min(BLOCKING, self:remaining())) * 1000
end

--- Waits for a transfer, or for other work, by polling it.
-- @param transfer transfer of `glacier.core`, or the `work` of `background.finish`
-- @param events events of `glacier.core`, or nil: the set that the transfer is in
-- @param on_poll function(done) or nil: called after each poll. It may feed the transfer or look at it.
--   It returns "enough" to stop waiting, "again" to poll again without a pause
-- @return boolean: true when the transfer is done or `on_poll` returned "enough"; false if the deadline passed first
function Context:wait_for(transfer, events, on_poll)
  local answer
  repeat
    local done, _, has_news = transfer:poll(
      answer == "again" and 0 or self.deadline and blocking_ms(self) or BLOCKING * 1000)
    if has_news then
      context.wake(events)
    end
    answer = on_poll and on_poll(done)
    if done or answer == "enough" then
      return true
    end
  until self.deadline and self:remaining() <= 0
  return false
end

--- Sleeps.
-- @param seconds number
function Context.sleep(_, seconds)
  local due = core.monotonic() + seconds
  while seconds > 0 do
    core.sleep(math.min(seconds, BLOCKING))
    seconds = due - core.monotonic()
  end
end

--- Lets other coroutines run during long work. A context that blocks does nothing.
function Context.yield() end

return context
