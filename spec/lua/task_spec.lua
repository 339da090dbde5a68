-- Tasks: calls that are started and then polled, one at a time or many together.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local simulation = require "spec.support.simulation"
local socket = require "socket"
local streams = require "spec.support.streams"

local server = scripted.new()

local FINE = { status = 200, body = '{"Marker":"m"}' }
local GONE = { status = 404, body = '{"code":"ResourceNotFoundException","message":"no","type":"Client"}' }

local function marker(text)
  return streams.answer(200, {}, ('{"Marker":"%s"}'):format(text))
end

-- Returns a client whose transport yields once and then returns `answer`. Also returns a table that counts its
-- requests: `now` in flight, at `most` in flight, and `all`.
local function counted(answer, more)
  local count = { now = 0, most = 0, all = 0 }
  local options = streams.options(more)
  options.transport = function(request)
    count.now, count.all = count.now + 1, count.all + 1
    count.most = math.max(count.most, count.now)
    coroutine.yield()
    count.now = count.now - 1
    return type(answer) == "function" and answer(request) or answer
  end
  return glacier.client(options), count
end

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
    local sim, answers, carried = simulation.new { random = 0.5 }, { { status = 429 }, { status = 429 }, FINE }, 0
    local client = glacier.client(sim:options { transport = function()
      carried = carried + 1
      return answers[carried]
    end })
    local task = client:start "list_vaults"
    -- The first back-off takes 0.5 seconds, the second takes 1 second.
    for _, row in ipairs { { 0, 1 }, { 0.49, 1 }, { 0.02, 2 }, { 0.98, 2 } } do
      sim.now = sim.now + row[1]
      for _ = 1, 3 do assert.is_false(task:poll()) end
      assert.are.equal(row[2], carried)
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

  it("sends nothing and has an error after it was canceled", function()
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
    assert.are.equal("m", begun:result().Marker) -- its response had arrived before it was canceled
    assert.are.equal("m", done:result().Marker)
  end)

  it("fails in the same way if it is canceled before and after its request was sent", function()
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
      assert.are.same({ "ReadTimeoutError", "The task was canceled", false }, { err.code, err.message, err.retryable })
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
    local problem
    repeat problem = select(2, peer:receive(1)) until problem
    assert.are.equal("closed", problem)
    listener:close()
  end)
end)

