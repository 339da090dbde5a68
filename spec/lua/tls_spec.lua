-- Certificates that the client trusts or rejects, in real handshakes with nginx, and handshakes that fail.
local glacier = require "glacier"
local nginx = require "spec.support.nginx"
local scripted = require "spec.support.scripted"

local directory, server

local function certificate(name)
  return ("ssl_certificate %s/%s.pem; ssl_certificate_key %s/%s.key;"):format(directory, name, directory, name)
end

local function call(host, options)
  local given = {
    region = "us-east-1", endpoint_url = "https://" .. host, connect_timeout = 30, read_timeout = 30,
    credentials = { access_key_id = "AKID", secret_access_key = "SECRET" },
    env = {},
    random = function()
      return 0
    end,
  }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  local client = glacier.client(given)
  local good, result = pcall(client.list_vaults, client)
  client:close()
  return good, result
end

local function at(name, host)
  return ("%s:%d"):format(host or "127.0.0.1", server.ports[name])
end

-- Makes a call. By default, the CA bundle has the authority that signed the certificate.
local function accepted(name, options, host)
  local good, result = call(at(name, host), options or { ca_bundle = directory .. "/ca.pem" })
  assert.is_true(good, tostring(result))
  assert.equal(name, result.Marker)
end

local function rejected(name, options, host)
  local good, err = call(at(name, host), options or { ca_bundle = directory .. "/ca.pem" })
  assert.is_false(good)
  assert.same({ "SSLError", "transport", false, 1, "ListVaults" },
    { err.code, err.kind, err.retryable, err.attempts, err.operation }, tostring(err))
  assert.matches("SSL validation failed for https://", tostring(err), 1, true)
end

describe("over TLS", function()
  setup(function()
    directory = nginx.directory()
    assert(os.execute("spec/support/certificates.sh " .. directory))
    local servers = {
      tls12 = certificate "good" .. "ssl_protocols TLSv1.2;",
      tls11 = certificate "good" .. "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;",
      tls10 = certificate "good" .. "ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0;",
    }
    for _, name in ipairs { "good", "other-host", "expired", "self-signed", "unknown-ca" } do
      servers[name] = certificate(name)
    end
    server = nginx.start(directory, servers)
  end)

  teardown(function()
    server:stop()
  end)

  it("a certificate from an authority in the bundle is accepted, for an address and for a name", function()
    accepted "good"
    accepted("good", nil, "localhost")
    accepted "tls12"
  end)

  it("the bundle can come from the environment", function()
    accepted("good", { env = { AWS_CA_BUNDLE = directory .. "/ca.pem" } })
  end)

  it("only the authorities of the bundle are trusted, or those of the system without a bundle", function()
    rejected("good", {})
    rejected("good", { ca_bundle = directory .. "/self-signed.pem" })
  end)

  for _, name in ipairs { "unknown-ca", "other-host", "expired", "self-signed" } do
    it("an invalid certificate (" .. name .. ") is rejected without a retry", function()
      rejected(name)
      rejected(name, {})
      rejected(name, nil, "localhost")
    end)

    it("an invalid certificate (" .. name .. ") is accepted if verification is off", function()
      accepted(name, { verify = false })
    end)
  end

  it("a self-signed certificate that is in the bundle is accepted", function()
    accepted("self-signed", { ca_bundle = directory .. "/self-signed.pem" })
  end)

  it("a bundle that is missing or has no certificate is an error without a retry", function()
    rejected("good", { ca_bundle = directory .. "/missing.pem" })
    rejected("good", { ca_bundle = directory .. "/nginx.conf" })
  end)

  it("versions before TLS 1.2 are rejected", function()
    for _, name in ipairs { "tls11", "tls10" } do
      for _, options in ipairs { { ca_bundle = directory .. "/ca.pem" }, { verify = false } } do
        options.max_attempts = 1
        local good, err = call(at(name), options)
        assert.is_false(good)
        assert.equal("SSLError", err.code)
      end
    end
  end)

  it("a client raises an SSLError for each of several rejected handshakes", function()
    local client = glacier.client {
      region = "us-east-1", endpoint_url = "https://" .. at "expired", ca_bundle = directory .. "/ca.pem",
      credentials = { access_key_id = "AKID", secret_access_key = "SECRET" },
    }
    for _ = 1, 3 do
      local _, err = pcall(client.list_vaults, client)
      assert.equal("SSLError", err.code)
    end
    client:close()
  end)

  -- Title = the steps of a server that does not complete the handshake.
  local HANDSHAKES = {
    ["is cut off"] = { { "close" } },
    ["is cut off by an alert"] = { { "send", "\21\3\3\0\2\2\40" }, { "close" } },
    ["is cut off within a record"] = { { "send", "\22\3\3\1\0\2" }, { "close" } },
    ["is answered in plain HTTP"] = { { "send", "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n" }, { "close" } },
    ["is answered with nonsense"] = { { "send", ("x"):rep(100) }, { "close" } },
  }
  for title, steps in pairs(HANDSHAKES) do
    it("a handshake that " .. title .. " is retried", function()
      local peer = scripted.start { fallback = steps }
      local good, err = call("127.0.0.1:" .. peer.port, { max_attempts = 3 })
      assert.is_false(good)
      assert.same({ "SSLError", "transport", true, 3 },
        { err.code, err.kind, err.retryable, err.attempts }, tostring(err))
      peer:stop()
    end)
  end

  it("a body without a length is a ConnectionClosedError if its connection is cut", function()
    local origin = scripted.start { { { "read" }, { "send", "HTTP/1.1 200 OK\r\n\r\nabc" }, { "stall" } } }
    local prefix = nginx.directory()
    assert(os.execute("spec/support/certificates.sh " .. prefix))
    local proxy = nginx.start(prefix, { cut = ([[
      ssl_certificate %s/good.pem; ssl_certificate_key %s/good.key; chunked_transfer_encoding off;
      location /-/ { proxy_pass %s; proxy_buffering off; add_header X-Worker $pid; }
    ]]):format(prefix, prefix, origin.url) })
    local client = glacier.client {
      region = "us-east-1", endpoint_url = "https://127.0.0.1:" .. proxy.ports.cut, ca_bundle = prefix .. "/ca.pem",
      credentials = { access_key_id = "AKID", secret_access_key = "SECRET" }, env = {},
    }
    local output = client:get_job_output { vaultName = "v", jobId = "j" }
    local body = output.body
    assert.equal("abc", body:read(3))
    -- A killed process does not end its TLS session with a close notification.
    assert(os.execute("kill -9 " .. output.ResponseMetadata.HTTPHeaders["x-worker"]))
    local good, err = pcall(body.read, body, 3)
    assert.is_false(good)
    assert.equal("ConnectionClosedError", err.code)
    client:close()
    proxy:stop()
    origin:stop()
  end)
end)
