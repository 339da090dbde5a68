-- More handlers of openresty.conf's server: light threads, timers and workers. Each responds with JSON.
-- luacheck: std ngx_lua
local app = require "spec.support.openresty_app"
local cjson = require "cjson"
local semaphore = require "ngx.semaphore"

local threads = {}

local function spawn_call(endpoint, vault)
  return ngx.thread.spawn(app.outcome, endpoint, "create_vault", { vaultName = vault })
end

local function outcomes_of(spawned)
  local outcomes = {}
  for i, thread in ipairs(spawned) do
    local good, outcome = ngx.thread.wait(thread)
    outcomes[i] = good and outcome or { raised = tostring(outcome) }
  end
  return outcomes
end

local function await_arrivals(count)
  for _ = 1, count do assert(app.arrived:wait(app.TOO_LONG)) end
end

--- Makes calls in light threads of one request. None gets its response before all requests have arrived.
function threads.call_at_once()
  local spawned, count = {}, tonumber(ngx.var.arg_count)
  for i = 1, count do spawned[i] = spawn_call("held", "thread-" .. i) end
  await_arrivals(count)
  app.released:post(count)
  app.say(outcomes_of(spawned))
end

--- Kills a light thread in the middle of a call. Then the same client makes another call.
function threads.kill()
  local killed = spawn_call("held", "killed")
  await_arrivals(1)
  assert(ngx.thread.kill(killed))
  app.released:post(1)
  collectgarbage() -- the transfer of a killed call ends when it is collected
  local after = spawn_call("held", "after")
  await_arrivals(1)
  app.released:post(1)
  app.say { killed = coroutine.status(killed), after = outcomes_of({ after })[1] }
end

--- A light thread posts a semaphore after its call; the handler waits for it.
function threads.post_after_call()
  local called, outcome = semaphore.new(), nil
  ngx.thread.spawn(function()
    outcome = app.outcome("held", "create_vault", { vaultName = "semaphore" })
    called:post()
  end)
  await_arrivals(1)
  local before = outcome
  app.released:post(1)
  assert(called:wait(app.TOO_LONG))
  app.say { before = before, outcome = outcome }
end

--- Raises the text of a call's error in a timer, where nothing catches it.
function threads.fail_in_timer()
  local called = semaphore.new()
  assert(ngx.timer.at(0, function()
    local outcome = app.outcome("service", "describe_vault", { vaultName = "missing" })
    called:post()
    error(outcome.error.text, 0)
  end))
  assert(called:wait(app.TOO_LONG))
  app.say {}
end

-- --- workers -------------------------------------------------------------------------------------

local CALLS = 10 -- that each worker makes at the same time

--- Makes calls in a timer of each worker, with the client that was made before the fork.
function threads.call_in_worker()
  local spawned, id = {}, ngx.worker.id()
  for i = 1, CALLS do spawned[i] = spawn_call("service", ("worker-%d-%d"):format(id, i)) end
  ngx.shared.handled:set("worker" .. id, cjson.encode(outcomes_of(spawned)))
end

--- Shows the outcomes of all workers when they are complete: a list for each worker.
function threads.show_workers()
  local all = {}
  for id = 0, ngx.worker.count() - 1 do
    local key, began = "worker" .. id, ngx.now()
    while not ngx.shared.handled:get(key) and ngx.now() - began < app.TOO_LONG do
      ngx.sleep(0.01)
    end
    all[id + 1] = cjson.decode(ngx.shared.handled:get(key) or '[{ "raised": "the worker did not call" }]')
  end
  app.say(all)
end

return threads
