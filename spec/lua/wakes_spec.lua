-- Code that handles the events of a client wakes the coroutines that wait for them.
local core = require "glacier.core"
local rounds = require "glacier.async.rounds"
local scripted = require "spec.support.scripted"
local socket = require "socket"
local support = require "spec.support.neighbour"

local HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
local ANSWER = { fallback = { { "read" }, { "send", support.answer "m" } } }

describe("a watcher of an event set", function()
  local server, round, watcher

  before_each(function()
    watcher = { wakes = 0 }
    function watcher:wake()
      self.wakes = self.wakes + 1
    end
  end)

  after_each(function()
    server:stop()
  end)

  local function watch()
    watcher.wakes, round.watchers[watcher] = 0, true
  end

  local function client_of(script, options)
    server = scripted.start(script)
    local client = support.client_of(server.url, options)
    round = rounds.of(client._runtime().transport:events())
    watch()
    return client
  end

  local function assert_woken()
    assert.are.equal(1, watcher.wakes)
    watch()
  end

  local function poll_until(task, condition)
    repeat
      local done = task:poll()
    until done or condition and condition()
  end

  it("is woken by a call that blocks", function()
    client_of(ANSWER):list_vaults()
    assert_woken()
  end)

  for _, timeout in ipairs { false, 60 } do
    it("is woken by the poll of a task " .. (timeout and "with" or "without") .. " a timeout", function()
      local task = client_of(ANSWER, { timeout = timeout or nil }):start("list_vaults", {})
      poll_until(task)
      assert_woken()
      assert.are.equal("m", task:result().Marker)
    end)
  end

  it("is woken if the client is closed", function()
    local client = client_of { { { "read" }, { "stall" } } }
    local task = client:start("list_vaults", {})
    poll_until(task, function() return #server:requests() > 0 end)
    assert.are.equal(0, watcher.wakes)
    client:close()
    assert_woken()
    task:cancel()
  end)

  it("is woken by the head of a response", function()
    local client = client_of { { { "read" }, { "send", HEAD }, { "stall" } } }
    local body = client:get_job_output({ vaultName = "v", jobId = "j" }).body
    assert_woken()
    body:close()
  end)
end)

describe("the waiter of a transfer", function()
  it("is woken if the body is closed", function()
    local server = scripted.start { { { "read" }, { "send", HEAD }, { "stall" } } }
    local client = support.client_of(server.url)
    local events = client._runtime().transport:events()
    local body = client:get_job_output({ vaultName = "v", jobId = "j" }).body
    local waiter = { wake = function(self) self.is_woken = true end }
    local round = rounds.of(events)
    for number = 1, 3 do round.waiters[number] = waiter end
    body:close()
    assert.is_true(waiter.is_woken)
    server:stop()
  end)

  it("is woken in a forked child, whose client makes a new event set", function()
    local transport = support.client_of("http://127.0.0.1:1")._runtime().transport
    local events = { is_forked = function() return true end }
    local waiter = { wake = function(self) self.is_woken = true end }
    local round = rounds.of(events)
    round.waiters[1], transport.event_set = waiter, events
    assert.are_not.equal(events, transport:events())
    assert.is_true(waiter.is_woken)
  end)
end)

describe("the interruption of an event set", function()
  local events, is_readable

  before_each(function()
    events = core.events()
    function is_readable()
      local fd = events:fd()
      return fd and #socket.select({ { getfd = function() return fd end } }, nil, 0) > 0 or false
    end
  end)

  it("lasts until each of its waiters runs", function()
    local waiters = { {}, {} }
    for _, waiter in ipairs(waiters) do rounds.interrupt(events, waiter) end
    for _, waiter in ipairs(waiters) do
      assert.are.equal(events:fd() ~= nil, is_readable())
      rounds.settle(events, waiter)
    end
    assert.is_false(is_readable())
  end)

  it("ends when its waiter was collected", function()
    rounds.interrupt(events, {})
    collectgarbage()
    rounds.begin(events, 0)
    assert.is_false(is_readable())
  end)
end)
