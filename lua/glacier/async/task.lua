--- Tasks: calls that are started and then polled, many at a time on one thread.
local context_of = require "glacier.async.context"
local errors = require("glacier.core").errors
local group = require "glacier.async.group"
local perform = require "glacier.call.perform"
local prepare = require "glacier.call.prepare"
local rounds = require "glacier.async.rounds"
local coroutines = require "glacier.async.coroutines"
local task_context = require "glacier.async.task_context"

local task = {}

-- A local is read faster than a field.
local resume, status = coroutine.resume, coroutine.status
local take_coroutine, keep_coroutine = coroutines.take, coroutines.keep
local register, wake = rounds.register, context_of.wake
local new_context = task_context.new
local FOR_TRANSFER, IDLE = task_context.FOR_TRANSFER, coroutines.IDLE
local call, prepare_call = perform.call, prepare.call

local Task = {}
local poll -- Task.poll
Task.__index = Task
Task.__name = "glacier.task"
Task.is_task = true -- the classes of `glacier.safe` inherit it

-- A task has four fields only, because a program may poll hundreds of tasks in each of its frames, and small tables fit
-- into the processor's caches:
--   poll      the method of the task's state: `poll` of `rounds.of` while it sleeps until its transfer has
--             news, otherwise `Task.poll`
--   seen      the number of the round in which it was polled last, while it sleeps; otherwise false
--   context   of `glacier.async.task_context`; false when the task is done
--   outcome   { ok = true, result = … } or { ok = false, error = … }; false until the task is done

--- Makes a task of a function that may wait.
-- @param runtime table: of `runtime.new`
-- @param work function(context, argument, runtime) -> result; it waits only through the context
-- @param argument any
-- @return task
function task.new(runtime, work, argument)
  return setmetatable({
    poll = poll, seen = false, context = new_context(runtime, work, argument), outcome = false,
  }, Task)
end

local function perform_call(context, invocation, runtime)
  return call(runtime, invocation, context)
end

--- Starts a call: checks its parameters, but sends nothing yet.
-- Raises `ParamValidationError`.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @return task
function task.start(runtime, operation, params)
  return task.new(runtime, perform_call, prepare_call(runtime, operation, params))
end

--- Makes a failed task, in place of a task that could not be made.
-- @param err any: the error that `result` raises
-- @return task
function task.failed(err)
  return setmetatable({ poll = poll, seen = false, context = false, outcome = { ok = false, error = err } }, Task)
end

--- Returns whether a value is a task.
function task.is(value)
  return type(value) == "table" and value.is_task == true
end

-- Starts the coroutine.
local function begin(context)
  local runtime, work, argument = context.reference(), context.work, context.value
  local thread = take_coroutine()
  context.thread, context.work, context.value = thread, false, false
  return resume(thread, work, context, argument, runtime)
end

-- Tells the groups of a task that it was woken or has ended. A task may be in several groups, because a program may
-- wait for the result of a task that another group polls.
local function wake_groups(context)
  local member = context.member
  while member do
    if not member.is_ready then
      member.group:wake(member)
    end
    member = member.next_member
  end
end

-- Lets the next poll continue the task. `glacier.async.rounds` calls this method.
local function wake_task(self)
  local context = self.context
  if context then
    self.poll, self.seen, context.is_woken = poll, false, true
    wake_groups(context)
  end
end
Task.wake = wake_task

local function finish(self, context, outcome)
  self.poll, self.seen, self.context, self.outcome = poll, false, false, outcome
  wake_groups(context)
end

-- Lets the task sleep until its transfer has news, if nothing else can continue it. With a deadline, each poll has to
-- look at the clock.
local function sleep(self, context, transfer, events)
  context.transfer, context.events = transfer, events
  local round = events and not context.deadline and register(events, transfer, self)
  if round then
    self.poll, self.seen = round.poll, round.number
  else
    context.reference().tasks[self] = true
  end
end

-- Starts the timeout at the first poll, because a task may be created long before it runs.
local function set_deadline(context)
  local timeout = context.timeout
  if timeout then
    context.deadline = context.clock() + timeout
  end
end

