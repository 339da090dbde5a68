-- Rounds of tasks: how tasks share time with each other and with their host, and how a task is cancelled.
local core = require "glacier.core"
local group = require "glacier.async.group"
local rounds = require "glacier.async.rounds"
local task = require "glacier.async.task"

-- Returns the runtime of a client. It records the waits for connections in `idles`, and those of the host in `waits`.
local function runtime_of(host_waits)
  local runtime = { settings = {}, clock = core.monotonic, idles = {}, waits = {}, tasks = {} }
  runtime.transport = {
    events = function() end,
    idle = function(_, seconds) runtime.idles[#runtime.idles + 1] = seconds end,
  }
  runtime.reference = function() return runtime end
  runtime.wait = host_waits and function(seconds) runtime.waits[#runtime.waits + 1] = seconds end or nil
  return runtime
end

local function drive(runtime, work)
  return task.new(runtime, work):result()
end

describe("rounds of tasks", function()
  it("wait between two polls of a task that has nothing to do", function()
    local runtime = runtime_of()
    drive(runtime, function(context)
      for _ = 1, 3 do context.wait(0.1) end
    end)
    assert.are.equal(3, #runtime.idles)
  end)

  it("do not wait while a task can continue", function()
    local runtime = runtime_of()
    drive(runtime, function(context)
      for _ = 1, 3 do context:yield() end
    end)
    assert.are.same({}, runtime.idles)
  end)

  it("let the host run for a moment while a task can continue", function()
    local runtime = runtime_of(true)
    drive(runtime, function(context)
      for _ = 1, 5 do context:yield() end
    end)
    assert.are.same({ 0.001, 0.001, 0.001, 0.001, 0.001 }, runtime.waits)
  end)

  it("let the host run between tasks that never wait", function()
    local runtime, left = runtime_of(true), 5
    local running = group.new(function()
      left = left - 1
      return left >= 0 and { task = task.new(runtime, function() end) } or nil
    end, 1)
    for _ in running.next, running do end
    assert.are.equal(5, #runtime.waits)
  end)

  it("do not resume a task whose transfer does not need its caller", function()
    local transfer = { poll = function() return false end, needs_caller = function() return false end }
    local runtime, polls = runtime_of(), 0
    local one = task.new(runtime, function(context)
      return context:wait_for(transfer, nil, function()
        polls = polls + 1
      end)
    end)
    for _ = 1, 4 do assert.is_false(one:poll()) end
    assert.are.equal(1, polls)
    transfer.poll = function() return true end
    assert.is_true(one:poll())
    assert.are.equal(2, polls)
  end)

  it("poll the event set once, and a transfer only after news", function()
    local runtime, waits, polls, news = runtime_of(), 0, 0, 0
    local transfer = { needs_caller = function() return false end, poll = function()
      polls = polls + 1
      return news == 2
    end }
    local events = { wait = function()
      waits = waits + 1
      return news
    end }
    local tasks = {}
    for i = 1, 3 do
      tasks[i] = task.new(runtime, function(context) return context:wait_for(transfer, events) end)
    end
    local function round()
      local done = 0
      for _, one in ipairs(tasks) do done = done + (one:poll() and 1 or 0) end
      return { done, waits, polls }
    end
    assert.are.same({ 0, 0, 3 }, round()) -- each begins its transfer
    assert.are.same({ 0, 1, 3 }, round())
    assert.are.same({ 0, 2, 3 }, round())
    news = 1
    assert.are.same({ 0, 3, 6 }, round())
    assert.are.same({ 0, 4, 6 }, round())
    news = 2
    assert.are.same({ 3, 5, 12 }, round()) -- each poll resumes its task, which polls the transfer again
  end)

  it("do not wait between two rounds if there is news that a task has not seen", function()
    local runtime, news, done, waits = runtime_of(), 0, {}, {}
    local events = { wait = function() return news end, news = function() return news end }
    runtime.transport = {
      events = function() return events end,
      idle = function(_, seconds) waits[#waits + 1] = seconds; rounds.begin(events, seconds) end,
    }
    local function transfer_of(name)
      return { needs_caller = function() return false end, poll = function() return done[name] end }
    end
    local tasks = {}
    for i, name in ipairs { "first", "second" } do
      tasks[i] = { task = task.new(runtime, function(context)
        if name == "second" then news, done.first = 1, true end -- it handles an event of the other
        return context:wait_for(transfer_of(name), events)
      end) }
    end
    local running = group.new(function() return table.remove(tasks, 1) end, 2)
    running:next()
    assert.are.same({ 0 }, waits)
    running:cancel()
  end)

  it("poll a transfer at once if news came while a task was not polled", function()
    local runtime, is_done, news = runtime_of(), false, 0
    local transfer = { needs_caller = function() return false end, poll = function() return is_done end }
    local events = { wait = function() return news end }
    local function new_task()
      return task.new(runtime, function(context) return context:wait_for(transfer, events) end)
    end
    local one, other = new_task(), new_task()
    for _ = 1, 2 do assert.is_false(one:poll() or other:poll()) end
    news, is_done = 1, true
    assert.is_true(one:poll())
    for _ = 1, 3 do events.wait() end
    assert.is_true(other:poll())
  end)

  it("do not resume a sleeping task before its sleep ends", function()
    local runtime, now, resumed = runtime_of(), 100, 0
    runtime.clock = function() return now end
    local one = task.new(runtime, function(context)
      local wait = context.wait
      context.wait = function(seconds)
        wait(seconds)
        resumed = resumed + 1
      end
      context:sleep(5)
    end)
    for _ = 1, 4 do assert.is_false(one:poll()) end
    assert.are.equal(0, resumed)
    assert.are.equal(5, task.timeout(runtime))
    now = 105
    assert.is_true(one:poll())
    assert.are.equal(math.huge, task.timeout(runtime))
  end)
end)

describe("a cancelled task", function()
  it("has no time left, and fails with the error of its function", function()
    local left
    local one = task.new(runtime_of(), function(context)
      context.wait(0.1)
      left = context:remaining()
      error("too late", 0)
    end)
    assert.is_false(one:poll())
    one:cancel()
    assert.are.equal(-math.huge, left)
    assert.are.same({ false, "too late" }, { pcall(one.result, one) })
  end)

  it("fails even if its function continues", function()
    local one = task.new(runtime_of(), function(context)
      while true do context.wait(0.1) end
    end)
    one:poll()
    one:cancel()
    assert.is_true(one:poll())
    assert.are.equal("The task was cancelled", select(2, pcall(one.result, one)).message)
  end)

  it("fails while it sleeps", function()
    local one = task.new(runtime_of(), function(context) context:sleep(1000) end)
    one:poll()
    one:cancel()
    assert.is_true(one:poll())
    assert.is_true(one.done)
  end)

  it("keeps its result if it was done", function()
    local one = task.new(runtime_of(), function() return "result" end)
    one:poll()
    one:cancel()
    assert.are.equal("result", one:result())
  end)
end)
