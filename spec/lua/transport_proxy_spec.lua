-- Proxies that fail or refuse requests, and the proxy variables of the environment.
local child = require "spec.support.child"
local scripted = require "spec.support.scripted"

local support = require "spec.support.transport_calls"
local FINE, client_of, failure_of, assert_transport, refused_port =
  support.FINE, support.client_of, support.failure_of, support.assert_transport, support.refused_port

describe("a proxy", function()
  local REFUSAL = "HTTP/1.1 407 Who\r\nContent-Length: 2\r\n\r\nno"

  -- Makes a call in a process with these environment variables. Returns what the process prints.
  local function call_with(variables, url)
    variables.HOME = "/nonexistent"
    return child(variables, ([[
      local client = require("glacier").client {
        region = "us-east-1", endpoint_url = "%s", max_attempts = 1,
        credentials = { access_key_id = "AKID", secret_access_key = "SECRET" },
      }
      local good, result = pcall(client.list_vaults, client)
      print(good and result.Marker or result.code, result.retryable)
    ]]):format(url))
  end

  it("causes a ProxyConnectionError if it refuses connections", function()
    local port, held = refused_port()
    local proxy = "http://user:hidden@127.0.0.1:" .. port
    for _, url in ipairs { "http://glacier.invalid", "https://glacier.invalid" } do
      local err = failure_of(client_of(url, { proxy = proxy }))
      assert_transport("ProxyConnectionError", true, "Failed to connect to proxy URL", err)
      assert.is_nil(err.message:find("hidden", 1, true))
    end
    assert.equal("ProxyConnectionError\ttrue\n", call_with({ http_proxy = proxy }, "http://glacier.invalid"))
    held:close()
  end)

  it("causes a ProxyConnectionError if its name does not exist", function()
    assert_transport("ProxyConnectionError", true, "Failed to connect to proxy URL",
      failure_of(client_of("http://127.0.0.1:1", { proxy = "http://proxy.invalid", connect_timeout = 300 })))
  end)

  it("causes a ProxyConnectionError if it refuses a tunnel, and gets no signature", function()
    local server = scripted.start { fallback = { { "head" }, { "send", REFUSAL } } }
    assert_transport("ProxyConnectionError", true, "Failed to connect to proxy URL",
      failure_of(client_of("https://glacier.invalid", { proxy = server.url })))
    local request = server:requests()[1]
    assert.equal("CONNECT glacier.invalid:443 HTTP/1.1", request.line)
    assert.is_nil(request.fields.authorization)
    assert.is_nil(request.fields["x-amz-security-token"])
    server:stop()
  end)

  it("forwards requests over HTTP and their responses", function()
    local server = scripted.start { fallback = { { "read" }, { "send", FINE } } }
    assert.equal("m", client_of("http://glacier.invalid", { proxy = server.url }):list_vaults().Marker)
    assert.equal("m\tnil\n", call_with({ http_proxy = server.url }, "http://glacier.invalid"))
    for _, request in ipairs(server:requests()) do
      assert.equal("GET http://glacier.invalid/-/vaults HTTP/1.1", request.line)
      assert.equal("glacier.invalid", request.fields.host)
    end
    server:stop()
  end)

  it("is not used for hosts in the environment's no_proxy", function()
    local server = scripted.start { fallback = { { "read" }, { "send", FINE } } }
    local port, held = refused_port()
    local proxy = "http://127.0.0.1:" .. port
    assert.equal("ProxyConnectionError\ttrue\n", call_with({ http_proxy = proxy }, server.url))
    assert.equal("m\tnil\n", call_with({ http_proxy = proxy, no_proxy = "127.0.0.1" }, server.url))
    held:close()
    server:stop()
  end)
end)
