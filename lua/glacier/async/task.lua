--- Tasks: calls that are begun and polled, many at a time on one thread.
local perform = require "glacier.call.perform"
local prepare = require "glacier.call.prepare"
local errors = require "glacier.errors"
local copcall = require "glacier.async.copcall"
local new_context = require("glacier.async.context").new
local task_context = require("glacier.async.context").of_task

local task = {}

local Task = {}
Task.__index = Task
Task.__name = "glacier.task"
Task.is_task = true -- the class of `glacier.safe` inherits it

-- Seconds: the longest that a driver waits between two rounds, for tasks that wait out a back-off.
local ROUND = 0.05

--- Makes a task of a function that may wait.
-- @param runtime table: of `runtime.new`
-- @param work function(context) -> result; waits through the turn alone
-- @return task
function task.new(runtime, work)
  local context = task_context(runtime.wait, runtime.clock)
  -- Behind a function, as in the client: whoever prints all of a task prints no secret setting.
  local function own()
    return runtime
  end
  return setmetatable({ _runtime = own, thread = coroutine.create(work), context = context }, Task)
end

--- Begins a call: checks its parameters, sends nothing yet.
-- Raises `ParamValidationError`.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @return task
function task.start(runtime, operation, params)
  local invocation = prepare.call(runtime, operation, params)
  return task.new(runtime, function(context)
    return perform.call(runtime, invocation, context)
  end)
end

-- The call's time runs from its first poll: a task may wait long for its place among many.
local function begin(self)
  if not self.begun then
    local runtime = self._runtime()
    local timeout = runtime.settings.timeout
    self.begun, self.context.deadline = true, timeout and runtime.clock() + timeout
  end
end

--- Moves the task as far as it goes without waiting; the first poll sends.
-- @return boolean: whether it is done
function Task:poll()
  if not self.done then
    begin(self)
    local good, outcome = coroutine.resume(self.thread, self.context)
    self.busy = outcome == 0 -- `wait.breathe`: it has more to do than to wait
    if coroutine.status(self.thread) == "dead" then
      self.done, self.good, self.outcome = true, good, outcome
    end
  end
  return self.done == true
end

--- The result of the call, for which it is waited if it is not done.
-- Raises the call's error.
-- @return table: as of the call
function Task:result()
  task.drive { self }
  if not self.good then
    return error(self.outcome, 0)
  end
  return self.outcome
end

--- Gives the task up: ends its transfer, if it has one under runtime. Its result is then an error,
-- unless it was done already.
function Task:cancel()
  self.context.deadline = -math.huge
  if not self.done and (not self.begun or not self:poll()) then
    self.done, self.good = true, false
    self.outcome = errors.new("transport", "ReadTimeoutError", "The task was given up")
  end
end

-- Waits between two rounds of polls. In a hurry, with more to do than to wait, the others of the host
-- get their turn, and where there are none it does not wait.
local function idle(runtime, pause, hurry)
  local context = new_context(runtime.wait, nil, runtime.clock)
  if context.wait then
    context.wait(pause)
  elseif not hurry then
    runtime.transport:idle(ROUND)
  end
end

-- Returns whether a task was done, or has more to do than to wait.
local function poll_round(active, finished)
  local before, busy = #active, false
  for position = #active, 1, -1 do
    local entry = active[position]
    if entry.task:poll() then
      table.remove(active, position)
      finished(entry)
    else
      busy = busy or entry.task.busy
    end
  end
  return busy or #active < before
end

