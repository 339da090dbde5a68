--- Groups of tasks that run together, a limited number at a time.
--
-- In each round, a group polls new tasks, tasks that were woken, and tasks that no event will wake, for example because
-- they sleep for some seconds. Between two rounds there is at most one wait, which is for all tasks. A task that sleeps
-- until its transfer has news costs nothing.
local context_of = require "glacier.async.context"
local errors = require("glacier.core").errors
local rounds = require "glacier.async.rounds"
local is_inside = require("glacier.async.task_context").is_inside

local group = {}

local Group = {}
Group.__index = Group

-- Seconds between two rounds, if there is no single event set to wait for.
local ROUND = 0.05 -- the host has its own transport
local ROUND_OF_SEVERAL = 0.002 -- the tasks belong to several clients, each with its own event set

-- Seconds: the longest time that C may block before Lua runs again.
local BLOCKING = 0.5

--- Makes a group.
-- @param next_task function() -> table with a `task`, nil at the end. The table is an entry of the group, which adds
--   the fields `group`, `slot` (its place in `entries`), `next_member` and `is_ready`
-- @param concurrency number: how many tasks are in progress at a time
-- @return group
function group.new(next_task, concurrency)
  return setmetatable({
    next_task = next_task, concurrency = concurrency, runtimes = {},
    entries = {}, count = 0, -- the list of the entries in progress in any order, and their number
    ready = {}, ready_count = 0, -- the entries for the next round, and their number; no wait is needed if one is ready
    timed = {}, -- the entries that no event will wake, also for the next round
    current = {}, position = 1, -- the entries of this round, and the position of the next entry
    is_over = false, -- there are no further tasks
    hurry = false, -- a task of this round has ended or lets others run: other coroutines run before the next round
    skipped = false, -- no events were handled before this round
    runtime = nil, reference = nil, context = nil, is_mixed = nil, -- the last new client; whether there are several
    began = nil, awaited = nil, -- when the wait began, and the event set it waits for
  }, Group)
end

--- Makes an entry of a group.
-- @param index number
-- @param task task
-- @return table
function group.entry(index, task)
  return { index = index, task = task, group = false, slot = false, next_member = false, is_ready = false }
end

--- Makes a function that returns the tasks of a list as entries.
-- @param tasks list of tasks
-- @return function() -> table or nil
function group.of_list(tasks)
  local index = 0
  return function()
    index = index + 1
    return tasks[index] and group.entry(index, tasks[index])
  end
end

--- Returns the seconds until a task must be polled, even if there is no event.
-- @param task task
-- @return number: 0 or less if it must be polled now; math.huge if only an event can continue it
function group.seconds_left(task)
  local context = task.context
  local transfer = context and context.transfer
  if task.seen then
    return math.huge
  elseif not context or context.is_woken then -- the option `clock` may have cancelled the task
    return 0
  elseif transfer then
    return transfer:needs_caller() and 0 or context:remaining()
  elseif context.due then
    return context.due - context.clock()
  end
  return context.busy and 0 or ROUND
end

--- Makes the next round poll an entry. The entry's task calls this when it is woken or has ended. That may happen in
-- another coroutine while the group waits.
-- @param entry table
function Group:wake(entry)
  if not entry.is_ready then
    local count = self.ready_count + 1
    entry.is_ready, self.ready_count, self.ready[count] = true, count, entry
    if self.awaited then
      rounds.wake_watchers(self.awaited)
    end
  end
end

-- Records the client of a task. There is rarely more than one.
local function note_client(self, reference)
  local runtime = reference()
  self.is_mixed, self.reference = self.runtime ~= nil, reference
  self.runtime, self.runtimes[runtime] = runtime, true
  self.context = context_of.new(runtime.wait, nil, runtime.clock)
end

-- Adds an entry. Raises `ParamValidationError` for a task whose own work waits for the group.
local function add(self, entry)
  local context, count = entry.task.context, self.count + 1
  entry.group, entry.slot, self.entries[count], self.count = self, count, entry, count
  if context then -- otherwise the task is done
    if context.thread and is_inside(context) then
      errors.invalid(nil, "a task cannot wait for its own result")
    end
    local reference = context.reference
    if reference ~= self.reference then
      note_client(self, reference)
    end
    entry.next_member, context.member = context.member, entry
  end
  self:wake(entry)
