-- client:close: it ends calls and connections, and the client stays usable.
local scripted = require "spec.support.scripted"
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

  it("ends a call in progress, and the client stays usable", function()
    server = scripted.start { { { "read" }, { "stall" } }, fallback = { { "read" }, { "send", answer "m" } } }
    local client
    client = client_of(server.url, { wait = function(seconds)
      if #server:requests() == 1 then client:close() end
      socket.sleep(seconds)
    end })
    local good, err = pcall(client.list_vaults, client)
    assert.is_false(good)
    assert.same({ "ConnectionClosedError", "transport", "ListVaults" }, { err.code, err.kind, err.operation })
    assert.matches("closed", err.message)
    server:stop()
    server = scripted.start { { { "read" }, { "send", answer "m" } } }
    assert.equal("m", client_of(server.url):list_vaults().Marker)
  end)

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