-- Fills `active` up from `next_task`; false when there are no more.
local function fill(active, concurrency, next_task)
  while #active < concurrency do
    local entry = next_task()
    if not entry then
      return false
    end
    active[#active + 1] = entry
  end
  return true
end

--- Polls tasks until all are done. Errors of either function pass through, and leave tasks undone.
-- @param next_task function() -> table with a `task`, nil at the end
-- @param concurrency number: how many may be under runtime at a time
-- @param finished function(entry): called with that table when its task is done
function task.run(next_task, concurrency, finished)
  local active, more, pause, runtime = {}, true, 0.001, nil
  repeat
    more = more and fill(active, concurrency, next_task)
    runtime = active[1] and active[1].task._runtime and active[1].task._runtime() or runtime
    local hurry = poll_round(active, finished)
    pause = hurry and 0.001 or pause
    if runtime and (more or active[1]) then
      idle(runtime, pause, hurry)
    end
    pause = math.min(pause * 2, 0.016)
  until not more and not active[1]
end

local function is_task(value)
  return type(value) == "table" and value.is_task == true
end

-- Gives { index =, task = } of a list of tasks.
local function numbered(tasks)
  local index = 0
  return function()
    index = index + 1
    return tasks[index] and { index = index, task = tasks[index] }
  end
end

-- In the place of a task that could not be made: it is done, and has failed.
local function stillborn(err)
  return setmetatable({ done = true, good = false, outcome = err }, Task)
end

-- The same of a function that makes tasks. One that raises, or gives something else, is not asked
-- again, for it may do so for ever.
local function numbered_of(maker)
  local index, over = 0, false
  return function()
    if over then
      return nil
    end
    index = index + 1
    local good, made = copcall.call(maker)
    if good and made == nil then
      return nil
    elseif good and not is_task(made) then
      good, made = false, errors.new("validation", "ParamValidationError",
        ("all: task number %d is none, type: %s"):format(index, type(made)))
    end
    over = not good
    return { index = index, task = good and made or stillborn(made) }
  end
end

--- Polls tasks until all are done.
-- @param tasks list of tasks
function task.drive(tasks)
  task.run(numbered(tasks), math.huge, function() end)
end

local function check_tasks(tasks)
  if type(tasks) ~= "table" and type(tasks) ~= "function" then
    errors.raise("validation", "ParamValidationError", "all: a list of tasks, or a function that makes them, expected")
  end
  for index, made in ipairs(type(tasks) == "table" and tasks or {}) do
    if not is_task(made) then
      errors.raise("validation", "ParamValidationError",
        ("all: task number %d is none, type: %s"):format(index, type(made)))
    end
  end
end

local function check_options(options)
  if type(options) ~= "table" then
    errors.raise("validation", "ParamValidationError", "all: the options must be a table")
  end
  local concurrency = options.concurrency == nil and 64 or options.concurrency
  if type(concurrency) ~= "number" or concurrency < 1 or concurrency % 1 ~= 0 then
    errors.raise("validation", "ParamValidationError", "all: concurrency must be an integer of at least 1")
  elseif options.progress ~= nil and type(options.progress) ~= "function" then
    errors.raise("validation", "ParamValidationError", "all: progress must be a function")
  end
  for name in pairs(options) do
    if name ~= "concurrency" and name ~= "progress" then
      errors.raise("validation", "ParamValidationError",
        ("all: Unknown option: %q, must be one of: concurrency, progress"):format(tostring(name)))
    end
  end
  return concurrency
end

--- Performs tasks, several at a time. A task that fails does not raise here.
-- Raises `ParamValidationError` before anything is sent, for what is no list of tasks or no option.
-- @param tasks list of tasks, or a function that makes the next one, nil at the end; if that raises,
--   it is an outcome, too, and the last
-- @param options table or nil: concurrency (64), progress = function(done, total), where total is
--   nil for a function
-- @return list: { ok = true, result = … } or { ok = false, error = … } of each task, by its number
function task.all(tasks, options)
  check_tasks(tasks)
  options = options == nil and {} or options
  local concurrency = check_options(options)
  local outcomes, done = {}, 0
  local next_task = type(tasks) == "function" and numbered_of(tasks) or numbered(tasks)
  task.run(next_task, concurrency, function(entry)
    local finished = entry.task
    if finished.good then
      outcomes[entry.index] = { ok = true, result = finished.outcome }
    else
      outcomes[entry.index] = { ok = false, error = finished.outcome }
    end
    done = done + 1
    if options.progress then
      pcall(options.progress, done, type(tasks) == "table" and #tasks or nil)
    end
  end)
  return outcomes
end

return task
