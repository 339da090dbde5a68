-- A transport of the host: the results that it may return, failures, and invalid results.
local canned = require "spec.support.canned"

-- Error code = `retryable`.
local TRANSPORT_CODES = {
  EndpointConnectionError = true, ConnectTimeoutError = true, ReadTimeoutError = true,
  ConnectionClosedError = true, ProxyConnectionError = true, ResponseParserError = false, SSLError = false,
}

-- Columns: title, invalid result of the host's transport, part of the message.
local BROKEN_TRANSPORTS = {
  { "a text", "text", "table" },
  { "no status", {}, "status" },
  { "a status that is a string", { status = "200" }, "status" },
  { "a status that is a fraction", { status = 200.5 }, "status" },
  { "the status of an interim response", { status = 199 }, "status" },
  { "a status with four digits", { status = 1000 }, "status" },
  { "headers that are a string", { status = 200, headers = "a: b" }, "headers" },
  { "a list as headers", { status = 200, headers = { "a: b" } }, "headers" },
  { "a header that is a boolean", { status = 200, headers = { a = true } }, "headers" },
  { "a header's name with a line break", { status = 200, headers = { ["a\r\nb"] = "c" } }, "header" },
  { "a body that is a number", { status = 200, body = 5 }, "body" },
}

describe("a host's transport", function()
  local function fail_with(...)
    local returned, count = { ... }, select("#", ...)
    local client = canned.client(function()
      return (rawget(_G, "unpack") or table.unpack)(returned, 1, count)
    end)
    local good, err = pcall(client.list_vaults, client)
    assert.is_false(good)
    return err
  end

  for code, retryable in pairs(TRANSPORT_CODES) do
    it("may return the code " .. code, function()
      local err = fail_with(nil, "why", code)
      assert.same({
        code = code, message = "why", kind = "transport", operation = "ListVaults", attempts = 1, retryable = retryable,
      }, err)
      assert.equal("why", tostring(err))
    end)
  end

  it("causes an EndpointConnectionError by an unknown code", function()
    for _, code in ipairs { "Else", 5, false } do
      assert.equal("EndpointConnectionError", fail_with(nil, "why", code).code)
    end
    assert.equal("EndpointConnectionError", fail_with(nil).code)
  end)

  for _, case in ipairs(BROKEN_TRANSPORTS) do
    it("causes a ResponseParserError by returning " .. case[1], function()
      local err = fail_with(case[2])
      assert.same({ "ResponseParserError", "transport", false }, { err.code, err.kind, err.retryable })
      assert.matches(case[3], err.message, 1, true)
    end)
  end

  it("causes an EndpointConnectionError by raising a string, but may raise its own error object", function()
    local function error_after(reason)
      local client = canned.client(function()
        error(reason, 0)
      end)
      return select(2, pcall(client.list_vaults, client))
    end
    assert.equal("EndpointConnectionError", error_after("why").code)
    local reason = {}
    assert.equal(reason, error_after(reason))
  end)

  it("raises Lua's own error if it runs out of memory", function()
    local client = canned.client(function()
      error("not enough memory", 0)
    end)
    local _, err = pcall(client.list_vaults, client)
    assert.equal("not enough memory", err)
  end)

  it("may return several values of one header, and numbers as values", function()
    local client = canned.client {
      status = 200, headers = { ["X-A"] = { "1", 2 }, ["Content-Length"] = 2 }, body = "{}",
    }
    local headers = client:list_vaults().ResponseMetadata.HTTPHeaders
    assert.same({ ["x-a"] = "1, 2", ["content-length"] = "2" }, headers)
  end)
end)
