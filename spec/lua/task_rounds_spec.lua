-- How jobs take turns: with each other, with their host, and how one is given up.
local core = require "glacier.core"
local task = require "glacier.async.task"

describe("tasks", function()
  -- The inside of a client, which notes how long it is waited: for connections, or by the host.
  local function inside(host_waits)
    local runtime = { settings = {}, clock = core.monotonic, idles = {}, waits = {} }
    runtime.transport = { idle = function(_, seconds) runtime.idles[#runtime.idles + 1] = seconds end }
    runtime.wait = host_waits and function(seconds) runtime.waits[#runtime.waits + 1] = seconds end or nil
    return runtime
  end

  it("that wait for something are waited for", function()
    local runtime = inside()
    task.drive { task.new(runtime, function(context)
      for _ = 1, 3 do context.wait(0.1) end
    end) }
    assert.are.equal(3, #runtime.idles)
  end)

  it("that have more to do than to wait go on at once", function()
    local runtime = inside()
    task.drive { task.new(runtime, function(context)
      for _ = 1, 3 do context:yield() end
    end) }
    assert.are.same({}, runtime.idles)
  end)

  it("that have more to do than to wait let the host have a short turn", function()
    local runtime = inside(true)
    task.drive { task.new(runtime, function(context)
      for _ = 1, 5 do context:yield() end
    end) }
    assert.are.same({ 0.001, 0.001, 0.001, 0.001, 0.001 }, runtime.waits)
  end)

  it("let the host have its turn between one and the next, though none has to wait", function()
    local runtime, left = inside(true), 5
    task.run(function()
      left = left - 1
      return left >= 0 and { task = task.new(runtime, function() end) } or nil
    end, 1, function() end)
    assert.are.equal(5, #runtime.waits)
  end)

  it("that are given up have no time left, and fail", function()
    local left
    local one = task.new(inside(), function(context)
      context.wait(0.1)
      left = context:remaining()
      error("too late", 0)
    end)
    assert.is_false(one:poll())
    one:cancel()
    assert.are.equal(-math.huge, left)
    assert.are.same({ false, "too late" }, { pcall(one.result, one) })
  end)

  it("that are given up and do not mind have failed nevertheless", function()
    local one = task.new(inside(), function(context)
      while true do context.wait(0.1) end
    end)
    one:poll()
    one:cancel()
    assert.is_true(one:poll())
    assert.are.equal("The task was given up", select(2, pcall(one.result, one)).message)
  end)

  it("that were done stay so when they are given up", function()
    local one = task.new(inside(), function() return "result" end)
    one:poll()
    one:cancel()
    assert.are.equal("result", one:result())
  end)
end)
