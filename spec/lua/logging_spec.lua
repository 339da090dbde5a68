-- The events that a client passes to its logger.
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local scripted_client = require "spec.support.scripted_client"
local reply = require "spec.support.reply"

local ID, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI-secret-KEY", "FwoGZXIvYXdz-session-token"
local KEYS = { access_key_id = ID, secret_access_key = SECRET, session_token = TOKEN }

-- The documented fields of each event except `refresh`, and their types.
local FIELDS = {
  resolve = { region = "string", url = "string", profile = "string", retry_mode = "string", max_attempts = "number" },
  sign = { operation = "string", attempt = "number", region = "string" },
  send = { operation = "string", attempt = "number", url = "string" },
  response = { operation = "string", attempt = "number", status = "number", code = "string" },
  retry = { operation = "string", attempt = "number", code = "string", reason = "string", delay = "number" },
}

local function names_of(events)
  local names = {}
  for i, event in ipairs(events) do names[i] = event.event end
  return table.concat(names, " ")
end

-- Makes one call with the keys above to a server that runs the script. Returns the simulation, which has the events;
-- the requests; the result or the error; and whether the call succeeded.
local function heard(script, options, fields)
  options = options or {}
  options.credentials = options.credentials or KEYS
  local run = scripted_client(script, options, fields)
  local good, result = run:list_vaults()
  return run.sim, run:stop(), result, good
end

-- Calls `visit` with every key and every value at any depth, as strings.
local function scan(value, visit)
  if type(value) ~= "table" then
    visit(tostring(value))
    return
  end
  assert.is_nil(getmetatable(value))
  for key, item in pairs(value) do
    scan(key, visit)
    scan(item, visit)
  end
end

local HOUR_OFF = { Date = os.date("!%a, %d %b %Y %H:%M:%S GMT", 1350000000 + 3600) }

-- Title = { script, events of one call of a new client }.
local TOLD = {
  ["a success"] = { { reply.good() }, "resolve sign send response" },
  ["a rejected request"] = { { reply.error(404, "ResourceNotFoundException") }, "resolve sign send response" },
  ["a retry"] = { { reply.error(500), reply.good() }, "resolve sign send response retry sign send response" },
  ["a broken connection"] = {
    { { { "read" }, { "reset" } }, reply.good() }, "resolve sign send response retry sign send response",
  },
  ["a corrected clock"] = {
    { reply.error(403, "InvalidSignatureException", HOUR_OFF), reply.good() },
    "resolve sign send response retry sign send response",
  },
  ["the last attempt"] = {
    { fallback = reply.error(400, "ThrottlingException") },
    "resolve sign send response retry sign send response retry sign send response",
  },
}

