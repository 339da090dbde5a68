--- How a call waits in nginx until a descriptor of its event set is ready. nginx can wait only for sockets that it
-- connected itself. So a timer handler, the driver, connects to a waker of glacier.core, whose thread watches the
-- descriptors of the event sets. The driver handles what is ready and posts the semaphores of the waiting coroutines.
--
-- There is one driver per worker. It runs while coroutines wait, and a little longer. Until it is connected, and if
-- the system does not allow that, callers pause with ngx.sleep.
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local rounds = require "glacier.async.rounds"

local nginx = {}

-- Seconds: how long the driver waits for the next waiter; how long no other driver is started after one failed; the
-- shortest wait, and the longest, in case that a wake-up is missed.
local LINGER, PAUSE, SHORTEST, LONGEST = 1, 60, 0.001, 5

-- Milliseconds: the waker sends a byte every second, so the connection is never silent for this time.
local SILENCE = 60 * 1000

-- `waker` while it is connected; `retry_at`, the time from which another driver may be started.
local driver = { waker = nil, retry_at = 0 }

-- The waiters by event set: { semaphore =, transfer = }. They are weak, because nginx may kill a waiting coroutine.
local waiting = setmetatable({}, { __mode = "k" })

-- The number of the last news of each event set that were reported to its waiters.
local reported = setmetatable({}, { __mode = "k" })

local function waiters_of(events)
  local waiters = waiting[events]
  if not waiters then
    waiters = setmetatable({}, { __mode = "k" })
    waiting[events] = waiters
  end
  return waiters
end

-- Returns whether a transfer needs its caller. A transfer that was canceled meanwhile does too.
local function needs_caller(transfer)
  local good, needed = pcall(transfer.needs_caller, transfer)
  return not good or needed
end

-- Wakes the waiters of an event set, apart from those whose transfer does not need them.
local function wake_all(events)
  local waiters = waiters_of(events)
  for waiter in pairs(waiters) do
    if not waiter.transfer or needs_caller(waiter.transfer) then
      waiters[waiter] = nil
      waiter.semaphore:post(1)
    end
  end
end

local function step(events)
  rounds.begin(events, 0)
  wake_all(events)
end

--- Wakes the coroutines that can continue, if there is news. Whoever handled the events of a set calls this before it
-- lets others run.
-- @param events events of `glacier.core`
function nginx.wake(events)
  local news = next(waiters_of(events)) and events:news()
  if news and news ~= reported[events] then
    reported[events] = news
    wake_all(events)
  end
end

-- ---- the driver ----------------------------------------------------------------------------------

-- Returns the connection to a new waker; nil if the system does not allow it.
local function connect(ngx)
  local folder = os.getenv "TMPDIR"
  local waker = core.waker(folder and folder ~= "" and folder or "/tmp")
  if not waker then
    return nil
  end
  local connection = ngx.socket.tcp()
  connection:settimeout(SILENCE)
  if not (connection:connect("unix:" .. waker:path()) and waker:start()) then
    waker:close()
    return nil
  end
  return connection, waker
end

-- Handles what is ready. Returns whether anybody still waits.
local function step_all(waker)
  local anybody = false
  for events, waiters in pairs(waiting) do
    if next(waiters) then
      step(events)
    end
    if next(waiters) then
      anybody = true
      waker:watch(events:fd())
    end
  end
  return anybody
end

local function drive(ngx)
  local connection, waker = connect(ngx)
  if not connection then
    return
  end
  driver.waker = waker
  local last = core.monotonic()
  while connection:receive(1) do
    local now = core.monotonic()
    if step_all(waker) then
      last = now
    elseif now - last >= LINGER or ngx.worker.exiting() then
      break
    end
  end
  connection:close()
end

local function end_driver()
  local waker = driver.waker
  driver.waker = nil
  if waker then
    waker:close()
    driver.retry_at = 0
  end
  for events in pairs(waiting) do
    wake_all(events)
  end
end

-- nginx may refuse the timer, or drop it if too many are running.
local function start_driver(ngx)
  local now = core.monotonic()
  if now < driver.retry_at then
    return
  end
  driver.retry_at = now + PAUSE
  ngx.timer.at(0, function(premature)
    local good, err = true, nil
    if not premature then
      good, err = copcall.call(drive, ngx)
    end
    end_driver()
    if not good then
      error(err, 0)
    end
  end)
end

-- ---- waiting -------------------------------------------------------------------------------------

-- Returns a new semaphore; nil without lua-resty-core.
local function new_semaphore()
  local good, module = pcall(require, "ngx.semaphore")
  return good and module.new(0) or nil
end

-- Waits until the driver or another coroutine wakes the waiter, until a timer of the set is due, or until the limit.
local function wait(waiter, events, limit)
  local waiters, due = waiters_of(events), events:timeout()
  waiters[waiter] = true
  local woken = waiter.semaphore:wait(math.max(SHORTEST, math.min(limit, due or LONGEST, LONGEST)))
  waiters[waiter] = nil
  if not woken then
    step(events)
  end
end

--- Waits until something happens in an event set, or until the time limit.
-- @param events events of `glacier.core`
-- @param limit number: seconds, at most
-- @param transfer transfer or nil: the wait ends only if this transfer needs its caller
-- @return boolean: false, at once, if the caller must pause by itself
function nginx.wait(events, limit, transfer)
  local fd = events:fd()
  if fd and not driver.waker then
    start_driver(rawget(_G, "ngx"))
  end
  if not (fd and driver.waker) then
    return false
  end
  nginx.wake(events) -- the caller may have handled events of other coroutines
  local waiter = { semaphore = new_semaphore(), transfer = transfer }
  if not waiter.semaphore or transfer and needs_caller(transfer) or not driver.waker:watch(fd) then
    return false
  end
  wait(waiter, events, limit)
  return true
end

return nginx
