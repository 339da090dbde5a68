--- Waiting, which is always done here, in Lua: so a coroutine can be switched there under any host.
-- A `turn` is one call's way to wait: { wait = function(seconds) or nil to block, polled = whether
-- that only hands over to whoever polls the job that this call is, and so may return at once,
-- deadline = number or nil, clock = function() -> seconds, never set back }.
local core = require "glacier.core"

local wait = {}

-- The phases of a request in OpenResty in which ngx.sleep may yield.
local yielding_phases = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, preread = true,
  ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true,
}

-- How long the first pause between two polls is, and the longest, in seconds: short against a
-- round trip, long against the cost of a poll.
local SHORTEST, LONGEST = 0.001, 0.016

-- How often a transfer is fed before others get their turn: with a fast peer it never has to wait.
local FEEDS = 32

-- The longest that C may block, in seconds, before Lua is asked again: a debug hook (the
-- interpreter's Ctrl-C) runs only between two such stretches.
local BLOCKING = 0.5

-- How this host waits without blocking; nil where blocking is all there is.
local function host(given)
  local ngx = _G.ngx
  if given or not (ngx and ngx.get_phase) then
    return given
  end
  return yielding_phases[ngx.get_phase()] and ngx.sleep or nil
end

--- Begins a turn.
-- @param given function(seconds) or nil: the option `wait`
-- @param timeout number or nil: seconds from now until the turn's deadline
-- @param clock function() -> number
-- @return table: the turn
function wait.turn(given, timeout, clock)
  return { wait = host(given), deadline = timeout and clock() + timeout, clock = clock }
end

--- How much of the turn is left, in seconds; math.huge without a deadline.
function wait.left(turn)
  return turn.deadline and turn.deadline - turn.clock() or math.huge
end

--- Waits for a transfer, polling it.
-- @param transfer transfer of `glacier.core`
-- @param turn table: of `wait.turn`
-- @param serve function or nil: called after each poll, to feed the transfer or to look at it;
--   returns "enough" to stop waiting, "again" where it did something and there is no use in waiting
-- @return boolean: true when it is done or enough, false when the deadline came first
function wait.transfer(transfer, turn, serve)
  local pause, feeds, answer = SHORTEST, 0, nil
  while true do
    local still = turn.wait or answer == "again"
    local done = transfer:poll(still and 0 or math.max(0, math.min(BLOCKING, wait.left(turn))) * 1000)
    answer = serve and serve(done)
    if done or answer == "enough" then
      return true
    elseif wait.left(turn) <= 0 then
      return false
    elseif answer == "again" then
      pause, feeds = SHORTEST, feeds + 1
      if feeds % FEEDS == 0 then
        wait.breathe(turn)
      end
    elseif turn.wait then
      turn.wait(math.min(pause, wait.left(turn)))
      pause = math.min(pause * 2, LONGEST)
    end
  end
end

--- Waits for a time: in one wait of the host's, which may return early, or blocking.
-- @param turn table: of `wait.turn`
-- @param seconds number
function wait.pause(turn, seconds)
  if turn.wait and not turn.polled then
    turn.wait(seconds)
    return
  end
  local clock = turn.wait and turn.clock or core.monotonic
  local over = clock() + seconds
  while seconds > 0 do
    (turn.wait or core.sleep)(math.min(seconds, BLOCKING))
    seconds = over - clock()
  end
end

--- Lets others have their turn during long work.
-- @param turn table: of `wait.turn`
function wait.breathe(turn)
  if turn.wait then
    turn.wait(turn.polled and 0 or SHORTEST) -- nginx warns of a sleep of 0 seconds
  end
end

return wait
