-- More handlers of openresty.conf's server: how calls wait. Each responds with JSON.
-- luacheck: std ngx_lua, ignore 122/ngx
local app = require "spec.support.openresty_app"
local core = require "glacier.core"
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

--- Closes a client while one of its calls waits without pauses, and shows whether the call ends soon. nginx runs its
-- event loop many times, in far less time than passes between two idle bytes of a waker.
function waits.close_while_waiting()
  local held, turns = spawn_held_call "closed", 0
  app.close "held"
  while coroutine.status(held) == "running" or coroutine.status(held) == "suspended" do
    turns = turns + 1
    if turns > 50 then break end
    ngx.sleep(0.001)
  end
  app.released:post()
  local _, outcome = ngx.thread.wait(held)
  app.say { soon = turns <= 50, outcome = outcome }
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
