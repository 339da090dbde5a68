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

-- Returns an event set that counts its waits. A test adds news with `add`.
local function events_of()
  local events, news = { waits = 0 }, {}
  function events.wait()
    events.waits = events.waits + 1
    return true
  end
  function events.add(transfer) news[#news + 1] = transfer:number() end
  function events.take_news() return table.remove(news, 1) end
  return events
end

-- Returns a transfer that counts its polls. It is done when `is_done` is set.
local function transfer_of(number)
  local transfer = { polls = 0, is_done = false }
  function transfer.number() return number, transfer.is_done end
  function transfer.poll()
    transfer.polls = transfer.polls + 1
    return transfer.is_done, transfer.is_done, true
  end
  return transfer
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

  it("do not wait for a task that is done", function()
    local done = task.new(runtime_of(), function() end)
    done:cancel()
    assert.are.equal(0, group.seconds_left(done))
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
    local transfer = { poll = function() return false, false end }
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

  it("poll the event set once, and only the transfers that have news", function()
    local runtime, events, tasks, transfers = runtime_of(), events_of(), {}, {}
    for i = 1, 3 do
      transfers[i] = transfer_of(i)
      tasks[i] = task.new(runtime, function(context) return context:wait_for(transfers[i], events) end)
    end
    local function round()
      local done = 0
      for _, one in ipairs(tasks) do done = done + (one:poll() and 1 or 0) end
      return { done, events.waits, transfers[1].polls, transfers[2].polls, transfers[3].polls }
    end
    assert.are.same({ 0, 0, 1, 1, 1 }, round()) -- each begins its transfer
    assert.are.same({ 0, 1, 1, 1, 1 }, round())
    events.add(transfers[2])
    assert.are.same({ 0, 2, 1, 2, 1 }, round()) -- the news did not end the wait of its task
    assert.are.same({ 0, 3, 1, 2, 1 }, round())
    transfers[3].is_done = true
    events.add(transfers[3])
    assert.are.same({ 1, 4, 1, 2, 2 }, round())
    assert.are.same({ 1, 5, 1, 2, 2 }, round())
  end)

  it("wake a task for an event that another task handles", function()
    local runtime, events, transfer = runtime_of(), events_of(), transfer_of(1)
    local one = task.new(runtime, function(context) return context:wait_for(transfer, events) end)
    assert.is_false(one:poll())
    local other = task.new(runtime, function(context)
      transfer.is_done = true
      events.add(transfer)
      return context:wait_for(transfer_of(2), events)
    end)
    assert.is_false(other:poll())
    assert.is_true(one:poll())
    assert.are.equal(0, events.waits)
  end)

  it("continue a task that is polled with a function that the program has kept", function()
    local runtime, events, transfer = runtime_of(), events_of(), transfer_of(1)
    local one = task.new(runtime, function(context) return context:wait_for(transfer, events) end)
    one:poll()
    local poll = one.poll
    assert.is_false(poll(one))
    transfer.is_done = true
    events.add(transfer)
    rounds.begin(events, 0)
    assert.is_true(poll(one))
    assert.is_true(poll(one))
  end)

  it("forget a task that was woken and polled", function()
    local runtime, events, transfer = runtime_of(), events_of(), transfer_of(1)
    local one = task.new(runtime, function(context) return context:wait_for(transfer, events) end)
    one:poll()
    transfer.is_done = true
    events.add(transfer)
    rounds.begin(events, 0)
    assert.are.equal(0, task.timeout(runtime))
    one:poll()
    assert.are.equal(math.huge, task.timeout(runtime))
    assert.is_nil(next(rounds.of(events).woken))
  end)

  it("see news that come before a task sleeps", function()
    local runtime, events, transfer = runtime_of(), events_of(), transfer_of(1)
    local one = task.new(runtime, function(context)
      return context:wait_for(transfer, events, function() transfer.is_done = true end)
    end)
    assert.is_false(one:poll())
    assert.is_true(one:poll())
  end)

  it("poll each task whose event set a forked child cannot use", function()
    local runtime, events, transfer = runtime_of(), events_of(), transfer_of(1)
    local one = task.new(runtime, function(context) return context:wait_for(transfer, events) end)
    one:poll()
    events.wait, transfer.is_done = function() return false end, true
    assert.is_true(one:poll())
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

describe("a group of tasks", function()
  -- Returns a runtime whose wait adds the news of the next of `transfers`.
  local function runtime_with(events, transfers)
    local runtime = runtime_of()
    runtime.transport = {
      events = function() return events end,
      idle = function()
        local transfer = table.remove(transfers, 1)
        transfer.is_done = true
        events.add(transfer)
        rounds.begin(events, 0)
      end,
    }
    return runtime
  end

  local function waiting_task(runtime, events, transfer)
    return task.new(runtime, function(context) return context:wait_for(transfer, events) end)
  end

  it("polls only the tasks that can continue", function()
    local events, transfers, order = events_of(), {}, {}
    for i = 1, 50 do transfers[i] = transfer_of(i) end
    local waiting = { transfers[3], transfers[1] }
    local runtime, tasks = runtime_with(events, waiting), {}
    for i = 1, 50 do tasks[i] = waiting_task(runtime, events, transfers[i]) end
    local running = group.new(group.of_list(tasks), 50)
    for i = 1, 2 do order[i] = running:next().index end
    assert.are.same({ 3, 1 }, order)
    assert.are.equal(2, transfers[1].polls)
    assert.are.equal(1, transfers[2].polls)
  end)

  it("returns a task that another group finished", function()
    local events, transfers = events_of(), { transfer_of(1), transfer_of(2) }
    local runtime = runtime_with(events, { transfers[2], transfers[1] })
    local tasks = { waiting_task(runtime, events, transfers[1]), waiting_task(runtime, events, transfers[2]) }
    local running = group.new(group.of_list(tasks), 2)
    assert.are.equal(2, running:next().index)
    assert.is_true(tasks[1]:result())
    assert.are.equal(1, running:next().index)
    assert.is_nil(running:next())
  end)

  it("returns a task that was cancelled meanwhile", function()
    local events, transfers = events_of(), { transfer_of(1), transfer_of(2) }
    local runtime = runtime_with(events, { transfers[2] })
    local tasks = { waiting_task(runtime, events, transfers[1]), waiting_task(runtime, events, transfers[2]) }
    local running = group.new(group.of_list(tasks), 2)
    assert.are.equal(2, running:next().index)
    tasks[1]:cancel()
    assert.are.equal(1, running:next().index)
  end)

  it("ends if one of its tasks cancels it", function()
    local runtime, running = runtime_of(), nil
    local tasks = { task.new(runtime, function() running:cancel() end), task.new(runtime, function() end) }
    running = group.new(group.of_list(tasks), 2)
    assert.is_nil(running:next())
    assert.is_true(tasks[2]:poll())
  end)

  it("handles events while some of its tasks never wait", function()
    local events, transfer = events_of(), transfer_of(1)
    local runtime = runtime_with(events, {})
    local busy = task.new(runtime, function(context)
      for _ = 1, 100 do context:yield() end
    end)
    local running = group.new(group.of_list { waiting_task(runtime, events, transfer), busy }, 2)
    transfer.is_done = false
    function events.wait()
      events.waits = events.waits + 1
      if events.waits == 3 then
        transfer.is_done = true
        events.add(transfer)
      end
      return true
    end
    assert.are.equal(1, running:next().index)
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
  end)

  it("keeps its result if it was done", function()
    local one = task.new(runtime_of(), function() return "result" end)
    one:poll()
    one:cancel()
    assert.are.equal("result", one:result())
  end)
end)
