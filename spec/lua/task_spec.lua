-- Tasks: calls that are started and then polled, one at a time or many together.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local simulation = require "spec.support.simulation"
local socket = require "socket"
local streams = require "spec.support.streams"

local server = scripted.new()

local support = require "spec.support.counted_tasks"
local FINE, GONE, marker, counted = support.FINE, support.GONE, support.marker, support.counted

describe("a task", function()
  after_each(function() server:stop() end)

  it("checks its parameters at once, and sends nothing before the first poll", function()
    server:start { { { "read" }, { "send", marker "m" } } }
    local client, file = streams.client(server.url), streams.file ""
    file:close()
    for _, row in ipairs {
      { "describe_vault", {}, 'Missing required parameter in input: "vaultName"' },
      { "list_vaults", { limits = "1" }, 'Unknown parameter in input: "limits"' },
      { "list_vaults", 5, "type: number, valid types: table" },
      { "upload_archive", { vaultName = "v", body = file }, "it is not an open file" },
      { "list_all", {}, "Unknown operation" },
    } do
      local err = failure(client.start, client, row[1], row[2])
      assert.are.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
      assert.is_truthy(err.message:find(row[3], 1, true), err.message)
    end
    local task = client:start "ListVaults"
    client:close()
    assert.are.same({}, server:requests())
    while not task:poll() do socket.sleep(0.001) end
    assert.are.equal("m", task:result().Marker)
    assert.are.equal(1, #server:requests())
    client:close()
  end)

  it("sends the parameters that it was started with, even if the table changes later", function()
    local seen
    local client = counted(function(request)
      seen = request.url
      return FINE
    end)
    local params = { vaultName = "first" }
    local task = client:start("describe_vault", params)
    params.vaultName = "second"
    task:result()
    assert.is_truthy(seen:find "/vaults/first$")
  end)

  it("never blocks in a poll, even if the service is slow", function()
    server:start { { { "read" }, { "stall" } }, fallback = { { "read" }, { "send", marker "other" } } }
    local client = streams.client(server.url)
    local task = client:start "list_vaults"
    while #server:requests() == 0 do assert.is_false(task:poll()) end
    assert.is_false(task:poll())
    assert.are.equal("other", client:list_vaults().Marker) -- this call ends before the task
    assert.is_false(task:poll())
    client:close()
    assert.is_true(task:poll())
    assert.are.equal("ConnectionClosedError", failure(task.result, task).code)
  end)

  it("returns the same result each time", function()
    local client, count = counted(FINE)
    local task = client:start "list_vaults"
    local output = task:result()
    assert.are.same({ "m", 0 }, { output.Marker, output.ResponseMetadata.RetryAttempts })
    for _ = 1, 2 do
      assert.are.equal(output, task:result())
      assert.is_true(task:poll())
    end
    assert.are.equal(1, count.all)
  end)

  it("raises the same error each time", function()
    local client, count = counted(GONE)
    local task = client:start("describe_vault", { vaultName = "v" })
    local err = failure(task.result, task)
    assert.are.same({ "ResourceNotFoundException", "DescribeVault", 1 }, { err.code, err.operation, err.attempts })
    assert.are.equal(err, failure(task.result, task))
    assert.are.equal(1, count.all)
    local reason = {}
    task = glacier.client(streams.options { transport = function() error(reason, 0) end }):start "list_vaults"
    assert.are.equal(reason, failure(task.result, task))
  end)

  it("waits for its result if it was not polled", function()
    server:start { { { "read" }, { "pause", 0.05 }, { "send", marker "m" } } }
    assert.are.equal("m", streams.client(server.url):start("list_vaults"):result().Marker)
  end)

  it("waits for its result through the host's wait", function()
    server:start { { { "read" }, { "pause", 0.05 }, { "send", marker "m" } } }
    local thread = coroutine.wrap(function()
      local client = streams.client(server.url, { wait = function(seconds) coroutine.yield(seconds) end })
      return client:start("list_vaults"):result()
    end)
    local waits, outcome = 0, thread()
    while type(outcome) == "number" do
      assert.is_true(outcome > 0 and outcome <= 0.05)
      waits = waits + 1
      socket.sleep(outcome)
      outcome = thread()
    end
    assert.is_true(waits > 0)
    assert.are.equal("m", outcome.Marker)
  end)

  it("sleeps for its back-off from poll to poll, by the client's clock", function()
    local sim, answers, sent = simulation.new { random = 0.5 }, { { status = 429 }, { status = 429 }, FINE }, 0
    local client = glacier.client(sim:options { transport = function()
      sent = sent + 1
      return answers[sent]
    end })
    local task = client:start "list_vaults"
    -- The first back-off takes 0.5 seconds, the second takes 1 second.
    for _, row in ipairs { { 0, 1 }, { 0.49, 1 }, { 0.02, 2 }, { 0.98, 2 } } do
      sim.now = sim.now + row[1]
      for _ = 1, 3 do assert.is_false(task:poll()) end
      assert.are.equal(row[2], sent)
    end
    sim.now = sim.now + 0.04
    assert.is_true(task:poll())
    assert.are.equal(2, task:result().ResponseMetadata.RetryAttempts)
    assert.are.same({}, sim.pauses)
  end)

  it("starts its timeout with the first poll", function()
    server:start { { { "read" }, { "send", marker "m" } }, fallback = { { "read" }, { "stall" } } }
    local sim = simulation.new()
    local client = glacier.client(sim:options { endpoint_url = server.url, timeout = 5 })
    local first, second = client:start "list_vaults", client:start "list_vaults"
    sim.now = sim.now + 100
    repeat until first:poll()
    assert.are.equal("m", first:result().Marker)
    while #server:requests() < 2 do assert.is_false(second:poll()) end
    sim.now = sim.now + 4.9
    assert.is_false(second:poll())
    sim.now = sim.now + 0.2
    assert.is_true(second:poll())
    local err = failure(second.result, second)
    assert.are.same({ "ReadTimeoutError", "transport", 1, "ListVaults" },
      { err.code, err.kind, err.attempts, err.operation })
    assert.is_truthy(err.message:find("The timeout of the whole call passed", 1, true))
  end)

  it("sends nothing after it was cancelled, and has an error unless its response had arrived", function()
    local client, count = counted(FINE)
    local unbegun, begun, done = client:start "list_vaults", client:start "list_vaults", client:start "list_vaults"
    done:result()
    begun:poll()
    assert.are.equal(2, count.all)
    for _, task in ipairs { unbegun, begun, done } do
      task:cancel()
      assert.is_true(task:poll())
    end
    assert.are.equal(2, count.all)
    assert.are.equal("ReadTimeoutError", failure(unbegun.result, unbegun).code)
    assert.are.equal("m", begun:result().Marker) -- its response had arrived before it was cancelled
    assert.are.equal("m", done:result().Marker)
  end)

  it("fails in the same way if it is cancelled before and after its request was sent", function()
    local listener = assert(socket.bind("127.0.0.1", 0))
    local client = streams.client("http://127.0.0.1:" .. select(2, listener:getsockname()))
    local unsent, sent = client:start "list_vaults", client:start "list_vaults"
    local peer
    repeat
      sent:poll()
      listener:settimeout(0)
      peer = peer or listener:accept()
      if peer then peer:settimeout(0) end
    until peer and peer:receive "*l"
    for _, task in ipairs { unsent, sent } do
      task:cancel()
      local err = failure(task.result, task)
      assert.are.same({ "ReadTimeoutError", "The task was cancelled", false }, { err.code, err.message, err.retryable })
    end
    listener:close()
    peer:close()
  end)

  it("closes its connection when it is collected", function()
    local listener = assert(socket.bind("127.0.0.1", 0))
    local client = streams.client("http://127.0.0.1:" .. select(2, listener:getsockname()))
    local peer = (function()
      local task = client:start "list_vaults"
      local found
      listener:settimeout(0)
      repeat
        task:poll()
        found = listener:accept()
      until found
      found:settimeout(0)
      while not found:receive() do task:poll() end
      return found
    end)()
    collectgarbage()
    collectgarbage()
    peer:settimeout(60)
    local why
    repeat why = select(2, peer:receive(1)) until why
    assert.are.equal("closed", why)
    listener:close()
  end)
end)
