--- Tasks: calls that are started and then polled, many at a time on one thread.
local context_of = require "glacier.async.context"
local errors = require("glacier.core").errors
local group = require "glacier.async.group"
local hosted = require "glacier.async.hosted"
local perform = require "glacier.call.perform"
local prepare = require "glacier.call.prepare"
local rounds = require "glacier.async.rounds"
local coroutines = require "glacier.async.coroutines"

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
  -- All fields are named here, so that the table never grows.
  local self = setmetatable({
    _runtime = runtime.reference, thread = false, work = work, argument = argument, context = false,
    started = false, done = false, good = false, outcome = false, transfer = false, events = false, due = false,
    busy = false, round = false, seen = 0, is_woken = false, member = false,
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
  self.thread = coroutines.take()
  return coroutine.resume(self.thread, self.work, self.context, self.argument, runtime)
end

-- Wakes the task, and tells the groups that it is in. They form a list, because a program may wait for the result of a
-- task that another group polls.
local function wake(self)
  self.round, self.is_woken = false, true
  local member = self.member
  while member do
    member.group:wake(member)
    member = member.next_member
  end
end
Task.wake = wake

local function finish(self, good, outcome)
  self.done, self.good, self.outcome = true, good, outcome
  self.thread, self.work, self.argument, self.transfer, self.due, self.busy = nil, nil, nil, false, false, false
  self._runtime().tasks[self] = nil
  wake(self)
end

-- Lets the task sleep until its transfer has news, if nothing else can continue it. With a deadline, each poll has to
-- look at the clock. A hash or a write to the disk has no number.
local function sleep(self)
  local transfer, events = self.transfer, self.events
  local round = events and transfer.number and not self.context.deadline
    and rounds.register(events, transfer, self)
  if round then
    self.round, self.seen = round, round.number
  end
end

-- Returns whether the task must still wait.
local function is_waiting(self)
  if self.is_woken or not self.started then
    return false
  end
  local transfer, context = self.transfer, self.context
  if transfer then
    local done, needs_caller = transfer:poll(0)
    context_of.wake(self.events)
    return not (done or needs_caller or context.deadline and context:remaining() <= 0)
  end
  return self.due and context.clock() < self.due
end

-- Runs the task until it waits or ends.
local function run(self)
  local good, yielded
  self.is_woken = false
  if self.started then
    good, yielded = coroutine.resume(self.thread)
  else
    good, yielded = begin(self)
  end
  if not good then
    finish(self, false, yielded)
  elseif yielded == coroutines.IDLE then
    coroutines.keep(self.thread)
    finish(self, true, self.outcome)
  end
end

--- Continues the task as far as possible without waiting. The first poll sends the request.
-- @return boolean: whether it is done
function Task:poll()
  -- A program may poll hundreds of tasks in each of its frames, so the poll of a sleeping task does almost nothing.
  local round = self.round
  if round then
    local number = round.number
    if self.seen ~= number then
      self.seen = number
      return false
    end
    self.seen = rounds.begin(self.events, 0)
    if self.round then
      return false
    end
  end
  if self.done then
    return true
  elseif not is_waiting(self) then
    run(self)
    if self.transfer then
      sleep(self)
    end
  end
  return self.done
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
  self.round = false
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
