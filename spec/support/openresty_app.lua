-- The handlers of openresty.conf. Each responds with JSON.
-- luacheck: std ngx_lua

local cjson = require "cjson"
local glacier = require "glacier"
local semaphore = require "ngx.semaphore"

local app = {}

local function read(name)
  local file = assert(io.open(ngx.config.prefix() .. name))
  local text = file:read "*a"
  file:close()
  return text
end

local settings, own_url = cjson.decode(read "settings.json"), read "url"

-- Seconds; longer than any test takes. It ends a test that would hang.
local TOO_LONG = 60
app.TOO_LONG = TOO_LONG

-- All settings are options, since nginx hides the environment.
local function client(endpoint_url)
  return glacier.client {
    endpoint_url = endpoint_url,
    credentials = settings.credentials,
    env = { AWS_REGION = settings.region },
    read_timeout = TOO_LONG,
    max_attempts = 1,
  }
end

-- Clients that are created before the worker is forked: of the local service, of the service below that
-- holds its responses, and of an address where nothing listens.
local clients = {
  service = client(settings.endpoint_url),
  held = client(own_url .. "/held"),
  nowhere = client "http://127.0.0.1:1",
}

--- Returns the outcome of a call as a table that JSON can encode.
-- @param which string: "service", "held" or "nowhere"
-- @param method string
-- @param params table
-- @return table: phase, and result (table), error (table) or raised (string)
function app.outcome(which, method, params)
  local chosen = clients[which]
  local good, value = pcall(chosen[method], chosen, params)
  local phase = ngx.get_phase()
  if good then return { phase = phase, result = value } end
  if type(value) ~= "table" then return { phase = phase, raised = tostring(value) } end
  local fields = { text = tostring(value) }
  for name, field in pairs(value) do fields[name] = field end
  return { phase = phase, error = fields }
end

--- Starts a call.
-- @param which string: as of `outcome`
-- @param method string
-- @param params table
-- @return task
function app.start(which, method, params)
  return clients[which]:start(method, params)
end

--- Closes a client.
-- @param which string: as of `outcome`
function app.close(which)
  clients[which]:close()
end

-- Outcomes and events that later requests show.
local remembered, events = {}, {}

local function note(event)
  events[#events + 1] = event
end

--- Responds with a value as JSON.
function app.say(value)
  ngx.say(cjson.encode(value))
end

-- Makes the call that the request's arguments name, by default create_vault.
local function asked(args)
  local outcome = app.outcome(args.endpoint or "service", args.method or "create_vault", { vaultName = args.vault })
  note "answered"
  return outcome
end

function app.init()
  remembered.init = app.outcome("service", "create_vault", { vaultName = "init" })
end

function app.init_worker()
  remembered.init_worker = app.outcome("service", "create_vault", { vaultName = "init_worker" })
  if ngx.worker.count() > 1 then
    assert(ngx.timer.at(0, function() require("spec.support.openresty_threads").call_in_worker() end))
  end
  if ngx.worker.id() > 0 then return end
  local pipe = assert(io.open(ngx.config.prefix() .. "ready", "w"))
  pipe:write "ready\n"
  pipe:close()
end

function app.call()
  ngx.ctx.outcome = asked(ngx.req.get_uri_args())
end

function app.show()
  app.say(ngx.ctx.outcome)
end

function app.call_in_timer()
  local args, done, outcome = ngx.req.get_uri_args(), semaphore.new(), nil
  assert(ngx.timer.at(0, function()
    outcome = asked(args)
    done:post()
  end))
  assert(done:wait(2 * TOO_LONG))
  app.say(outcome)
end

function app.call_in_header_filter()
  ngx.header["X-Outcome"] = cjson.encode(asked(ngx.req.get_uri_args()))
end

function app.call_in_log()
  remembered.log = asked(ngx.req.get_uri_args())
end

function app.show_remembered()
  app.say(remembered)
end

-- --- the service that holds its responses ----------------------------------------------------

-- Posted for each request that arrives; to be posted for each response.
local arrived, released = semaphore.new(), semaphore.new()
app.arrived, app.released = arrived, released

function app.hold()
  note "arrived"
  arrived:post()
  assert(released:wait(2 * TOO_LONG))
  ngx.status = 201
  ngx.header["x-amzn-RequestId"] = "held"
  ngx.header.Location = "/held/vaults/" .. ngx.var.uri:match "[^/]+$"
  ngx.exit(201)
end

function app.await_arrival()
  assert(arrived:wait(TOO_LONG))
  note "another request"
  app.say {}
end

function app.release()
  note "released"
  released:post()
  app.say {}
end

function app.show_events()
  app.say(events)
  events = {}
end

return app
