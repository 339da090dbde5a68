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

-- Seconds: how long the driver waits for the next waiter; how long no driver is started after one failed; the longest
-- wait, in case that a wake-up is missed.
local LINGER, PAUSE, LONGEST = 1, 60, 5

-- Milliseconds: the waker sends a byte every second, so the connection is never silent for this time.
local SILENCE = 60 * 1000

local driver = { is_running = false, retry_at = 0 }

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

-- Returns whether a waiter must look at what it waits for. Only a transfer can tell. It raises if it was canceled.
local function is_concerned(waiter)
  local transfer = waiter.transfer
  if not (transfer and transfer.needs_caller) then
    return true
  end
  local good, needs_caller = pcall(transfer.needs_caller, transfer)
  return not good or needs_caller
end

--- Wakes the coroutines that can continue, if there is news. Whoever handled the events of a set calls this before it
-- lets others run.
-- @param events events of `glacier.core`
function nginx.wake(events)
  local waiters = waiting[events]
  local news = waiters and next(waiters) and events:news()
  if not news or news == reported[events] then
    return
  end
  reported[events] = news
  for waiter in pairs(waiters) do
    if is_concerned(waiter) then
      waiters[waiter] = nil
      waiter.semaphore:post(1)
    end
  end
end

local function step(events)
  rounds.begin(events, 0)
  nginx.wake(events)
end

-- ---- the driver ----------------------------------------------------------------------------------

-- Returns the connection to a new waker; nil if the system does not allow it.
local function connect(ngx)
  local waker = core.waker(os.getenv "TMPDIR" or "/tmp")
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
  driver.is_running, driver.waker = false, nil
  if waker then
    waker:close()
  else
    driver.retry_at = core.monotonic() + PAUSE
  end
  for _, waiters in pairs(waiting) do
    for waiter in pairs(waiters) do
      waiter.semaphore:post(1)
    end
  end
end

local function start_driver(ngx)
  if driver.is_running or core.monotonic() < driver.retry_at then
    return
  end
  driver.is_running = ngx.timer.at(0, function(premature)
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

-- Returns the constructor of semaphores; nil without lua-resty-core.
local function semaphores()
  local good, module = pcall(require, "ngx.semaphore")
  return good and module.new or nil
end

--- Waits until something happens in an event set that concerns the caller, or until the time limit.
-- @param events events of `glacier.core`
-- @param limit number: seconds, at most
-- @param transfer transfer or nil: wakes the caller only if the transfer needs it
-- @return boolean: false, at once, if the caller must pause by itself
function nginx.wait(events, limit, transfer)
  local ngx = rawget(_G, "ngx")
  nginx.new_semaphore = nginx.new_semaphore or semaphores()
  if not (nginx.new_semaphore and events:fd()) then
    return false
  elseif not driver.waker then
    start_driver(ngx)
    return false
  end
  nginx.wake(events) -- the caller may have handled events of other coroutines
  local waiters, waiter = waiters_of(events), { semaphore = nginx.new_semaphore(0), transfer = transfer }
  if is_concerned(waiter) and transfer or not driver.waker:watch(events:fd()) then
    return false
  end
  waiters[waiter] = true
  local woken = waiter.semaphore:wait(math.max(0.001, math.min(limit, events:timeout() or LONGEST, LONGEST)))
  waiters[waiter] = nil
  if not woken then
    step(events) -- a timer of the set may be due
  end
  return true
end

return nginx
