--- Groups of tasks that run together, a limited number at a time.
--
-- In each round, a group polls the tasks that can continue: new tasks, those that were woken, and those that only a
-- poll can continue, for example after a sleep. Between two rounds there is one wait for all tasks. A task that sleeps
-- until its transfer has news costs nothing.
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
-- @param next_task function() -> table with a `task`, nil at the end. The table is an entry of the group, which adds
--   the fields `group`, `next_member` and `is_ready`
-- @param concurrency number: how many tasks are in progress at a time
-- @return group
function group.new(next_task, concurrency)
  return setmetatable({
    next_task = next_task, concurrency = concurrency, runtimes = {},
    entries = {}, count = 0, -- the set of the entries in progress, and their number
    ready = {}, timed = {}, -- lists of entries for the next round; no wait is needed if one is ready
    current = {}, position = 1, -- the entries of this round
    is_over = false, -- there are no further tasks
    hurry = false, -- a task of this round has ended, or lets other tasks run: the next round begins without a wait
    skipped = false, -- no events were handled before this round
    runtime = nil, reference = nil, context = nil, is_mixed = nil, -- of the last new client; whether there are several
    began = nil, awaited = nil, -- while it waits: since when, and for which event set
  }, Group)
end

--- Makes an entry of a group.
-- @param index number
-- @param task task
-- @return table
function group.entry(index, task)
  return { index = index, task = task, group = false, next_member = false, is_ready = false }
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

--- Polls an entry in the next round. Its task calls this when it is woken or has ended. That may happen in another
-- coroutine while the group waits.
-- @param entry table
function Group:wake(entry)
  if not entry.is_ready then
    entry.is_ready = true
    self.ready[#self.ready + 1] = entry
    if self.awaited then
      rounds.wake_watchers(self.awaited)
    end
  end
end

-- Records the runtime of a task. There is rarely more than one client.
local function note_runtime(self, task)
  local reference = task._runtime
  if reference and reference ~= self.reference then
    local runtime = reference()
    self.is_mixed, self.reference = self.runtime ~= nil, reference
    self.runtime, self.runtimes[runtime] = runtime, true
    self.context = context_of.new(runtime.wait, nil, runtime.clock)
  end
end

local function add(self, entry)
  local task = entry.task
  note_runtime(self, task)
  entry.group, entry.next_member, task.member = self, task.member, entry
  self.entries[entry], self.count = true, self.count + 1
  self:wake(entry)
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
  if self.ready[1] then -- after a fork, `transport:events` wakes all tasks
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
  if not self.ready[1] then
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
  local ready, timed = self.ready, self.timed
  for index, entry in ipairs(timed) do
    self:wake(entry)
    timed[index] = nil
  end
  self.ready, self.current, self.position = self.current, ready, 1
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

-- Polls the next entry of the round. Returns it if its task is done.
local function poll_next(self)
  local current, position = self.current, self.position
  local entry = current[position]
  current[position], self.position = nil, position + 1
  local task = entry.task
  local is_done = task:poll()
  if not self.entries[entry] then -- the group was cancelled meanwhile
    return nil
  elseif is_done then
    self.hurry = true
    self.entries[entry], self.count = nil, self.count - 1
    return entry
  end
  entry.is_ready = false
  if task.busy then
    self.hurry = true
    self:wake(entry)
  elseif not task.round then
    self.timed[#self.timed + 1] = entry
  end
end

--- Waits for the next task that is done. Errors of `next_task` and of the host's wait are not caught.
-- @return the table that `next_task` returned; nil when all tasks are done
function Group:next()
  repeat
    if not self.current[self.position] then
      end_round(self)
    end
    local entry = self.current[self.position] and poll_next(self)
    if entry then
      return entry
    end
  until self.count == 0 and self.is_over
end

--- Cancels the tasks in progress, and starts no more.
function Group:cancel()
  local entries = self.entries
  self.is_over, self.entries, self.count, self.current = true, {}, 0, {}
  for entry in pairs(entries) do
    entry.task:cancel()
  end
end

return group
