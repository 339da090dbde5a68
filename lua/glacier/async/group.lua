--- Groups of tasks that run together, a limited number at a time. Each task is polled once in every round. Between two
-- rounds there is one wait for all tasks.
local context_of = require "glacier.async.context"
local rounds = require "glacier.async.rounds"

local group = {}

local Group = {}
Group.__index = Group

-- Seconds between two rounds, if there is no single event set to wait for.
local ROUND = 0.05 -- the host has its own transport
local ROUND_OF_SEVERAL = 0.002 -- the tasks belong to several clients, each with its own event set

-- Seconds: the longest time that C may block before Lua runs again.
local BLOCKING = 0.5

--- Makes a group.
-- @param next_task function() -> table with a `task`, nil at the end
-- @param concurrency number: how many tasks are in progress at a time
-- @return group
function group.new(next_task, concurrency)
  return setmetatable({
    next_task = next_task, concurrency = concurrency, active = {}, position = 1,
  }, Group)
end

--- Makes a function that returns the tasks of a list as { index =, task = }.
-- @param tasks list of tasks
-- @return function() -> table or nil
function group.of_list(tasks)
  local index = 0
  return function()
    index = index + 1
    return tasks[index] and { index = index, task = tasks[index] }
  end
end

--- Returns the seconds until a task must be polled, even if there is no event.
-- @param task task
-- @return number: 0 or less if it must be polled now; math.huge if only an event can continue it
function group.seconds_left(task)
  local transfer, context = task.transfer, task.context
  if transfer then
    -- `transfer` may also be the hash of a body, which has no needs_caller
    return transfer.needs_caller and transfer:needs_caller() and 0 or context:remaining()
  end
  if task.due then
    return task.due - context.clock()
  end
  return task.busy and 0 or ROUND
end

-- Records the runtime of a task. There is rarely more than one client.
local function note_runtime(self, task)
  local runtime = task._runtime and task._runtime()
  if runtime and runtime ~= self.runtime then
    self.is_mixed = self.runtime ~= nil
    self.runtime = runtime
    self.context = context_of.new(runtime.wait, nil, runtime.clock)
  end
end

-- Starts tasks up to the limit of concurrency.
local function fill(self)
  local active = self.active
  while not self.is_over and #active < self.concurrency do
    local entry = self.next_task()
    self.is_over = not entry
    if entry then
      active[#active + 1] = entry
      note_runtime(self, entry.task)
    end
  end
end

local function limit_of(self)
  local limit, checked = math.huge, nil
  for _, entry in ipairs(self.active) do
    local task = entry.task
    if not task.round then
      limit = math.min(limit, group.seconds_left(task))
    elseif rounds.must_poll(task, checked) then
      return 0
    else
      checked = task.round
    end
  end
  return math.max(limit, 0)
end

-- Waits until a task may be able to continue.
local function idle(self)
  local context, transport = self.context, self.runtime.transport
  local events = not self.is_mixed and transport:events() or nil
  local limit = math.min(limit_of(self), events and math.huge or self.is_mixed and ROUND_OF_SEVERAL or ROUND)
  if context.wait then
    self.began = self.began or context.clock()
    context:pause(events, self.began, limit)
  else
    transport:idle(math.min(limit, BLOCKING))
  end
end

-- Lets other coroutines run between two rounds, if there is a host that waits.
local function pass(self)
  self.began = nil
  if self.context and self.context.wait then
    self.context:yield()
  end
end

-- Between two rounds: waits, and starts further tasks.
local function end_round(self)
  local hurry = self.hurry
  self.position, self.hurry = 1, false
  if hurry and (self.active[1] or not self.is_over) then
    pass(self)
  elseif not hurry and self.active[1] then
    idle(self)
  end
  fill(self)
end

-- Polls the next task of the round. Returns its entry if it is done.
local function poll_next(self)
  local active, position = self.active, self.position
  local entry = active[position]
  local task = entry.task
  if task:poll() then
    self.hurry = true
    active[position] = active[#active]
    active[#active] = nil
    return entry
  end
  self.hurry = self.hurry or task.busy
  self.position = position + 1
end

--- Waits for the next task that is done. Errors of `next_task` and of the host's wait are not caught.
-- @return the table that `next_task` returned; nil when all tasks are done
function Group:next()
  repeat
    if self.position > #self.active then
      end_round(self)
    end
    local entry = self.active[1] and poll_next(self)
    if entry then
      return entry
    end
  until not self.active[1] and self.is_over
end

--- Cancels the tasks in progress, and starts no more.
function Group:cancel()
  self.is_over = true
  for _, entry in ipairs(self.active) do
    entry.task:cancel()
  end
  self.active = {}
end

return group
