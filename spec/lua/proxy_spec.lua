-- The option `proxy` and the proxy variables of the environment. The scripted server is the proxy or, where no proxy
-- should be used, the endpoint. The first line that it reads shows how the client used it.
local child = require "spec.support.child"
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local reply = require "spec.support.reply"
local scripted = require "spec.support.scripted"

-- Two endpoints and a proxy without listeners.
local HTTP, HTTPS, DEAD = "http://127.0.0.1:2", "https://127.0.0.1:2", "http://127.0.0.1:1"

local VIA, DIRECT, TUNNEL = "GET http://127.0.0.1:2/-/vaults HTTP/1.1", "GET /-/vaults HTTP/1.1",
  "CONNECT 127.0.0.1:2 HTTP/1.1"

-- Returns the first line that the server read, or false if there was no request.
local function first_line(server)
  local request = server:requests()[1]
  return request and request.line or false
end

-- Replaces each @ in the values of a table with the server's URL.
local function filled(map, url)
  local result = {}
  for name, value in pairs(map or {}) do
    result[name] = type(value) == "string" and value:gsub("@", url) or value
  end
  return result
end

-- Makes one call with these options and variables. Returns the first line that the server read, and the call's result.
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

-- Columns: { title, endpoint, options, environment, first line that the server reads or false }. An @ is its URL.
local CASES = {
  { "is used from the option for HTTP", HTTP, { proxy = "@" }, {}, VIA },
  { "gets a CONNECT for HTTPS from the option", HTTPS, { proxy = "@" }, {}, TUNNEL },
  { "is used from the option before the environment", HTTP, { proxy = "@" }, { http_proxy = DEAD }, VIA },
  { "is not used if the option is empty, even if the environment has one", "@", { proxy = "" },
    { http_proxy = DEAD }, DIRECT },
  { "is not used from the option for a host in NO_PROXY", "@", { proxy = DEAD }, { NO_PROXY = "127.0.0.1" }, DIRECT },
  { "is used from http_proxy for HTTP", HTTP, {}, { http_proxy = "@" }, VIA },
  { "is not used from http_proxy for HTTPS", HTTPS, {}, { http_proxy = "@" }, false },
  -- curl ignores HTTP_PROXY, because CGI passes a client's Proxy header under that name. botocore reads it.
  { "is not used from HTTP_PROXY", HTTP, {}, { HTTP_PROXY = "@" }, false },
  { "gets a CONNECT if https_proxy names it", HTTPS, {}, { https_proxy = "@" }, TUNNEL },
  { "gets a CONNECT if HTTPS_PROXY names it", HTTPS, {}, { HTTPS_PROXY = "@" }, TUNNEL },
  { "is used from https_proxy before HTTPS_PROXY", HTTPS, {},
    { https_proxy = "@", HTTPS_PROXY = DEAD }, TUNNEL },
  { "is not used from https_proxy for HTTP", HTTP, {}, { https_proxy = "@" }, false },
  { "is used from all_proxy for HTTP", HTTP, {}, { all_proxy = "@" }, VIA },
  { "gets a CONNECT for HTTPS if ALL_PROXY names it", HTTPS, {}, { ALL_PROXY = "@" }, TUNNEL },
  { "is used from http_proxy before ALL_PROXY", HTTP, {}, { http_proxy = "@", ALL_PROXY = DEAD }, VIA },
  { "is not used for a host in no_proxy", "@", {}, { http_proxy = DEAD, no_proxy = "x.test,127.0.0.1" }, DIRECT },
  { "is not used if NO_PROXY is an asterisk", "@", {}, { all_proxy = DEAD, NO_PROXY = "*" }, DIRECT },
  { "is used if no_proxy does not have the host, even if NO_PROXY has it", HTTP, {},
    { http_proxy = "@", no_proxy = "x.test", NO_PROXY = "*" }, VIA },
  { "is used from ALL_PROXY if http_proxy is empty", HTTP, {}, { http_proxy = "", ALL_PROXY = "@" }, VIA },
  { "is not used if the variables are empty", "@", {}, { http_proxy = "", all_proxy = "" }, DIRECT },
}

describe("a proxy", function()
  for _, case in ipairs(CASES) do
    it(case[1], function()
      assert.are.equal(case[5], (line_of(case[2], case[3], case[4])))
    end)
  end

  it("causes a ProxyConnectionError, with retries, if it rejects a CONNECT", function()
    local server = scripted.start { fallback = reply.error(403) }
    local sim = simulation.new()
    local client = glacier.client(sim:options { endpoint_url = HTTPS, proxy = server.url })
    local _, err = pcall(client.list_vaults, client)
    local requests = server:requests()
    server:stop()
    assert.are.equal("ProxyConnectionError", err.code)
    assert.are.equal(3, #requests)
  end)

  it("receives no header of the request with the CONNECT", function()
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

  for _, name in ipairs { "http_proxy", "all_proxy", "ALL_PROXY" } do
    it("is used from " .. name .. " of the process's environment", function()
      local server = scripted.start { fallback = reply.good() }
      local printed = child({ [name] = server.url, https_proxy = "", HOME = "/" }, CALL:format(HTTP, "nil"))
      assert.are.equal(VIA, first_line(server), printed)
      server:stop()
    end)
  end

  it("is not used from the process's environment if the option env is given", function()
    local server = scripted.start { fallback = reply.good() }
    local printed = child({ http_proxy = DEAD, ALL_PROXY = DEAD }, CALL:format(server.url, "{}"))
    assert.are.equal(DIRECT, first_line(server), printed)
    server:stop()
  end)

  it("is not used from the option for a host in the process's NO_PROXY", function()
    local server = scripted.start { fallback = reply.good() }
    local code = CALL:format(server.url, ("nil, proxy = %q"):format(DEAD))
    local printed = child({ NO_PROXY = "127.0.0.1", HOME = "/" }, code)
    assert.are.equal(DIRECT, first_line(server), printed)
    server:stop()
  end)
end)
