--- The waiters of an event set, and the rounds in which tasks are polled.
--
-- A waiter waits for one transfer. The set lists the transfers that have news: those that may need their caller. The
-- code that handles the events of a set then wakes the waiters of the listed transfers. The other waiters cost nothing.
--
-- A program polls each of its tasks once in every round. The second poll of a task begins the next round and handles
-- the events that are ready. Until then, the poll of a task that nobody woke only compares two numbers.
local context = require "glacier.async.context"

local rounds = {}

-- The rounds by event set. The waiters keep them alive.
local of_events = setmetatable({}, { __mode = "kv" })

-- By event set: the waiters for whom its descriptor is readable. Their references are weak, as those of `rounds.of`.
local interrupted = setmetatable({}, { __mode = "k" })

--- Returns the rounds of an event set.
-- @param events events of `glacier.core`
-- @return table: number, of the current round; waiters, by the number of their transfer; watchers, a set. A watcher is
--   woken by any news. The references to both are weak, because a host may kill a coroutine that waits
function rounds.of(events)
  local round = of_events[events]
  if not round then
    round = { number = 0, waiters = setmetatable({}, { __mode = "v" }), watchers = setmetatable({}, { __mode = "k" }) }
    of_events[events] = round
  end
  return round
end

--- Registers a waiter. Its method `wake` is called once, when the transfer has news.
-- @param events events of `glacier.core`
-- @param transfer transfer of `glacier.core`, in that set; or nil: any news wakes the waiter
-- @param waiter table: it must keep the result alive
-- @return table: the rounds of the set; nil if the transfer needs its caller already
function rounds.register(events, transfer, waiter)
  local round = of_events[events] or rounds.of(events)
  if not transfer then
    round.watchers[waiter] = true
    return round
  end
  local number, needs_caller = transfer:number()
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

--- Ends the interruption of an event set if all of its waiters run or were collected.
-- @param events events of `glacier.core`
-- @param waiter table or nil: one that runs
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

--- Wakes the waiter of a transfer that was cancelled.
-- @param events events of `glacier.core`
-- @param number number: of the transfer
function rounds.wake_waiter(events, number)
  local waiters = rounds.of(events).waiters
  local waiter = waiters[number]
  if waiter then
    waiters[number] = nil
    waiter:wake()
  end
end

-- Wakes the waiters of the transfers that have news.
function context.wake(events)
  local round = events and of_events[events]
  local number = round and events:take_news()
  if not number then
    return
  end
  local waiters = round.waiters
  repeat
    local waiter = waiters[number]
    if waiter then
      waiters[number] = nil
      waiter:wake()
    end
    number = events:take_news()
  until not number
  wake_watchers(round)
end

--- Wakes all waiters of an event set that belongs to another process. They then detect that the set cannot be used.
-- @param events events of `glacier.core`
function rounds.abandon(events)
  local round = rounds.of(events)
  for number in pairs(round.waiters) do
    rounds.wake_waiter(events, number)
  end
  wake_watchers(round)
end

--- Begins the next round: waits for events, handles them and wakes their waiters.
-- @param events events of `glacier.core`
-- @param seconds number: the longest wait; 0 only handles what is ready
-- @return number: of the round
function rounds.begin(events, seconds)
  local round = of_events[events] or rounds.of(events)
  local usable = events:wait(seconds * 1000)
  round.number = round.number + 1
  if interrupted[events] then
    rounds.settle(events)
  end
  if not usable then
    rounds.abandon(events)
  end
  context.wake(events)
  return round.number
end

return rounds
