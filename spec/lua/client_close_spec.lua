-- client:close: it ends calls and connections, and the client stays usable.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local simulation = require "spec.support.simulation"
local socket = require "socket"
local support = require "spec.support.neighbour"
local client_of, answer, neighbour = support.client_of, support.answer, support.neighbour

-- Calls f while the garbage collector is stopped, so that the collector cannot close anything.
local function uncollected(f)
  collectgarbage "stop"
  local good, err = pcall(f)
  collectgarbage "restart"
  assert(good, err)
end

describe("closing a client", function()
  local server
  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  it("ends a call in progress", function()
    server = scripted.start { { { "read" }, { "stall" } } }
    local client
    client = client_of(server.url, { wait = function(seconds)
      if #server:requests() == 1 then client:close() end
      socket.sleep(seconds)
    end })
    local good, err = pcall(client.list_vaults, client)
    assert.is_false(good)
    assert.same({ "ConnectionClosedError", "transport", "ListVaults" }, { err.code, err.kind, err.operation })
    assert.matches("closed", err.message)
  end)

  it("ends a call whose request was sent, without a retry, and the client stays usable", function()
    server = scripted.start { { { "read" }, { "stall" } }, fallback = { { "read" }, { "send", answer "m" } } }
    local client, closed
    client = client_of(server.url, { max_attempts = 3, wait = function(seconds)
      if #server:requests() == 1 and not closed then
        closed = true
        client:close()
      end
      socket.sleep(seconds)
    end })
    local err = failure(client.list_vaults, client)
    assert.same({ "ConnectionClosedError", false, 1 }, { err.code, err.retryable, err.attempts })
    assert.matches("The client was closed.", err.message, 1, true)
    assert.equal("m", client:list_vaults().Marker)
  end)

  it("ends a task whose request was sent, without a retry, and the client stays usable", function()
    server = scripted.start { { { "read" }, { "stall" } }, fallback = { { "read" }, { "send", answer "m" } } }
    local client = client_of(server.url, { max_attempts = 3 })
    local task = client:start "list_vaults"
    while #server:requests() == 0 do task:poll() end
    client:close()
    assert.is_true(task:poll())
    local err = failure(task.result, task)
    assert.same({ "ConnectionClosedError", false, 1 }, { err.code, err.retryable, err.attempts })
    assert.equal("m", client:start("list_vaults"):result().Marker)
  end)

  for _, transport in ipairs { "libcurl", "the host's transport" } do
    it("ends a call that waits for its next attempt, with " .. transport, function()
      local busy = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
      server = scripted.start { fallback = { { "read" }, { "send", busy } } }
      local sim, sent, client = simulation.new(), 0, nil
      sim.on_pause = function() client:close() end
      sim.listener = function(event) sent = sent + (event.event == "send" and 1 or 0) end
      client = glacier.client(sim:options {
        endpoint_url = server.url,
        transport = transport ~= "libcurl" and function() return { status = 503, headers = {}, body = "" } end or nil,
      })
      for calls = 1, 2 do
        local err = failure(client.list_vaults, client)
        assert.same({ "transport", "ConnectionClosedError", false, 1, "ListVaults" },
          { err.kind, err.code, err.retryable, err.attempts, err.operation })
        assert.matches("The client was closed before the next attempt", err.message, 1, true)
        assert.equal(calls, sent)
      end
    end)
  end

  it("closes the connections at once", function()
    uncollected(function()
      local peer = neighbour()
      local client = client_of(peer.url, { wait = peer.serve })
      assert.equal("m", client:list_vaults().Marker)
      client:close()
      assert.is_true(peer.left(1))
    end)
  end)

  it("can be repeated, and the next call opens new connections", function()
    server = scripted.start { fallback = {
      { "read" }, { "send", answer "m" }, { "read" }, { "send", answer "n" },
    } }
    local client = client_of(server.url)
    client:close()
    assert.equal("m", client:list_vaults().Marker)
    assert.equal("n", client:list_vaults().Marker)
    client:close()
    client:close()
    assert.equal("m", client:list_vaults().Marker)
    local list = server:requests()
    assert.same({ 1, 1, 2 }, { list[1].connection, list[2].connection, list[3].connection })
    client:close()
  end)

  it("does not close connections of other clients", function()
    server = scripted.start { fallback = { { "read" }, { "send", answer "m" }, { "read" }, { "send", answer "n" } } }
    local one, two = client_of(server.url), client_of(server.url)
    assert.equal("m", one:list_vaults().Marker)
    assert.equal("m", two:list_vaults().Marker)
    one:close()
    assert.equal("n", two:list_vaults().Marker)
    two:close()
  end)
end)
