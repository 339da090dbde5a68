-- The descriptor of a client for an event loop, and the time after which the client must be polled.
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local socket = require "socket"
local streams = require "spec.support.streams"

local server = scripted.new()

-- Returns whether the descriptor becomes readable within this time.
local function is_readable(fd, seconds)
  local ready = socket.select({ { getfd = function() return fd end } }, nil, seconds)
  return ready[1] ~= nil
end

describe("the descriptor of a client", function()
  after_each(function() server:stop() end)

  it("drives a task to its end with few polls, and stays the same", function()
    server:start { { { "read" }, { "pause", 0.2 }, { "send", streams.answer(200, {}, '{"Marker":"m"}') } } }
    local client = streams.client(server.url)
    local fd, task = client:pollfd(), client:start "list_vaults"
    local polls = 0
    while not task:poll() do
      polls = polls + 1
      is_readable(fd, client:timeout())
      assert.are.equal(fd, client:pollfd())
    end
    assert.are.equal("m", task:result().Marker)
    assert.is_true(polls < 20, polls)
    assert.are.equal("r", client:events())
    client:close()
  end)

  it("is not readable while a service does not respond", function()
    server:start { fallback = { { "read" }, { "stall" } } }
    local client = streams.client(server.url)
    local task = client:start "list_vaults"
    repeat task:poll() until not is_readable(client:pollfd(), 0.2)
    assert.is_false(task:poll())
    task:cancel()
  end)

  it("is nil for a client with a transport of the host", function()
    local options = streams.options()
    options.transport = function() return { status = 200 } end
    local client = glacier.client(options)
    assert.is_nil(client:pollfd())
    assert.is_nil(client:timeout())
  end)
end)

describe("the timeout of a client's descriptor", function()
  after_each(function() server:stop() end)

  it("is nil without calls", function()
    assert.is_nil(streams.client "http://127.0.0.1:9":timeout())
  end)

  it("is at most the rest of a task's back-off", function()
    server:start { fallback = { { "read" }, { "send", streams.answer(503, {}, "") } } }
    local now = 1700000000
    local client = streams.client(server.url, {
      timeout = 1000, clock = function() return now end, random = function() return 0.5 end, max_attempts = 9,
      retry_mode = "legacy",
    })
    local task = client:start "list_vaults"
    repeat task:poll() until task.context.due
    assert.is_true(client:timeout() <= 0.5)
    now = now + 0.5
    assert.are.equal(0, client:timeout())
    task:cancel()
    assert.is_true(task:poll())
  end)

  it("is at most the rest of a task's timeout", function()
    server:start { fallback = { { "read" }, { "stall" } } }
    local now = 1700000000
    local client = streams.client(server.url, { timeout = 10, clock = function() return now end })
    local task = client:start "list_vaults"
    repeat task:poll() until server:requests()[1] and client:timeout() > 1 -- libcurl's timer for the connection is over
    assert.are.equal(10, client:timeout())
    now = now + 9.875
    assert.are.equal(0.125, client:timeout())
    now = now + 0.125
    assert.are.equal(0, client:timeout())
    assert.is_true(task:poll())
  end)

  it("is 0 while a task can continue", function()
    server:start { fallback = streams.answered "{}" }
    local client = streams.client(server.url)
    local task = client:start "list_vaults"
    task:poll()
    local other = client:start "list_vaults"
    repeat until other:poll()
    while not task.context.transfer:needs_caller() do client:list_vaults() end
    assert.are.equal(0, client:timeout())
    assert.is_true(task:poll())
  end)

  it("is 0 when the threads that hash a body have ended, even if another call handled that event", function()
    server:start { fallback = streams.answered "{}" }
    local client = streams.client(server.url, { hash_threads = 1 })
    local task = client:start("upload_archive", { vaultName = "v", body = streams.pattern(8 * streams.MIB) })
    assert.is_false(task:poll())
    while not task.context.transfer:needs_caller() do socket.sleep(0.001) end
    client:list_vaults() -- handles the event, which the set does not report again
    assert.are.equal(0, client:timeout())
    task:cancel()
  end)
end)
