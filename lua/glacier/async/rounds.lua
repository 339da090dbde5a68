--- The waiters of an event set, and the rounds in which tasks are polled.
--
-- A waiter waits for one transfer. The set lists the transfers that have news: those that may need their caller. The
-- code that handles the events of a set then wakes the waiters of the listed transfers. The other waiters cost nothing.
--
-- A program polls each of its tasks once in every round. The second poll of the same task begins the next round and
-- handles the events that are ready. Until then, the poll of a task that nobody woke only compares two numbers.
--
-- The rounds of a set are a table:
--   number     of the current round
--   advance    function() that begins the next round
--   poll       function(task): the method `poll` of the tasks that sleep until their transfer has news
--   waiters    by the number of their transfer
--   woken      the last waiter that was woken for each number
--   watchers   a set. A watcher is woken by any news
-- The references to waiters and watchers are weak, because a host may kill a coroutine that waits.
local context = require "glacier.async.context"

local rounds = {}

local weak_values = { __mode = "v" }

-- The rounds by event set.
local of_events = setmetatable({}, { __mode = "k" })

-- By event set: the waiters for which its descriptor was made readable. The references to them are weak too.
local interrupted = setmetatable({}, { __mode = "k" })

-- A program may poll hundreds of tasks in each of its frames, so the poll of a sleeping task must cost almost nothing.
-- A variable of a function is read faster than a field. That is why each set has its own function.
local function new_round()
  local number = 0
  local round = {
    number = 0, waiters = setmetatable({}, weak_values), woken = setmetatable({}, weak_values),
    watchers = setmetatable({}, { __mode = "k" }),
  }
  function round.advance()
    number = number + 1
    round.number = number
  end
  function round.poll(task)
    local seen = task.seen
    if seen == number then
      rounds.begin(task.context.events, 0)
      seen = task.seen
    end
    if seen then
      task.seen = number
      return false
    end
    return task:poll() -- it was woken, maybe before this call: a program may keep this function in a variable
  end
  return round
end

--- Returns the rounds of an event set.
-- @param events events of `glacier.core`
-- @return table
function rounds.of(events)
  local round = of_events[events] or new_round()
  of_events[events] = round
  return round
end

--- Registers a waiter. Its method `wake` is called once, when the transfer has news.
-- @param events events of `glacier.core`
-- @param transfer transfer of `glacier.core`, in that set; or nil: any news wakes the waiter
-- @param waiter table
-- @return table: the rounds of the set; nil if the transfer needs its caller already, or if it has no number, like the
--   hash of a body or a write to the disk
function rounds.register(events, transfer, waiter)
  local round = of_events[events] or rounds.of(events)
  if not transfer then
    round.watchers[waiter] = true
    return round
  end
  local number_of = transfer.number
  if not number_of then
    return nil
  end
  local number, needs_caller = number_of(transfer)
  if needs_caller then
    return nil
  end
  round.waiters[number] = waiter
  return round
end

local function wake_watchers(round)
  for watcher in pairs(round.watchers) do
    round.watchers[watcher] = nil
    watcher:wake()
  end
end

--- Wakes the watchers of an event set.
-- @param events events of `glacier.core`
function rounds.wake_watchers(events)
  wake_watchers(rounds.of(events))
end

--- Makes the descriptor of an event set readable until `settle` is called for the waiter. A host can then resume the
-- waiter's coroutine, even if the events were handled by another one.
-- @param events events of `glacier.core`
-- @param waiter table
function rounds.interrupt(events, waiter)
  local waiters = interrupted[events]
  if not waiters then
    waiters = setmetatable({}, { __mode = "k" })
    interrupted[events] = waiters
    events:interrupt(true)
  end
  waiters[waiter] = true
end

--- Ends the interruption of an event set if all of its waiters run again or were collected.
-- @param events events of `glacier.core`
-- @param waiter table or nil: a waiter that runs again
function rounds.settle(events, waiter)
  local waiters = interrupted[events]
  if not waiters then
    return
  elseif waiter then
    waiters[waiter] = nil
  end
  if not next(waiters) then
    interrupted[events] = nil
    events:interrupt(false)
  end
end

local function wake_waiter(round, number)
  local waiter = round.waiters[number]
  if waiter then
    round.waiters[number], round.woken[number] = nil, waiter
    waiter:wake()
  end
end

--- Wakes the waiter of a transfer that was cancelled.
-- @param events events of `glacier.core`
-- @param number number: of the transfer
function rounds.wake_waiter(events, number)
  wake_waiter(rounds.of(events), number)
end

-- Wakes the waiters of the transfers that have news.
function context.wake(events)
  local round = events and of_events[events]
  local number = round and events:take_news()
  if not number then
    return
  end
  repeat
    wake_waiter(round, number)
    number = events:take_news()
  until not number
  wake_watchers(round)
end

--- Iterates over the rounds of all event sets.
function rounds.each()
  return pairs(of_events)
end

--- Wakes all waiters of an event set that belongs to another process. They then detect that the set cannot be used.
-- @param events events of `glacier.core`
function rounds.abandon(events)
  local round = rounds.of(events)
  for number in pairs(round.waiters) do
    wake_waiter(round, number)
  end
  wake_watchers(round)
end

--- Begins the next round: waits for events, handles them and wakes their waiters.
-- @param events events of `glacier.core`
-- @param seconds number: the longest wait; 0 only handles what is ready
function rounds.begin(events, seconds)
  local round = of_events[events] or rounds.of(events)
  local usable = events:wait(seconds * 1000)
  round.advance()
  if interrupted[events] then
    rounds.settle(events)
  end
  if not usable then
    rounds.abandon(events)
  end
  context.wake(events)
end

return rounds
