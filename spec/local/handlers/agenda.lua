-- Actions that this worker runs later. All share one timer, because nginx limits the number of timers.

local semaphore = require "ngx.semaphore"

local agenda = {}

local entries = {} -- { due, action }, sorted by due
local running = false
local changed -- wakes the timer when there is a new first entry

local function attempt(action)
  local ok, why = xpcall(action, debug.traceback)
  if not ok then ngx.log(ngx.ERR, why) end
end

local function run(premature)
  while not premature and entries[1] do
    local wait = entries[1].due - ngx.now()
    if wait > 0 then
      -- Below a millisecond, `wait` would not yield, and ngx.now would not advance.
      changed:wait(math.max(wait, 0.001))
    else
      ngx.thread.spawn(attempt, table.remove(entries, 1).action)
    end
  end
  running = false
end

local function insert(entry)
  local at = #entries + 1
  while entries[at - 1] and entries[at - 1].due > entry.due do at = at - 1 end
  table.insert(entries, at, entry)
  return at
end

-- Runs `action` in `delay` seconds. An error that it raises goes to the error log.
function agenda.add(delay, action)
  changed = changed or assert(semaphore.new())
  local at = insert { due = ngx.now() + delay, action = action }
  if running then
    if at == 1 then changed:post() end
    return
  end
  running = true
  assert(ngx.timer.at(0, run))
end

return agenda