end

-- Removes an entry whose task is done. Returns false if the group was cancelled meanwhile.
local function remove(self, entry)
  local entries, count, slot = self.entries, self.count, entry.slot
  local last = entries[count]
  if entries[slot] ~= entry then
    return false
  end
  entries[slot], last.slot = last, slot
  entries[count], self.count = nil, count - 1
  return true
end

-- Starts tasks up to the limit of concurrency.
local function fill(self)
  while not self.is_over and self.count < self.concurrency do
    local entry = self.next_task()
    self.is_over = not entry
    if entry then
      add(self, entry)
    end
  end
end

-- Handles the events that are ready.
local function handle_events(self)
  for runtime in pairs(self.runtimes) do
    local events = runtime.transport:events()
    if events then
      rounds.begin(events, 0)
    end
  end
end

local function limit_of(self)
  local limit = math.huge
  for _, entry in ipairs(self.timed) do
    limit = math.min(limit, group.seconds_left(entry.task))
  end
  return math.max(limit, 0)
end

-- Waits until a task may be able to continue, and handles the events.
local function idle(self)
  local context, transport = self.context, self.runtime.transport
  local events = not self.is_mixed and transport:events() or nil
  if self.ready_count > 0 then -- after a fork, `transport:events` wakes all tasks
    return
  end
  local limit = math.min(limit_of(self), events and math.huge or self.is_mixed and ROUND_OF_SEVERAL or ROUND)
  if context.wait then
    self.began, self.awaited = self.began or context.clock(), events
    context:pause(events, self.began, limit)
    self.awaited = nil
    handle_events(self)
  else
    transport:idle(math.min(limit, BLOCKING))
    if self.is_mixed then
      handle_events(self)
    end
  end
end

-- Lets other coroutines run between two rounds, if the host has coroutines.
local function pass(self)
  self.began = nil
  if self.context and self.context.wait then
    self.context:yield()
  end
end

-- Waits if no task can continue. Otherwise only handles the events, in every second round: the tasks that continue
-- often start transfers, whose events come later.
local function wait(self)
  if self.ready_count == 0 then
    idle(self)
    self.skipped = false
  elseif self.skipped then
    handle_events(self)
    self.skipped = false
  else
    self.skipped = true
  end
end

local function begin_round(self)
  local timed = self.timed
  for index, entry in ipairs(timed) do
    self:wake(entry)
    timed[index] = nil
  end
  self.ready, self.ready_count, self.current, self.position = self.current, 0, self.ready, 1
end

-- Between two rounds: starts further tasks, and waits.
local function end_round(self)
  local hurry = self.hurry
  self.hurry = false
  if hurry and (self.count > 0 or not self.is_over) then
    pass(self)
  end
  fill(self)
  if self.count > 0 then
    wait(self)
  end
  begin_round(self)
end

-- Polls an entry. Returns whether its task is done, and the group was not cancelled meanwhile.
local function poll(self, entry)
  local task = entry.task
  if task:poll() then
    self.hurry = true
    return remove(self, entry)
  end
  entry.is_ready = false
  if task.seen then
    return false
  elseif task.context.busy then
    self.hurry = true
    self:wake(entry)
  else
    self.timed[#self.timed + 1] = entry
  end
  return false
end

--- Waits for the next task that is done. Errors of `next_task` and of the host's wait are not caught.
-- @return the table that `next_task` returned; nil when all tasks are done
function Group:next()
  while true do
    local current, position = self.current, self.position
    local entry = current[position]
    if entry then
      current[position], self.position = nil, position + 1
      if poll(self, entry) then
        return entry
      end
    elseif self.is_over and self.count == 0 then
      return nil
    else
      end_round(self)
    end
  end
end

--- Cancels the tasks in progress, and starts no more.
function Group:cancel()
  local entries = self.entries
  self.is_over, self.entries, self.count, self.current = true, {}, 0, {}
  for _, entry in ipairs(entries) do
    entry.task:cancel()
  end
end

return group
