-- client:close: it ends calls and connections, and the client stays usable.
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local socket = require "socket"
local function client_of(url, options)
  local given = {
    region = "us-east-1", endpoint_url = url, max_attempts = 1, connect_timeout = 30, read_timeout = 30,
    credentials = { access_key_id = "AKID", secret_access_key = "SECRET" },
    env = {},
  }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  return glacier.client(given)
end

local function answer(marker)
  local body = ('{"Marker":"%s"}'):format(marker)
  return ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body)
end

-- A server in this process. `serve` does everything that needs no waiting; the client uses it as `wait`. It answers one
-- request for each connection, except on the first `silent` connections.
local function neighbour(silent)
  local listener = assert(socket.bind("127.0.0.1", 0))
  listener:settimeout(0)
  local self = { url = "http://127.0.0.1:" .. select(2, listener:getsockname()), listener = listener, peers = {} }
  function self.serve()
    local peer = listener:accept()
    if peer then
      peer:settimeout(0)
      self.peers[#self.peers + 1] = { socket = peer }
    end
    for i, one in ipairs(self.peers) do
      one.asked = one.asked or one.socket:receive "*l" ~= nil
      if one.asked and not one.answered and i > (silent or 0) then
        one.answered = one.socket:send(answer "m")
      end
    end
    socket.sleep(0.001)
  end
  -- Waits until the client closes the connection. Returns whether it did so without a reset.
  function self.left(number)
    local peer = self.peers[number].socket
    peer:settimeout(60)
    local problem
    repeat
      problem = select(2, peer:receive(1))
    until problem
    return problem == "closed"
  end
  return self
end

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
