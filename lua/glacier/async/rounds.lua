--- Rounds of polling, for tasks that wait for transfers of the same event set.
--
-- In each round, every task is polled once. The second poll of a task begins the next round and handles the events
-- that are ready. An event set counts its news: each time that a transfer needs its caller. While there is no news, the
-- polls of the other tasks only compare numbers.
local rounds = {}

-- The rounds by event set. Their tasks keep them alive.
local of_events = setmetatable({}, { __mode = "kv" })

--- Returns the rounds of an event set.
-- @param events events of `glacier.core`
-- @return table: number, of the current round; changed, the number of the last round that brought news; news, the
--   result of `events:wait` in that round
function rounds.of(events)
  local round = of_events[events]
  if not round then
    round = { number = 0, changed = 0, news = 0 }
    of_events[events] = round
  end
  return round
end

--- Begins the next round with a wait for events.
-- @param events events of `glacier.core`
-- @param seconds number: the longest wait; 0 only handles what is ready
-- @return number: of the round
function rounds.begin(events, seconds)
  local round, news = rounds.of(events), events:wait(seconds * 1000)
  round.number = round.number + 1
  if news ~= round.news then
    round.news, round.changed = news, round.number
  end
  return round.number
end

--- Returns whether a task must be polled, because there was news after its last poll or after the current round began.
-- @param task table: a task that has `round`
-- @param checked table or nil: rounds that are known to have no more news
-- @return boolean
function rounds.must_poll(task, checked)
  local round = task.round
  return task.seen < round.changed or round ~= checked and task.events:news() ~= round.news
end

return rounds
