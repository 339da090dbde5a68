-- Coroutines that do the work of tasks.
local core = require "glacier.core"
local task = require "glacier.async.task"

local function runtime_of()
  local runtime = { settings = {}, clock = core.monotonic, tasks = {}, transport = { events = function() end } }
  runtime.reference = function() return runtime end
  return runtime
end

local function drive(runtime, work)
  return task.new(runtime, work):result()
end

describe("the coroutine of a task", function()
  it("does the work of later tasks", function()
    local seen, runtime = {}, runtime_of()
    for i = 1, 3 do
      drive(runtime, function() seen[i] = coroutine.running() end)
    end
    assert.are.equal(seen[1], seen[2])
    assert.are.equal(seen[1], seen[3])
  end)

  it("is not used again after an error", function()
    local runtime, failed, later = runtime_of(), nil, nil
    assert.has_error(function()
      drive(runtime, function()
        failed = coroutine.running()
        error("no", 0)
      end)
    end, "no")
    drive(runtime, function() later = coroutine.running() end)
    assert.are_not.equal(failed, later)
  end)

  it("keeps nothing of an ended task alive", function()
    local kept = setmetatable({}, { __mode = "v" })
    do
      local runtime = runtime_of()
      kept.runtime, kept.result = runtime, {}
      kept.task = task.new(runtime, function() return kept.result end)
      assert.are.equal(kept.result, kept.task:result())
    end
    collectgarbage()
    collectgarbage()
    assert.are.same({}, kept)
  end)
end)
