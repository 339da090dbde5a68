--- The waiters of an event set, and the rounds in which tasks are polled.
--
-- A waiter waits for one transfer. The set lists the transfers that have news: those that may need their caller.
-- Whoever handles the events of a set then wakes the waiters of the listed transfers. The others cost nothing.
--
-- A program polls each of its tasks once in every round. The second poll of a task begins the next round and handles
-- the events that are ready. Until then, the poll of a task that nobody woke only compares two numbers.
local context = require "glacier.async.context"

local rounds = {}

-- The rounds by event set. The waiters keep them alive.
local of_events = setmetatable({}, { __mode = "kv" })

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
-- @param transfer transfer of `glacier.core`, in that set
-- @param waiter table: it must keep the result alive
-- @return table: the rounds of the set; nil if the transfer needs its caller already
function rounds.register(events, transfer, waiter)
  local number, needs_caller = transfer:number()
  if needs_caller then
    return nil
  end
  local round = of_events[events] or rounds.of(events)
  round.waiters[number] = waiter
  return round
end

local function wake_watchers(round)
  for watcher in pairs(round.watchers) do
    round.watchers[watcher] = nil
    watcher:wake()
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

--- Wakes all waiters of an event set that belongs to another process, so that they find out.
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
  if not usable then
    rounds.abandon(events)
  end
  context.wake(events)
  return round.number
end

return rounds
