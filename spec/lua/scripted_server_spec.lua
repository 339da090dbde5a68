-- The scripted server that other specs use.

local scripted = require "spec.support.scripted"
local socket = require "socket"

local OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

local function connect(server)
  local client = assert(socket.connect("127.0.0.1", server.port))
  client:settimeout(60)
  return client
end

describe("a scripted server", function()
  local server
  after_each(function() server:stop() end)

  it("runs its steps on one connection and records the requests", function()
    server = scripted.start { { { "read" }, { "send", OK }, { "read" }, { "send", OK } } }
    local client = connect(server)
    client:send "PUT /a?b=%20 HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nContent-Length: 6\r\n\r\n\0\r\n\"\\\255"
    assert.are.equal(OK, client:receive(#OK))
    client:send "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert.are.equal(OK, client:receive(#OK))
    local requests = server:requests()
    assert.are.equal(2, #requests)
    assert.are.equal("PUT /a?b=%20 HTTP/1.1", requests[1].line)
    assert.are.equal("/a?b=%20", requests[1].target)
    assert.are.same({ { "Host", "h" }, { "X-Empty", "" }, { "Content-Length", "6" } },
      requests[1].headers)
    assert.are.equal("\0\r\n\"\\\255", requests[1].body)
    assert.are.equal("POST", requests[2].method)
    assert.are.equal("chunked", requests[2].fields["transfer-encoding"])
    assert.are.equal("abcde", requests[2].body)
    assert.are.equal(1, requests[2].connection)
  end)

  it("closes, resets, and runs its fallback on further connections", function()
    server = scripted.start {
      { { "read" }, { "send", "HTTP" }, { "close" } },
      { { "head" }, { "reset" } },
      fallback = { { "send", "again" } },
    }
    local client = connect(server)
    client:send "GET / HTTP/1.1\r\n\r\nmore that is never read"
    assert.are.equal("HTTP", client:receive "*a")
    client = connect(server)
    client:send "PUT / HTTP/1.1\r\nContent-Length: 100\r\n\r\n"
    local _, why = client:receive(1)
    assert.are.equal("closed", why)
    for _ = 1, 2 do assert.are.equal("again", connect(server):receive "*a") end
    assert.are.equal(2, #server:requests())
  end)

  it("resets a connection that its script does not have", function()
    server = scripted.start {}
    -- If the reset arrives before connect returns, connect itself fails.
    local client, why = socket.connect("127.0.0.1", server.port)
    if client then why = select(2, client:receive(1)) end
    assert.are.equal("closed", why)
  end)

  it("serves several connections at the same time", function()
    server = scripted.start { { { "stall" } }, { { "pause", 0 }, { "send", OK } } }
    local held, client = connect(server), connect(server)
    assert.are.equal(OK, client:receive(#OK))
    held:settimeout(0)
    assert.are.equal("timeout", select(2, held:receive(1)))
  end)

  it("reads a part of a request, or only its digest", function()
    server = scripted.start { { { "part", 3 }, { "reset" } }, { { "digest" }, { "send", OK } } }
    local reset = connect(server)
    reset:send "PUT /a HTTP/1.1\r\nContent-Length: 6\r\n\r\nabcd"
    assert.is_nil((reset:receive(1))) -- The request is logged before the connection is reset.
    local client = connect(server)
    client:send "PUT /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    assert.are.equal(OK, client:receive(#OK))
    local by_target = {}
    for _, request in ipairs(server:requests()) do by_target[request.target] = request end
    assert.are.equal("abc", by_target["/a"].body)
    assert.are.equal("", by_target["/b"].body)
    assert.are.equal(3, by_target["/b"].length)
    assert.are.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", by_target["/b"].sha256)
  end)

  it("counts the bytes that it sent and the requests in flight", function()
    server = scripted.start {
      { { "zeros", 100000 }, { "stall" } },
      { { "enter" }, { "gather", 2 }, { "progress", 1 }, { "leave" }, { "stall" } },
      { { "enter" }, { "gather", 2 }, { "peak" }, { "leave" }, { "stall" } },
      { { "enter" }, { "peak" }, { "stall" } },
    }
    local clients, markers = {}, {}
    for i = 1, 4 do
      clients[i] = connect(server)
      if i == 1 then assert.are.equal(("\0"):rep(100000), clients[1]:receive(100000)) end
      if i == 2 then
        clients[2]:settimeout(0)
        assert.are.equal("timeout", select(2, clients[2]:receive(1)))
        clients[2]:settimeout(60)
      end
    end
    for i = 2, 4 do
      assert.are.equal("HTTP/1.1 200 OK", clients[i]:receive())
      clients[i]:receive() -- Content-Length
      clients[i]:receive() -- the empty line
      markers[i - 1] = clients[i]:receive(i == 2 and 19 or 14):match '"Marker":"(%d+)"'
    end
    assert.are.same({ "100000", "2", "2" }, markers)
  end)

  it("ends when it is stopped, even if a client is still connected", function()
    server = scripted.start { { { "stall" } } }
    local client = connect(server)
    server:stop()
    assert.are.equal("closed", select(2, client:receive(1)))
    local again = socket.connect("127.0.0.1", server.port)
    -- The system may choose the same port for this end of the connection, which then is connected to itself.
    assert.is_true(not again or select(2, again:getsockname()) == select(2, again:getpeername()))
  end)

  it("reports a script that does not compile", function()
    assert.has_error(function() scripted.start "return {" end, "the scripted server did not start")
  end)
end)