describe("a logger", function()
  for what, row in pairs(TOLD) do
    it("gets an event with documented fields for each step of " .. what, function()
      local sim = heard(row[1])
      assert.are.equal(row[2], names_of(sim.events))
      for _, event in ipairs(sim.events) do
        for name, value in pairs(event) do
          local documented = name == "event" and "string" or name == "duration" and "number"
            or FIELDS[event.event][name]
          assert.are.equal(documented, type(value), event.event .. "." .. name)
        end
        assert.is_true(event.duration >= 0)
      end
    end)

    it("gets no secret of " .. what, function()
      local sim, requests = heard(row[1])
      local secrets = { SECRET, TOKEN, "Authorization", "AWS4-HMAC-SHA256" }
      for _, request in ipairs(requests) do
        secrets[#secrets + 1] = request.fields.authorization:match "Signature=(%x+)"
      end
      assert.is_true(#secrets > 4)
      scan(sim.events, function(text)
        for _, secret in ipairs(secrets) do assert.is_nil(text:lower():find(secret:lower(), 1, true), text) end
      end)
    end)
  end

  it("gets the settings that the client resolved", function()
    local sim = simulation.new()
    glacier.client(sim:options { region = "eu-west-1", max_attempts = 4 })
    local event = sim.events[1]
    event.duration = nil
    assert.are.same({ event = "resolve", region = "eu-west-1", url = "https://glacier.eu-west-1.amazonaws.com",
      profile = "default", retry_mode = "standard", max_attempts = 4 }, event)
  end)

  it("gets the details of each attempt", function()
    local sim, requests = heard({ reply.error(400, "ThrottlingException"), reply.good() }, {}, { poll_takes = 0 })
    local url = sim.events[1].url
    assert.are.same({
      { event = "sign", operation = "ListVaults", attempt = 1, duration = 0, region = "us-west-2" },
      { event = "send", operation = "ListVaults", attempt = 1, duration = 0, url = url },
      { event = "response", operation = "ListVaults", attempt = 1, duration = 0, status = 400,
        code = "ThrottlingException" },
      { event = "retry", operation = "ListVaults", attempt = 1, duration = 0.5, code = "ThrottlingException",
        reason = "throttling", delay = 0.5 },
      { event = "sign", operation = "ListVaults", attempt = 2, duration = 0, region = "us-west-2" },
      { event = "send", operation = "ListVaults", attempt = 2, duration = 0, url = url },
      { event = "response", operation = "ListVaults", attempt = 2, duration = 0, status = 200 },
    }, { (unpack or table.unpack)(sim.events, 2) })
    assert.are.equal(2, #requests)
  end)

  -- Columns: first response, its code, reason of the retry, delay.
  local REASONS = {
    { reply.error(500), "500", "transient", 0.025 },
    { reply.error(429, "Whatever"), "Whatever", "throttling", 0.5 },
    { { { "read" }, { "reset" } }, "ConnectionClosedError", "transient", 0.025 },
    { reply.error(403, "RequestExpired", HOUR_OFF), "RequestExpired", "clock", 0 },
    { reply.error(403, "ExpiredTokenException"), "ExpiredTokenException", "credentials", 0 },
  }
  for _, row in ipairs(REASONS) do
    it(("gets the reason of the retry after %s"):format(row[2]), function()
      local sim = heard({ row[1], reply.good() }, { credentials = function() return KEYS end })
      local retry = sim:events_of("retry")[1]
      assert.are.same({ row[2], row[3], row[4] }, { retry.code, retry.reason, retry.delay })
    end)
  end

  it("gets the code of a failure of the transport", function()
    local sim = simulation.new()
    local client = glacier.client(sim:options { transport = function() return nil, "because", "SSLError" end })
    pcall(client.list_vaults, client)
    local event = sim.events[#sim.events]
    assert.are.equal("response", event.event)
    assert.are.equal("SSLError", event.code)
    assert.is_nil(event.status)
  end)

  it("may raise an error without failing the call", function()
    local told = 0
    local _, requests, result, good = heard({ reply.error(500), reply.good() }, {
      logger = function()
        told = told + 1
        error { "a problem of the logger's own" }
      end,
    }, { random = 0 })
    assert.is_true(good, tostring(result))
    assert.are.equal(2, #requests)
    assert.are.equal(8, told)
  end)

  it("that is interrupted by Ctrl-C ends the call", function()
    local _, requests, result, good = heard({ reply.good() }, {
      logger = function(event)
        if event.event == "send" then error("logger.lua:1: interrupted!", 0) end
      end,
    })
    assert.are.same({ false, "logger.lua:1: interrupted!", 0 }, { good, result, #requests })
  end)

  it("may change the events", function()
    local _, _, result, good = heard({ reply.error(500), reply.good() }, {
      logger = function(event)
        for name in pairs(event) do event[name] = false end
      end,
    }, { random = 0 })
    assert.is_true(good, tostring(result))
  end)
end)

describe("an error", function()
  it("contains no secret", function()
    for _, script in ipairs {
      { fallback = reply.error(403, "InvalidSignatureException") }, { fallback = { { "read" }, { "reset" } } },
    } do
      local _, requests, err = heard(script)
      local signature = requests[1].fields.authorization:match "Signature=(%x+)"
      local texts = { tostring(err) }
      setmetatable(err, nil)
      scan(err, function(text) texts[#texts + 1] = text end)
      for _, text in ipairs(texts) do
        for _, secret in ipairs { SECRET, TOKEN, signature, "Authorization" } do
          assert.is_nil(text:find(secret, 1, true), text)
        end
      end
    end
  end)
end)
