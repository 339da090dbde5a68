--- Waits in nginx until something happens in an event set.
--
-- nginx can wait only for sockets that it connected itself. So a timer handler, the driver, connects to a waker of
-- `glacier.core`. A thread of the waker watches the descriptors of the event sets, and sends a byte to the driver when
-- one is readable. The driver then handles the events, which wakes the coroutines whose transfers have news.
--
-- There is one driver in each worker. It starts with the first wait, and ends a little after the last one. Until it is
-- connected, callers pause with ngx.sleep. They also do so if the system does not allow the connection, and without
-- lua-resty-core.
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local rounds = require "glacier.async.rounds"

local nginx = {}

local LINGER = 1 -- seconds until a driver without a waiter ends
local PAUSE = 60 -- seconds until another driver is started after one that could not connect

-- The shortest and the longest wait, in seconds. A longer wait is divided, because a wake-up might be missed.
local SHORTEST, LONGEST = 0.001, 5

-- Milliseconds without a byte after which the connection fails. The waker sends a byte at least every second.
local SILENCE = 60 * 1000

-- Fields: waker, or nil while none is connected; retry_at, the time from which another driver may be started.
local driver = { waker = nil, retry_at = 0 }

-- The waiters by event set. Their references are weak, because nginx may kill a waiting coroutine.
local waiting = setmetatable({}, { __mode = "k" })

-- The fields of a waiter: semaphore; waiters, the set that contains it; due, the time at which it wakes by itself; and
-- round, the rounds of its event set.
local Waiter = {}
Waiter.__index = Waiter

--- Wakes the coroutine of the waiter.
function Waiter:wake()
  self.waiters[self] = nil
  self.semaphore:post(1)
end

local function waiters_of(events)
  local waiters = waiting[events]
  if not waiters then
    waiters = setmetatable({}, { __mode = "k" })
    waiting[events] = waiters
  end
  return waiters
end

-- ---- the driver ----------------------------------------------------------------------------------

-- Returns the connection to a new waker, and the waker; nil if the system does not allow it.
local function connect(ngx)
  local directory = os.getenv "TMPDIR"
  local waker = core.waker(directory and directory ~= "" and directory or "/tmp")
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

-- Wakes one waiter if all of them would wake too late for the set's next timer, which an event may have started. That
-- waiter then waits again, until the timer is due.
local function wake_for_timer(events, waiters)
  local timeout = events:timeout()
  if not timeout then
    return
  end
  local due = core.monotonic() + timeout + 2 * SHORTEST -- the timeout is rounded down
  for waiter in pairs(waiters) do
    if waiter.due <= due then
      return
    end
  end
  next(waiters):wake()
end

-- Handles the events that are ready. Returns whether a coroutine still waits.
local function step_all(waker)
  local is_waiting = false
  for events, waiters in pairs(waiting) do
    if next(waiters) then
      rounds.begin(events, 0)
    end
    if next(waiters) then
      is_waiting = true
      waker:watch(events:fd())
      wake_for_timer(events, waiters)
    end
  end
  return is_waiting
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
  for _, waiters in pairs(waiting) do
    for waiter in pairs(waiters) do
      waiter:wake() -- nobody else would handle its events now
    end
  end
end

-- Starts the driver. nginx may refuse the timer, or drop it if too many timers run. Therefore `retry_at` is set first.
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

local new_semaphore -- of lua-resty-core; false without it

local function has_semaphores()
  if new_semaphore == nil then
    local good, module = pcall(require, "ngx.semaphore")
    if not good then
      copcall.raise_fatal(module)
    end
    new_semaphore = good and module.new or false
  end
  return new_semaphore
end

-- Waits until the driver or another coroutine wakes the waiter, until a timer of the set is due, or until the limit, at
-- most for LONGEST. Then handles the events if nobody has woken the waiter.
local function wait(waiter, events, limit)
  local seconds = math.max(SHORTEST, math.min(limit, events:timeout() or LONGEST, LONGEST))
  waiter.due, waiter.waiters = core.monotonic() + seconds, waiters_of(events)
  waiter.waiters[waiter] = true
  local woken = waiter.semaphore:wait(seconds)
  waiter.waiters[waiter] = nil
  if not woken then
    rounds.begin(events, 0)
  end
end

--- Waits until something happens in an event set, or until the time limit. It may return early.
-- @param events events of `glacier.core`
-- @param limit number: the longest wait in seconds
-- @param transfer transfer or nil: its news ends the wait; without it, any news
-- @return boolean: whether it waited; if false, the caller must pause in another way
function nginx.wait(events, limit, transfer)
  local fd = events:fd()
  if not (fd and has_semaphores()) then
    return false
  elseif not driver.waker then
    start_driver(rawget(_G, "ngx"))
    return false
  end
  local waiter = setmetatable({ semaphore = new_semaphore(0) }, Waiter)
  waiter.round = waiter.semaphore and driver.waker:watch(fd) and rounds.register(events, transfer, waiter)
  if not waiter.round then
    return false
  end
  wait(waiter, events, limit)
  return true
end

return nginx
