-- More handlers of openresty.conf's server: how calls wait. Each responds with JSON.
-- luacheck: std ngx_lua, ignore 122/ngx
local app = require "spec.support.openresty_app"
local core = require "glacier.core"
local glacier = require "glacier"
local semaphore = require "ngx.semaphore"

local waits = {}

-- Starts a call that is answered when app.released is posted, and waits until the service has it.
local function spawn_held_call(vault)
  local thread = ngx.thread.spawn(app.outcome, "held", "create_vault", { vaultName = vault })
  assert(app.arrived:wait(app.TOO_LONG))
  return thread
end

-- Runs a function and returns its result and the number of pauses of the worker meanwhile.
local function count_pauses(run)
  local sleep, pauses = ngx.sleep, 0
  ngx.sleep = function(seconds)
    pauses = pauses + 1
    return sleep(seconds)
  end
  local outcome = run()
  ngx.sleep = sleep
  return outcome, pauses
end

--- Makes calls, each of which is in progress when the one before it is answered, until this needs no pause.
function waits.wait_without_pauses()
  local held, began = spawn_held_call "watched", ngx.now()
  local outcome, pauses
  repeat
    outcome, pauses = count_pauses(function()
      local answered = held
      held = spawn_held_call "watched"
      app.released:post()
      return select(2, ngx.thread.wait(answered))
    end)
    ngx.update_time()
  until pauses == 0 or ngx.now() - began > app.TOO_LONG
  app.released:post()
  ngx.thread.wait(held)
  app.say { outcome = outcome, pauses = pauses }
end

-- Returns whether a thread ends soon. nginx runs its event loop many times, in far less time than passes between two
-- idle bytes of a waker.
local function ends_soon(thread)
  for _ = 1, 50 do
    local status = coroutine.status(thread)
    if status ~= "running" and status ~= "suspended" then return true end
    ngx.sleep(0.001)
  end
  return false
end

--- Closes a client while one of its calls waits without pauses, and shows whether the call ends soon.
function waits.close_while_waiting()
  local held = spawn_held_call "closed"
  app.close "held"
  local soon = ends_soon(held)
  app.released:post()
  local _, outcome = ngx.thread.wait(held)
  app.say { soon = soon, outcome = outcome }
end

--- Cancels a task while another thread waits for it, and shows whether that wait ends soon.
function waits.cancel_while_waiting()
  local task = app.start("held", "create_vault", { vaultName = "cancelled" })
  local thread = ngx.thread.spawn(function() return glacier.all { task }[1].error.message end)
  assert(app.arrived:wait(app.TOO_LONG))
  task:cancel()
  local soon = ends_soon(thread)
  app.released:post()
  local _, message = ngx.thread.wait(thread)
  app.say { soon = soon, message = message }
end

--- Makes a call while the system refuses a waker. It is answered after a waker was refused.
function waits.call_without_waker()
  local waker, asked = core.waker, semaphore.new()
  core.waker = function()
    asked:post()
    return nil
  end
  local outcome, pauses = count_pauses(function()
    local held = spawn_held_call "refused"
    assert(asked:wait(app.TOO_LONG))
    app.released:post()
    return select(2, ngx.thread.wait(held))
  end)
  core.waker = waker
  app.say { outcome = outcome, pauses = pauses }
end

return waits
