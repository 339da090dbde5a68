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
    assert.is_true(transfer:poll(0))
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
    assert.is_true(transfer:poll(0))
    assert.has_error(function() transfer:finish() end)
    pool:close()
    pool:close()
    assert.has_error(function() start(pool) end)
  end)

  -- Starts a transfer with a request body of `length` bytes. The last arguments are the value, offset and length of
  -- `pool:start`.
  local pool
  local function upload(length, ...)
    server = scripted.start { { { "read" }, { "send", answer "m" } } }
    local request = core.prepare("UploadArchive", { vaultName = "v" }, server.url)
    request:stream(length, ("0"):rep(64), ("0"):rep(64))
    pool = curl.pool { events = core.events() }
    return assert(pool:start(request, 30000, 30000, false, ...))
  end

  -- Returns the body that the server receives.
  local function receive(transfer)
    assert.equal(0, transfer:wants())
    while not transfer:poll(1000) do transfer:has_sent() end
    assert.equal(200, transfer:finish():status())
    return server:requests()[1].body
  end

  it("sends a part of a string", function()
    assert.equal("part", receive(upload(4, "the part of it", 4, 4)))
  end)

  it("keeps the string that it sends alive", function()
    local size = 1024 * 1024
    local transfer = upload(size, ("x"):rep(size))
    collectgarbage()
    collectgarbage()
    local other = ("y"):rep(size) -- may get the memory of the string
    assert.equal(("x"):rep(size), receive(transfer))
    assert.equal(size, #other)
  end)

  it("sends a part of a file, and keeps the position of the file", function()
    local file = io.tmpfile()
    file:write "the part"
    file:seek("set", 2)
    assert.equal("par", receive(upload(3, file, 4, 3)))
    assert.equal(2, file:seek())
    file:close()
  end)

  it("rejects a body that is not a part of the string or has another length than the request", function()
    for _, row in ipairs {
      { 5, 0, 4, "expected the length of the request's body" },
      { 5, 0, 5, "the string is shorter" }, { 1, 4, 1, "the string is shorter" }, { 0, 5, 0, "the string is shorter" },
      { 1, -1, 1, "expected a number that is not negative" }, { 1, 0.5, 1, "expected an integer" },
    } do
      local good, err = pcall(upload, row[1], "four", row[2], row[3])
      assert.is_false(good)
      assert.matches(row[4], err, 1, true)
      server:stop()
    end
  end)

  it("fails with ConnectionClosedError after its pool was closed", function()
    server = scripted.start { fallback = { { "read" }, { "stall" } } }
    pool = curl.pool { events = core.events() }
    local transfer = start(pool)
    transfer:poll(0)
    pool:close()
    assert.is_true(transfer:poll(0))
    local _, err = transfer:finish()
    assert.equal("ConnectionClosedError", err.code)
  end)
end)
