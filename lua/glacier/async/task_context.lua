--- Contexts of tasks. They wait by yielding to the code that polls the task.
--
-- Further fields of these contexts:
--   state       the context itself, even in a table that inherits from the context
--   wait        coroutine.yield
--   option      the option `wait` of the client, for objects that outlive the task
--   reference   function() that returns the runtime
--   timeout     of the client, in seconds; nil without one
--   work        what the task does, until it starts
--   value       the argument of the work, then its result
--   thread      its coroutine, or false
--   is_woken    true: the next poll resumes the coroutine, or the coroutine runs
--   member      its entry in the last group that it was added to, or false
--   transfer, events   what it waits for; `transfer` is false while it waits for none
--   due         the time of the clock until which it sleeps; false while it does not sleep
--   busy        true while it only lets other tasks run
local copcall = require "glacier.async.copcall"
local hosted = require "glacier.async.hosted"

local task_context = {}

--- A task yields three values when it waits for a transfer: this one, the transfer, and its event set or nil.
task_context.FOR_TRANSFER = {}

local FOR_TRANSFER = task_context.FOR_TRANSFER

-- The methods, and the default values of fields. A context need not contain the fields that its task does not set.
local methods = {
  wait = coroutine.yield, deadline = false, due = false, busy = false,
}
for name, method in pairs(hosted.class) do
  methods[name] = method
end
methods.__index = nil

--- Yields to the code that polls the task, until the transfer needs its caller or the deadline has passed.
-- @param transfer transfer of `glacier.core`
-- @param events events of `glacier.core`, or nil
function methods:yield_for(transfer, events)
  self.wait(FOR_TRANSFER, transfer, events)
end

--- Sleeps.
-- @param seconds number
function methods:sleep(seconds)
  local state = self.state
  state.due = self.clock() + seconds
  repeat
    self.wait(seconds)
  until self.clock() >= state.due
  state.due = false
end

--- Lets other tasks run during long work.
function methods:yield()
  local state = self.state
  state.busy = true
  self.wait()
  state.busy = false
end

-- Makes the metatable of the contexts of a client's tasks. It holds the methods and what all of these contexts share.
local function class_of(runtime)
  local class = {
    option = runtime.wait, clock = runtime.clock, reference = runtime.reference, timeout = runtime.settings.timeout,
  }
  for name, value in pairs(methods) do
    class[name] = value
  end
  class.__index = class
  runtime.task_class = class
  return class
end

--- Makes the context of a task. It has no deadline yet.
-- @param runtime table: of `runtime.new`
-- @param work function(context, argument, runtime) -> result
-- @param argument any
-- @return context
function task_context.new(runtime, work, argument)
  -- The fields that each task sets are named here, so that the table does not grow. A ninth one would double its size.
  local self = setmetatable({
    state = false, work = work, value = argument, thread = false, transfer = false, events = false, is_woken = true,
    member = false,
  }, runtime.task_class or class_of(runtime))
  self.state = self
  return self
end

--- Returns whether the caller is a part of the task's own work. In OpenResty, the work may also wait for a cosocket
-- while another light thread is the caller.
-- @param context context of a task
-- @return boolean
function task_context.is_inside(context)
  local thread = context.thread
  return thread and coroutine.status(thread) ~= "suspended"
    and (copcall.running() == thread or not rawget(_G, "ngx"))
end

return task_context