-- Returns whether the task must still wait.
local function is_waiting(context)
  local transfer = context.transfer
  if transfer then
    local done, needs_caller, has_news = transfer:poll(0)
    if has_news then
      wake(context.events)
    end
    return not (done or needs_caller or context.deadline and context:remaining() <= 0)
  end
  return context.due and context.clock() < context.due
end

local function cancelled()
  return errors.new("transport", "ReadTimeoutError", "The task was cancelled")
end

-- Returns the error of a task whose work raised an error. The work of a cancelled task detects only that its deadline
-- has passed. Any other error is kept.
local function error_of(context, err)
  if context.deadline == -math.huge and type(err) == "table" and err.code == "ReadTimeoutError" then
    return cancelled()
  end
  return err
end

-- Runs the task until it waits or ends. Returns whether it ended. While it runs, `is_woken` is true, so that a poll in
-- its own work does not poll its last transfer.
local function run(self, context)
  local thread, good, yielded, transfer, events = context.thread
  context.is_woken = true
  if thread then
    good, yielded, transfer, events = resume(thread)
  else
    good, yielded, transfer, events = begin(context)
  end
  if yielded == FOR_TRANSFER then
    context.is_woken = false
    sleep(self, context, transfer, events)
    return false
  elseif yielded == IDLE then
    keep_coroutine(context.thread)
    finish(self, context, { ok = true, result = context.value })
  elseif good then
    context.is_woken, context.transfer = false, false
    context.reference().tasks[self] = true
    return false
  elseif status(context.thread) == "dead" then
    finish(self, context, { ok = false, error = error_of(context, yielded) })
  else
    return false -- the coroutine runs already
  end
  return true
end

--- Continues the task as far as possible without waiting. Nothing is sent before the first poll. If a function that the
-- task calls, such as the option `transport`, polls the task, it only gets false.
-- @return boolean: whether it is done
function Task:poll()
  local context = self.context
  if not context then
    return true
  end
  local waits = false
  if not context.thread then
    set_deadline(context)
  elseif not context.is_woken then
    waits = is_waiting(context)
  end
  if not self.context then -- the option `clock` is a function that has cancelled the task
    return true
  end
  return not waits and run(self, context)
end
poll = Task.poll

--- Waits for the task if it is not done, and returns its result.
-- Raises the task's error. Raises `ParamValidationError` if a function that the task calls uses this method, because a
-- task cannot wait for itself.
-- @return table: the output of the call
function Task:result()
  if not self.outcome then
    group.new(group.of_list { self }, math.huge):next()
  end
  local outcome = self.outcome
  if not outcome.ok then
    return error(outcome.error, 0)
  end
  return outcome.result
end

--- Cancels the task and its transfer. Its result is then a `ReadTimeoutError` whose message says that the task was
-- cancelled, unless the task was done or its response had arrived. If a function that the
-- task calls uses this method, the task ends the next time it would wait.
function Task:cancel()
  local context = self.context
  if not context then
    return
  end
  -- With a deadline in the past, the next poll ends the call, and the call frees its resources.
  context.deadline, context.due = -math.huge, context.due and -math.huge
  self.poll, self.seen, context.is_woken = poll, false, true
  local thread = context.thread
  if not thread or not self:poll() and status(thread) == "suspended" then
    finish(self, context, { ok = false, error = cancelled() })
  end
end

-- Returns whether a task of the client was woken, but not polled since. Forgets the waiters that need no poll any more,
-- so that they are not examined again.
local function has_woken(runtime)
  for _, round in rounds.each() do
    for number, waiter in pairs(round.woken) do
      local context = waiter.context
      if not (context and context.is_woken) then
        round.woken[number] = nil
      elseif context.reference == runtime.reference then
        return true
      end
    end
  end
  return false
end

--- Returns the time after which a task of a client must be polled even if no event comes.
-- @param runtime table: of `runtime.new`
-- @return number: seconds; math.huge if no task waits for a time
function task.timeout(runtime)
  if has_woken(runtime) then
    return 0
  end
  local least, tasks = math.huge, runtime.tasks
  for self in pairs(tasks) do
    if self.seen or not self.context then
      tasks[self] = nil -- it sleeps until its transfer has news, or it is done
    else
      least = math.min(least, group.seconds_left(self))
    end
  end
  return math.max(least, 0)
end

return task
