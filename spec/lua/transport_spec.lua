-- Servers that misbehave. Each call raises the right error, no call hangs, and a later call succeeds.
local child = require "spec.support.child"
local scripted = require "spec.support.scripted"
local socket = require "socket"

local support = require "spec.support.transport_calls"
local FINE, client_of, failure_of, assert_transport, refused_port =
  support.FINE, support.client_of, support.failure_of, support.assert_transport, support.refused_port

local function answer(bytes, last)
  return { { "read" }, { "send", bytes }, { last or "close" } }
end

local BROKEN = {
  ["resets after the head of the request"] = { { "head" }, { "reset" } },
  ["resets after the request"] = { { "read" }, { "reset" } },
  ["closes without a response"] = { { "read" }, { "close" } },
  ["closes within the status line"] = answer "HTTP/1.1 20",
  ["closes within the head"] = answer "HTTP/1.1 200 OK\r\nContent-Le",
  ["resets within the head"] = answer("HTTP/1.1 200 OK\r\nContent-Le", "reset"),
  ["closes within the body"] = answer 'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"Mark',
  ["resets within the body"] = answer('HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"Mark', "reset"),
  ["closes within an error's body"] = answer 'HTTP/1.1 400 Bad\r\nContent-Length: 99\r\n\r\n{"code":"A"}',
  ["closes before the last chunk"] = answer "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
  ["closes within a chunk"] = answer "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
  ["sends a chunk without a size"] =
    answer "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
  ["sends a chunk of impossible size"] =
    answer "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
  ["sends a length that is not a number"] = answer "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
  ["sends a length below zero"] = answer "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
  ["sends a header without a colon"] = answer "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\n{}",
  ["sends no HTTP"] = answer "220 mail.example ESMTP\r\n",
  ["sends HTTP/0.9"] = answer "<html>welcome</html>",
  ["sends JSON without HTTP"] = answer "{}",
  ["sends zero bytes"] = answer(("\0"):rep(100)),
  ["sends an unknown version of HTTP"] = answer "HTTP/9.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
  ["sends a status in words"] = answer "HTTP/1.1 fine OK\r\nContent-Length: 2\r\n\r\n{}",
  ["sends endless interim responses"] = answer(("HTTP/1.1 100 Continue\r\n\r\n"):rep(20000)),
  ["sends only an interim response"] = answer "HTTP/1.1 100 Continue\r\n\r\n",
  ["sends endless headers"] = answer("HTTP/1.1 200 OK\r\n" .. ("X-Flood: " .. ("x"):rep(1000) .. "\r\n"):rep(1000)),
  ["sends an endless header"] = answer("HTTP/1.1 200 OK\r\nX-Flood: " .. ("x"):rep(1000000)),
}

local STALLS = {
  ["before its response"] = { { "read" }, { "stall" } },
  ["within the status line"] = answer("HTTP/1.", "stall"),
  ["within the head"] = answer("HTTP/1.1 200 OK\r\nContent-Le", "stall"),
  ["before the body"] = answer("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n", "stall"),
  ["within the body"] = answer('HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"Mark', "stall"),
  ["between two chunks"] = answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", "stall"),
  ["after an interim response"] = answer("HTTP/1.1 100 Continue\r\n\r\n", "stall"),
}

-- Options for both kinds of waiting.
local WAITS = {
  blocking = {},
  polling = {
    wait = function(seconds)
      socket.sleep(seconds)
    end,
  },
}

