-- Clients and checks for the specs of the transport.
local assert = require "luassert"
local glacier = require "glacier"
local socket = require "socket"

local FINE = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"Marker\":\"m\"}"

local function client_of(url, options)
  local given = {
    region = "us-east-1", endpoint_url = url, env = {}, max_attempts = 1, connect_timeout = 30, read_timeout = 30,
    credentials = { access_key_id = "AKID", secret_access_key = "SECRET", session_token = "TOKEN" },
    random = function()
      return 0
    end,
  }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  return glacier.client(given)
end

local function failure_of(client)
  local good, err = pcall(client.list_vaults, client)
  assert.is_false(good, "the call should fail")
  assert.same("table", type(err), tostring(err))
  return err
end

local function assert_transport(code, retryable, words, err)
  assert.same({ code, "transport", retryable, "ListVaults", 1 },
    { err.code, err.kind, err.retryable, err.operation, err.attempts }, tostring(err))
  assert.matches(words, err.message, 1, true)
  assert.equal(err.message, tostring(err))
  assert.is_nil(err.message:find("TOKEN", 1, true))
end

-- Returns a port without a listener. It is bound, so that no other process can use it.
local function refused_port()
  local held = socket.tcp()
  assert(held:bind("127.0.0.1", 0))
  local _, port = held:getsockname()
  return port, held
end

return {
  FINE = FINE, client_of = client_of, failure_of = failure_of, assert_transport = assert_transport,
  refused_port = refused_port,
}
