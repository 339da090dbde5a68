-- Transfers of the module glacier.curl.
local core = require "glacier.core"
local curl = require "glacier.curl"
local scripted = require "spec.support.scripted"

local function answer(marker)
  local body = ('{"Marker":"%s"}'):format(marker)
  return ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body)
end

describe("a transfer", function()
  local server
  after_each(function()
    server:stop()
  end)

  local function start(pool)
    local request = core.request { method = "GET", url = server.url .. "/", headers = {} }
    return assert(pool:start(request, 30000, 30000))
  end

  it("sends nothing until it is polled, and can be finished once", function()
    server = scripted.start { { { "read" }, { "send", answer "m" } } }
    local transfer = start(curl.pool { events = core.events() })
    assert.same({}, server:requests())
    repeat until transfer:poll(1000)
    assert.is_true(transfer:poll(0))
    assert.equal(200, transfer:finish():status())
    assert.has_error(function() transfer:finish() end)
    assert.has_error(function() transfer:poll(0) end)
    transfer:cancel()
  end)

  it("fails if it is finished too early or cancelled", function()
    server = scripted.start { fallback = { { "read" }, { "stall" } } }
    local pool = curl.pool { events = core.events() }
    local transfer = start(pool)
    transfer:poll(0)
    local response, err = transfer:finish()
    assert.is_nil(response)
    assert.equal("ConnectionClosedError", err.code)
    transfer = start(pool)
    transfer:poll(0)
    transfer:cancel()
    transfer:cancel()
    assert.has_error(function() transfer:poll(0) end)
    pool:close()
    pool:close()
    assert.has_error(function() start(pool) end)
  end)

  it("fails with ConnectionClosedError after its pool was closed", function()
    server = scripted.start { fallback = { { "read" }, { "stall" } } }
    local pool = curl.pool { events = core.events() }
    local transfer = start(pool)
    transfer:poll(0)
    pool:close()
    assert.is_true(transfer:poll(0))
    local _, err = transfer:finish()
    assert.equal("ConnectionClosedError", err.code)
  end)
end)