describe("a call to a misbehaving server", function()
  local server
  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  for title, steps in pairs(BROKEN) do
    it("raises ConnectionClosedError if the server " .. title .. ", and the next call succeeds", function()
      for _, options in pairs(WAITS) do
        server = scripted.start { steps, fallback = { { "read" }, { "send", FINE } } }
        local client = client_of(server.url, options)
        assert_transport("ConnectionClosedError", true,
          'Connection was closed before we received a valid response from endpoint URL: "'
          .. server.url .. '/-/vaults"', failure_of(client))
        assert.equal("m", client:list_vaults().Marker)
        client:close()
        server:stop()
      end
    end)
  end

  it("raises EndpointConnectionError or ConnectionClosedError if the server resets at once", function()
    local CODES = { EndpointConnectionError = true, ConnectionClosedError = true } -- depends on when the reset arrives
    for _ = 1, 20 do
      server = scripted.start { { { "reset" } }, fallback = { { "read" }, { "send", FINE } } }
      local client = client_of(server.url)
      local err = failure_of(client)
      assert.is_true(CODES[err.code])
      assert.is_true(err.retryable)
      assert.equal("m", client:list_vaults().Marker)
      server:stop()
    end
  end)

  for title, steps in pairs(STALLS) do
    it("raises ReadTimeoutError if the server stalls " .. title .. ", and a call of another client succeeds", function()
      for _, options in pairs(WAITS) do
        server = scripted.start { steps, fallback = { { "read" }, { "send", FINE } } }
        local client = client_of(server.url, { read_timeout = 0.1, wait = options.wait })
        assert_transport("ReadTimeoutError", true, 'Read timeout on endpoint URL: "' .. server.url .. '/-/vaults"',
          failure_of(client))
        client:close()
        client = client_of(server.url, options)
        assert.equal("m", client:list_vaults().Marker)
        client:close()
        server:stop()
      end
    end)
  end

  it("is retried up to max_attempts if the server fails", function()
    server = scripted.start {
      { { "read" }, { "reset" } }, answer "nonsense", { { "read" }, { "send", FINE } },
    }
    local client = client_of(server.url, { max_attempts = 3 })
    local output = client:list_vaults()
    assert.equal("m", output.Marker)
    assert.equal(2, output.ResponseMetadata.RetryAttempts)
    assert.equal(3, #server:requests())
  end)

  it("raises the last failure if each attempt fails", function()
    server = scripted.start { { { "read" }, { "reset" } }, fallback = answer "nonsense" }
    local err = failure_of(client_of(server.url, { max_attempts = 3 }))
    assert.same({ "ConnectionClosedError", 3, true }, { err.code, err.attempts, err.retryable })
    assert.equal(3, #server:requests())
  end)

  it("reads no more bytes than the Content-Length", function()
    server = scripted.start {
      { { "read" }, { "send", FINE .. '{"Marker":"x"}' .. FINE }, { "stall" } },
      fallback = { { "read" }, { "send", FINE } },
    }
    local client = client_of(server.url)
    for _ = 1, 2 do
      assert.equal("m", client:list_vaults().Marker)
    end
  end)

  it("reads a response that is split, chunked, has trailers, or ends with the connection", function()
    local pieces = { { "read" } }
    for byte in FINE:gmatch "." do
      pieces[#pieces + 1] = { "send", byte }
      pieces[#pieces + 1] = { "pause", 0 }
    end
    local chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _, steps in ipairs {
      { { "read" }, { "send", "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n" }, { "send", FINE } },
      { { "read" }, { "send", (FINE:gsub("\r\n", "\n")) } },
      { { "read" }, { "send", chunked .. '2;a=b\r\n{"\r\nC\r\nMarker":"m"}\r\n0\r\n\r\n' } },
      { { "read" }, { "send", chunked .. 'e\r\n{"Marker":"m"}\r\n0\r\nX-Trailer: 1\r\n\r\n' } },
      { { "read" }, { "send", 'HTTP/1.0 200 OK\r\n\r\n{"Marker":"m"}' }, { "close" } },
      { { "read" }, { "send", 'HTTP/1.1 200\r\n\r\n{"Marker":"m"}' }, { "close" } },
      pieces,
    } do
      server = scripted.start { steps }
      local output = client_of(server.url):list_vaults()
      assert.equal("m", output.Marker)
      local headers = output.ResponseMetadata.HTTPHeaders
      assert.is_nil(headers["x-trailer"])
      assert.is_nil(headers["x-interim"])
      server:stop()
    end
  end)

  it("reads an error of 10 MiB only up to a limit", function()
    server = scripted.start [[return {
      { { "read" }, { "send", "HTTP/1.1 403 No\r\nContent-Length: 10485760\r\n\r\n" .. ("x"):rep(10485760) } },
      fallback = { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" } },
    }]]
    local client = client_of(server.url)
    local err = failure_of(client)
    assert.same({ "403", "service", 403 }, { err.code, err.kind, err.status })
    assert.equal(("x"):rep(256 * 1024), err.response.Error.Message)
    assert.equal(200, client:list_vaults().ResponseMetadata.HTTPStatusCode)
  end)

  it("opens a new connection if the server has closed the kept one", function()
    for _, last in ipairs { "close", "reset" } do
      for _, steps in ipairs {
        { { "read" }, { "send", FINE }, { last } },
        { { "read" }, { "send", FINE }, { "read" }, { last } },
      } do
        server = scripted.start { steps, fallback = { { "read" }, { "send", FINE } } }
        local client = client_of(server.url)
        for _ = 1, 2 do
          local output = client:list_vaults()
          assert.same({ "m", 0 }, { output.Marker, output.ResponseMetadata.RetryAttempts })
        end
        client:close()
        server:stop()
      end
    end
  end)

  it("does not follow a redirect", function()
    local other = scripted.start { fallback = { { "read" }, { "send", FINE } } }
    for _, status in ipairs { 301, 302, 303, 307, 308 } do
      server = scripted.start { answer(("HTTP/1.1 %d There\r\nLocation: %s/\r\nContent-Length: 0\r\n\r\n"):format(
        status, other.url)) }
      local err = failure_of(client_of(server.url, { max_attempts = 3 }))
      assert.same({ tostring(status), "service", 1 }, { err.code, err.kind, err.attempts })
      assert.equal(1, #server:requests())
      server:stop()
    end
    assert.same({}, other:requests())
    other:stop()
  end)

  it("raises ReadTimeoutError if the server does not finish within the timeout of the call", function()
    for _, options in pairs(WAITS) do
      server = scripted.start { fallback = { { "read" }, { "stall" } } }
      local client = client_of(server.url, { timeout = 1, max_attempts = 3, wait = options.wait })
      local err = failure_of(client)
      assert.same({ "ReadTimeoutError", "transport", 1 }, { err.code, err.kind, err.attempts })
      server:stop()
    end
  end)

  it("raises ConnectTimeoutError if the server stalls in the TLS handshake", function()
    for _, options in pairs(WAITS) do
      server = scripted.start { { { "stall" } } }
      local url = server.url:gsub("^http:", "https:")
      local client = client_of(url, { connect_timeout = 0.1, wait = options.wait })
      assert_transport("ConnectTimeoutError", true, 'Connect timeout on endpoint URL: "' .. url .. '/-/vaults"',
        failure_of(client))
      server:stop()
    end
  end)
end)

describe("an address without a server", function()
  for title, options in pairs(WAITS) do
    it("raises EndpointConnectionError for a closed port, " .. title, function()
      local port, held = refused_port()
      local url = "http://127.0.0.1:" .. port
      assert_transport("EndpointConnectionError", true,
        'Could not connect to the endpoint URL: "' .. url .. '/-/vaults"', failure_of(client_of(url, options)))
      held:close()
    end)

    it("raises EndpointConnectionError for an unknown name, " .. title, function()
      assert_transport("EndpointConnectionError", true,
        'Could not connect to the endpoint URL: "http://glacier.invalid/-/vaults"',
        failure_of(client_of("http://glacier.invalid", { wait = options.wait, connect_timeout = 300 })))
    end)
  end
end)

describe("a failed request", function()
  it("raises an error object in a process without a free descriptor", function()
    local server = scripted.start {
      answer 'HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{"Marker":"m"}',
    }
    local printed = child({ URL = server.url }, [[
      local client = require("glacier").client {
        endpoint_url = os.getenv "URL", region = "us-west-2", env = {}, max_attempts = 1,
        credentials = { access_key_id = "a", secret_access_key = "s" },
      }
      local marker, files, file = client:list_vaults().Marker, {}, nil
      repeat
        file = io.open "README.md"
        files[#files + 1] = file
      until not file
      local good, err = pcall(client.list_vaults, client)
      print(marker, good, type(err) == "table" and err.code or err)
    ]], "ulimit -n 40")
    server:stop()
    assert.are.equal("m\tfalse\tEndpointConnectionError\n", printed)
  end)
end)
