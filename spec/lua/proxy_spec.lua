-- Proxies: the option, and what the environment says of them. The scripted server is the proxy, so
-- that what it reads shows how it was used.
local child = require "spec.support.child"
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local reply = require "spec.support.reply"
local scripted = require "spec.support.scripted"

-- Endpoints where nobody listens, and a proxy that does not listen either.
local HTTP, HTTPS, DEAD = "http://127.0.0.1:2", "https://127.0.0.1:2", "http://127.0.0.1:1"

local VIA, DIRECT, TUNNEL = "GET http://127.0.0.1:2/-/vaults HTTP/1.1", "GET /-/vaults HTTP/1.1",
  "CONNECT 127.0.0.1:2 HTTP/1.1"

-- The first line that the server read, or false where nobody came.
local function first_line(server)
  local request = server:requests()[1]
  return request and request.line or false
end

-- Replaces @, which stands for the server's URL, in the values of a table.
local function filled(map, url)
  local result = {}
  for name, value in pairs(map or {}) do
    result[name] = type(value) == "string" and value:gsub("@", url) or value
  end
  return result
end

-- Makes one call with these options and variables, and gives the first line.
local function line_of(endpoint, options, env)
  local server = scripted.start { fallback = reply.good() }
  local given = filled(options, server.url)
  given.endpoint_url, given.env, given.max_attempts = endpoint:gsub("@", server.url), filled(env, server.url), 1
  local client = glacier.client(simulation.new():options(given))
  local _, result = pcall(client.list_vaults, client)
  local line = first_line(server)
  server:stop()
  return line, result
end

-- { what, endpoint, options, environment, what the proxy reads }
local CASES = {
  { "the option carries http", HTTP, { proxy = "@" }, {}, VIA },
  { "the option is asked for a tunnel to https", HTTPS, { proxy = "@" }, {}, TUNNEL },
  { "the option wins over the environment", HTTP, { proxy = "@" }, { http_proxy = DEAD }, VIA },
  { "the option may be none", "@", { proxy = "" }, { http_proxy = DEAD }, DIRECT },
  { "the option gives way to NO_PROXY", "@", { proxy = DEAD }, { NO_PROXY = "127.0.0.1" }, DIRECT },
  { "http_proxy carries http", HTTP, {}, { http_proxy = "@" }, VIA },
  { "http_proxy is not for https", HTTPS, {}, { http_proxy = "@" }, false },
  -- curl's caution, for a CGI program gets a client's Proxy header by that name; botocore heeds it.
  { "HTTP_PROXY carries nothing", HTTP, {}, { HTTP_PROXY = "@" }, false },
  { "https_proxy is asked for a tunnel", HTTPS, {}, { https_proxy = "@" }, TUNNEL },
  { "HTTPS_PROXY is asked for a tunnel", HTTPS, {}, { HTTPS_PROXY = "@" }, TUNNEL },
  { "https_proxy wins over HTTPS_PROXY", HTTPS, {}, { https_proxy = "@", HTTPS_PROXY = DEAD }, TUNNEL },
  { "https_proxy is not for http", HTTP, {}, { https_proxy = "@" }, false },
  { "all_proxy carries http", HTTP, {}, { all_proxy = "@" }, VIA },
  { "ALL_PROXY is asked for a tunnel to https", HTTPS, {}, { ALL_PROXY = "@" }, TUNNEL },
  { "http_proxy wins over ALL_PROXY", HTTP, {}, { http_proxy = "@", ALL_PROXY = DEAD }, VIA },
  { "no_proxy leaves out a host", "@", {}, { http_proxy = DEAD, no_proxy = "x.test,127.0.0.1" }, DIRECT },
  { "NO_PROXY leaves out all hosts", "@", {}, { all_proxy = DEAD, NO_PROXY = "*" }, DIRECT },
  { "no_proxy wins over NO_PROXY", HTTP, {}, { http_proxy = "@", no_proxy = "x.test", NO_PROXY = "*" }, VIA },
  { "an empty variable is none", "@", {}, { http_proxy = "", all_proxy = "" }, DIRECT },
}

describe("a proxy:", function()
  for _, case in ipairs(CASES) do
    it(case[1], function()
      assert.are.equal(case[5], (line_of(case[2], case[3], case[4])))
    end)
  end

  it("that refuses is an error of its own", function()
    local server = scripted.start { fallback = reply.error(403) }
    local sim = simulation.new()
    local client = glacier.client(sim:options { endpoint_url = HTTPS, proxy = server.url })
    local _, err = pcall(client.list_vaults, client)
    local requests = server:requests()
    server:stop()
    assert.are.equal("ProxyConnectionError", err.code)
    assert.are.equal(3, #requests)
  end)

  it("is shown nothing of a request that goes through its tunnel", function()
    local server = scripted.start { fallback = reply.error(403) }
    local options = { endpoint_url = HTTPS, proxy = server.url, max_attempts = 1 }
    local client = glacier.client(simulation.new():options(options))
    pcall(client.list_vaults, client)
    local fields = server:requests()[1].fields
    server:stop()
    assert.is_nil(fields.authorization)
    assert.is_nil(fields["x-amz-date"])
    assert.is_nil(fields["amz-sdk-invocation-id"])
  end)

  -- A program that makes one call.
  local CALL = [[
    local client = require("glacier").client {
      region = "x", endpoint_url = "%s", max_attempts = 1, env = %s,
      credentials = { access_key_id = "a", secret_access_key = "b" },
    }
    io.write(tostring(select(2, pcall(client.list_vaults, client))))
  ]]

  it("of the process's environment is used", function()
    local server = scripted.start { fallback = reply.good() }
    local said = child({ http_proxy = server.url, HOME = "/" }, CALL:format(HTTP, "nil"))
    assert.are.equal(VIA, first_line(server), said)
    server:stop()
  end)

  it("of the process's environment is not seen where another is handed in", function()
    local server = scripted.start { fallback = reply.good() }
    local said = child({ http_proxy = DEAD, ALL_PROXY = DEAD }, CALL:format(server.url, "{}"))
    assert.are.equal(DIRECT, first_line(server), said)
    server:stop()
  end)

  it("is left out for what the process's NO_PROXY says, even one of the option's", function()
    local server = scripted.start { fallback = reply.good() }
    local code = CALL:format(server.url, ("nil, proxy = %q"):format(DEAD))
    local said = child({ NO_PROXY = "127.0.0.1", HOME = "/" }, code)
    assert.are.equal(DIRECT, first_line(server), said)
    server:stop()
  end)
end)