describe("glacier.all", function()
  after_each(function() server:stop() end)

  local function started(client, number)
    local tasks = {}
    for i = 1, number do tasks[i] = client:start("describe_vault", { vaultName = "v" .. i }) end
    return tasks
  end

  local function made(client, number)
    local index = 0
    return function()
      index = index + 1
      return index <= number and client:start("describe_vault", { vaultName = "v" .. index }) or nil
    end
  end

  -- A transport that returns an error for vaults with an odd number.
  local function by_number(request)
    local number = tonumber(request.url:match "v(%d+)$")
    return number % 2 == 0 and { status = 200, body = ('{"NumberOfArchives":%d}'):format(number) } or GONE
  end

  for title, give in pairs { ["a list"] = started, ["an iterator"] = made } do
    it("returns outcomes by the number of the task, from " .. title, function()
      local client = counted(by_number)
      local outcomes = glacier.all(give(client, 9), { concurrency = 2 })
      assert.are.equal(9, #outcomes)
      for i, outcome in ipairs(outcomes) do
        assert.are.equal(i % 2 == 0, outcome.ok)
        assert.are.equal(i % 2 == 0 and i or nil, outcome.result and outcome.result.NumberOfArchives)
        assert.are.equal(i % 2 == 1 and "ResourceNotFoundException" or nil, outcome.error and outcome.error.code)
      end
    end)

    it("keeps exactly `concurrency` tasks in progress, from " .. title, function()
      for concurrency, most in pairs { [1] = 1, [2] = 2, [7] = 7, [64] = 64, [500] = 150, default = 64 } do
        local client, count = counted(by_number)
        local outcomes = glacier.all(give(client, 150), { concurrency = tonumber(concurrency) })
        assert.are.same({ 150, 150, most, 0 }, { #outcomes, count.all, count.most, count.now })
      end
    end)

    it("calls progress after each task and ignores its errors, from " .. title, function()
      local told = {}
      local outcomes = glacier.all(give(counted(by_number), 5), { concurrency = 2, progress = function(...)
        told[#told + 1] = { select("#", ...), ... }
        error "not of interest"
      end })
      assert.are.equal(5, #outcomes)
      local total = title == "a list" and 5 or nil
      assert.are.same({ { 2, 1, total }, { 2, 2, total }, { 2, 3, total }, { 2, 4, total }, { 2, 5, total } }, told)
    end)

    it("returns an empty list for no tasks, from " .. title, function()
      assert.are.same({}, glacier.all(give(counted(FINE), 0)))
    end)
  end

  it("opens at most `concurrency` connections", function()
    local steps = {}
    for _ = 1, 20 do
      for _, step in ipairs { { "read" }, { "enter" }, { "gather", 4 }, { "send", marker "m" }, { "leave" } } do
        steps[#steps + 1] = step
      end
    end
    server:start { steps, steps, steps, steps, fallback = { { "read" }, { "peak" } } }
    local client, tasks = streams.client(server.url), {}
    for i = 1, 20 do tasks[i] = client:start "list_vaults" end
    for _, outcome in ipairs(glacier.all(tasks, { concurrency = 4 })) do
      assert.are.equal("m", outcome.ok and outcome.result.Marker, tostring(outcome.error))
    end
    client:close()
    assert.are.equal("4", client:list_vaults().Marker)
    for _, request in ipairs(server:requests()) do assert.is_true(request.connection <= 5) end
    client:close()
  end)

  it("accepts tasks of several clients, also tasks that are done", function()
    server:start { fallback = { { "read" }, { "pause", 0.01 }, { "send", marker "one" } } }
    local other = scripted.start { fallback = { { "read" }, { "send", marker "two" } } }
    local one, two, three = streams.client(server.url), streams.client(other.url), counted(FINE)
    local tasks = { one:start "list_vaults", two:start "list_vaults", three:start "list_vaults",
      two:start "list_vaults", one:start "list_vaults" }
    tasks[4]:result()
    local markers = {}
    for i, outcome in ipairs(glacier.all(tasks)) do markers[i] = outcome.result.Marker end
    assert.are.same({ "one", "two", "m", "two", "one" }, markers)
    other:stop()
  end)

  it("continues other tasks while some sleep for a back-off", function()
    local busy, order = true, {}
    local client = glacier.client(streams.options { max_attempts = 2, transport = function(request)
      local name = request.url:match "v(%d)$"
      order[#order + 1] = name
      if name == "1" and busy then
        busy = false
        return { status = 503 }
      end
      return FINE
    end, random = function() return 0.999 end })
    local outcomes = glacier.all(started(client, 3))
    assert.are.equal(1, outcomes[1].result.ResponseMetadata.RetryAttempts)
    assert.are.equal("1", order[#order])
    assert.are.equal(4, #order)
  end)

  it("waits through the host's wait", function()
    server:start { fallback = { { "read" }, { "pause", 0.01 }, { "send", marker "m" } } }
    local client = streams.client(server.url, { wait = function(seconds) coroutine.yield(seconds) end })
    local thread = coroutine.wrap(function() return glacier.all(started(client, 5)) end)
    local waits, outcome = 0, thread()
    while type(outcome) == "number" do
      waits = waits + 1
      socket.sleep(outcome)
      outcome = thread()
    end
    assert.is_true(waits > 0)
    for i = 1, 5 do assert.is_true(outcome[i].ok) end
  end)

  it("ends with the error of the function that makes tasks, after the tasks in progress", function()
    local client, reason = counted(FINE), {}
    for _, give in ipairs { function() error(reason, 0) end, function() return 5 end, function() return {} end } do
      local asked = 0
      local outcomes = glacier.all(function()
        asked = asked + 1
        return asked <= 3 and client:start "list_vaults" or give()
      end)
      assert.are.same({ 4, 4 }, { asked, #outcomes })
      for i = 1, 3 do assert.is_true(outcomes[i].ok) end
      local err = outcomes[4].error
      assert.is_false(outcomes[4].ok)
      assert.is_true(err == reason or err.message:find("all: task number 4 is a ", 1, true) == 1)
    end
    local outcomes = glacier.all(function() return client:start "describe_vault" end)
    assert.are.same({ 1, "ParamValidationError" }, { #outcomes, outcomes[1].error.code })
  end)

  it("rejects anything but a list of tasks before it sends a request", function()
    local client, count = counted(FINE)
    local function refused(words, ...)
      local err = failure(glacier.all, ...)
      assert.are.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
    for _, tasks in ipairs { 5, "tasks", true } do
      refused("all: expected a list of tasks, or a function that makes them, got a ", tasks)
    end
    refused("all: expected a list of tasks", nil)
    refused("all: task number 2 is a table, not a task", { client:start "list_vaults", {} })
    refused("all: task number 1 is a boolean, not a task", { false })
    for _, concurrency in ipairs { 0, -1, 1.5, "2", 0 / 0, false } do
      refused("all: concurrency must be an integer of at least 1", { client:start "list_vaults" },
        { concurrency = concurrency })
    end
    for _, options in ipairs { { progress = 5 }, { parallel = 2 }, 5, "fast" } do
      refused("all: ", { client:start "list_vaults" }, options)
    end
    assert.are.equal(0, count.all)
  end)
end)
