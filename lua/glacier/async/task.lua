--- Tasks: calls that are started and then polled, many at a time on one thread.
local context_of = require "glacier.async.context"
local errors = require "glacier.errors"
local group = require "glacier.async.group"
local hosted = require "glacier.async.hosted"
local perform = require "glacier.call.perform"
local prepare = require "glacier.call.prepare"
local rounds = require "glacier.async.rounds"

local task = {}

local Task = {}
Task.__index = Task
Task.__name = "glacier.task"
Task.is_task = true -- the classes of `glacier.safe` inherit it

--- Makes a task of a function that may wait.
-- @param runtime table: of `runtime.new`
-- @param work function(context, argument, runtime) -> result; it waits only through the context
-- @param argument any
-- @return task
function task.new(runtime, work, argument)
  -- A function hides the runtime, as in the client, so that printing a task and its fields prints no secret setting.
  local self = setmetatable({
    _runtime = runtime.reference, thread = coroutine.create(work), argument = argument, context = false,
    started = false,
  }, Task)
  self.context = hosted.of_task(self, runtime.wait, runtime.clock)
  return self
end

local function perform_call(context, invocation, runtime)
  return perform.call(runtime, invocation, context)
end

--- Starts a call: checks its parameters, but sends nothing yet.
-- Raises `ParamValidationError`.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @return task
function task.start(runtime, operation, params)
  return task.new(runtime, perform_call, prepare.call(runtime, operation, params))
end

--- Makes a failed task, in place of a task that could not be made.
-- @param err any: the error that `result` raises
-- @return task
function task.failed(err)
  return setmetatable({ done = true, good = false, outcome = err }, Task)
end

--- Returns whether a value is a task.
function task.is(value)
  return type(value) == "table" and value.is_task == true
end

-- Resumes the task for the first time. The timeout starts here, because a task may be created long before it runs.
local function begin(self)
  local runtime = self._runtime()
  local timeout = runtime.settings.timeout
  self.started, self.context.deadline = true, timeout and runtime.clock() + timeout
  runtime.tasks[self] = true
  return coroutine.resume(self.thread, self.context, self.argument, runtime)
end

local function finish(self, good, outcome)
  self.done, self.good, self.outcome = true, good, outcome
  self.thread, self.argument, self.transfer, self.round, self.due, self.busy = nil, nil, nil, nil, nil, nil
  self._runtime().tasks[self] = nil
end

-- Returns whether the task must still wait.
local function is_waiting(self)
  local transfer, context = self.transfer, self.context
  if transfer then
    local done, needs_caller = transfer:poll(0)
    context_of.wake(self.events)
    return not (done or needs_caller or context.deadline and context:remaining() <= 0)
  end
  return self.due ~= nil and context.clock() < self.due
end

--- Continues the task as far as possible without waiting. The first poll sends the request.
-- @return boolean: whether it is done
function Task:poll()
  -- A program may poll hundreds of tasks in each of its frames, so the usual case calls nothing.
  local round = self.round
  if round then
    local seen, number = self.seen, round.number
    if seen == number then
      number = rounds.begin(self.events, 0)
      context_of.wake(self.events)
    end
    self.seen = number
    if seen >= round.changed then
      return false
    end
  end
  if self.done then
    return true
  elseif self.started and is_waiting(self) then
    return false
  end
  local good, outcome
  if self.started then
    good, outcome = coroutine.resume(self.thread)
  else
    good, outcome = begin(self)
  end
  if coroutine.status(self.thread) == "dead" then
    finish(self, good, outcome)
  end
  return self.done == true
end

--- Waits for the call if it is not done, and returns its result.
-- Raises the call's error.
-- @return table: the output of the call
function Task:result()
  if not self.done then
    group.new(group.of_list { self }, math.huge):next()
  end
  if not self.good then
    return error(self.outcome, 0)
  end
  return self.outcome
end

--- Cancels the task and its transfer. Its result is then a `ReadTimeoutError` whose message says that the task was
-- cancelled, unless it was done already.
function Task:cancel()
  if self.done then
    return
  end
  -- With a deadline in the past, the next poll ends the call, and the call frees its resources. If it ends with another
  -- error than the timeout, that error is kept.
  self.context.deadline, self.due = -math.huge, self.due and -math.huge
  self.round = nil
  local ended = self.started and self:poll()
  if not ended or type(self.outcome) == "table" and self.outcome.code == "ReadTimeoutError" then
    finish(self, false, errors.new("transport", "ReadTimeoutError", "The task was cancelled"))
  end
end

--- Returns the time after which a task of a client must be polled even if no event comes.
-- @param runtime table: of `runtime.new`
-- @return number: seconds; math.huge if no task waits for a time
function task.timeout(runtime)
  local least = math.huge
  for self in pairs(runtime.tasks) do
    least = math.min(least, group.seconds_left(self))
  end
  return math.max(least, 0)
end

return task
