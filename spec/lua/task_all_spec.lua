-- glacier.all: many tasks, several at a time.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local socket = require "socket"
local streams = require "spec.support.streams"

local server = scripted.new()

local support = require "spec.support.counted_tasks"
local FINE, GONE, marker, counted = support.FINE, support.GONE, support.marker, support.counted

describe("glacier.all", function()
  after_each(function() server:stop() end)

  local function list_of(client, number)
    local tasks = {}
    for i = 1, number do tasks[i] = client:start("describe_vault", { vaultName = "v" .. i }) end
    return tasks
  end

  local function iterator_of(client, number)
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

  for title, give in pairs { ["a list"] = list_of, ["an iterator"] = iterator_of } do
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

  it("accepts tasks of several clients, and tasks that are done", function()
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
    local outcomes = glacier.all(list_of(client, 3))
    assert.are.equal(1, outcomes[1].result.ResponseMetadata.RetryAttempts)
    assert.are.equal("1", order[#order])
    assert.are.equal(4, #order)
  end)

  it("waits through the host's wait", function()
    server:start { fallback = { { "read" }, { "pause", 0.01 }, { "send", marker "m" } } }
    local client = streams.client(server.url, { wait = function(seconds) coroutine.yield(seconds) end })
    local thread = coroutine.wrap(function() return glacier.all(list_of(client, 5)) end)
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
    local function rejected(words, ...)
      local err = failure(glacier.all, ...)
      assert.are.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
    for _, tasks in ipairs { 5, "tasks", true } do
      rejected("all: expected a list of tasks, or a function that makes them, got a ", tasks)
    end
    rejected("all: expected a list of tasks", nil)
    rejected("all: task number 2 is a table, not a task", { client:start "list_vaults", {} })
    rejected("all: task number 1 is a boolean, not a task", { false })
    for _, concurrency in ipairs { 0, -1, 1.5, "2", 0 / 0, false } do
      rejected("all: concurrency must be an integer of at least 1", { client:start "list_vaults" },
        { concurrency = concurrency })
    end
    for _, options in ipairs { { progress = 5 }, { parallel = 2 }, 5, "fast" } do
      rejected("all: ", { client:start "list_vaults" }, options)
    end
    assert.are.equal(0, count.all)
  end)
end)
