--- Runs many tasks, several at a time: `glacier.all` and `glacier.as_completed`.
local copcall = require "glacier.async.copcall"
local errors = require("glacier.core").errors
local group = require "glacier.async.group"
local task = require "glacier.async.task"

local all = {}

-- ---- arguments -----------------------------------------------------------------------------------

local function not_a_task(caller, index, value)
  return ("%s: task number %d is a %s, not a task"):format(caller, index, type(value))
end

local function check_tasks(caller, tasks)
  if type(tasks) ~= "table" and type(tasks) ~= "function" then
    errors.invalid(nil, ("%s: expected a list of tasks, or a function that makes them, got a %s"):format(
      caller, type(tasks)))
  end
  for index, item in ipairs(type(tasks) == "table" and tasks or {}) do
    if not task.is(item) then
      errors.invalid(nil, not_a_task(caller, index, item))
    end
  end
end

local function check_options(caller, options, known)
  if type(options) ~= "table" then
    errors.invalid(nil, caller .. ": the options must be a table")
  end
  local concurrency = options.concurrency == nil and 64 or options.concurrency
  if type(concurrency) ~= "number" or concurrency < 1 or concurrency % 1 ~= 0 then
    errors.invalid(nil, caller .. ": concurrency must be an integer of at least 1")
  elseif options.progress ~= nil and type(options.progress) ~= "function" then
    errors.invalid(nil, caller .. ": progress must be a function")
  end
  for name in pairs(options) do
    if known[name] ~= true then
      errors.invalid(nil, ("%s: Unknown option: %q, must be one of: %s"):format(
        caller, tostring(name), table.concat(known, ", ")))
    end
  end
  return concurrency
end

-- Returns a function that wraps the tasks of `maker` as entries of a group. After an error or an invalid result,
-- `maker` is not called again, because it may fail each time.
local function of_function(caller, maker)
  local index, over = 0, false
  return function()
    if over then
      return nil
    end
    index = index + 1
    local good, result = copcall.call(maker)
    if good and result == nil then
      return nil
    elseif good and not task.is(result) then
      good, result = false, errors.new("validation", "ParamValidationError", not_a_task(caller, index, result))
    elseif not good then
      copcall.raise_fatal(result)
    end
    over = not good
    return group.entry(index, good and result or task.failed(result))
  end
end

local all_options = { "concurrency", "progress", concurrency = true, progress = true }
local completed_options = { "concurrency", concurrency = true }

local function group_of(caller, tasks, options, known)
  check_tasks(caller, tasks)
  local concurrency = check_options(caller, options, known)
  local next_task = type(tasks) == "function" and of_function(caller, tasks) or group.of_list(tasks)
  return group.new(next_task, concurrency)
end

-- ---- results -------------------------------------------------------------------------------------

--- Performs tasks, several at a time. A task that fails does not raise here.
-- Raises `ParamValidationError` for invalid arguments before anything is sent.
-- @param tasks list of tasks, or a function that returns the next one, nil at the end. If the function raises, the
--   error is the last outcome
-- @param options table or nil: concurrency (64), progress = function(done, total), where total is nil for a function;
--   its errors are ignored
-- @return list: { ok = true, result = … } or { ok = false, error = … } of each task, by its number
function all.all(tasks, options)
  options = options == nil and {} or options
  local running, outcomes, done = group_of("all", tasks, options, all_options), {}, 0
  local total = type(tasks) == "table" and #tasks or nil
  local entry = running:next() -- Lua 5.1 cannot yield in the iterator of a `for` loop
  while entry do
    outcomes[entry.index] = entry.task.outcome
    done = done + 1
    if options.progress then
      copcall.ignoring(options.progress, done, total)
    end
    entry = running:next()
  end
  return outcomes
end

--- Iterates over the outcomes of tasks in the order in which they end, and keeps none of them. If the loop ends early,
-- the tasks in progress are cancelled: at once on Lua 5.4 and later, otherwise when the iterator is collected.
-- Raises `ParamValidationError` for invalid arguments before anything is sent.
-- @param tasks as of `all`
-- @param options table or nil: concurrency (64)
-- @return function() -> number of the task, and its outcome as of `all`; the further results are for the loop
function all.as_completed(tasks, options)
  local running = group_of("as_completed", tasks, options == nil and {} or options, completed_options)
  local closer = setmetatable({}, { __close = function()
    running:cancel()
  end })
  return function()
    local entry = running:next()
    if entry then
      return entry.index, entry.task.outcome
    end
  end, nil, nil, closer
end

return all
