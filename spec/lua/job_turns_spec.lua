-- How jobs take turns: with each other, with their host, and how one is given up.
local core = require "glacier.core"
local job = require "glacier.job"
local wait = require "glacier.wait"

describe("jobs", function()
  -- The inside of a client, which notes how long it is waited: for connections, or by the host.
  local function inside(host_waits)
    local way = { settings = {}, clock = core.monotonic, idles = {}, waits = {} }
    way.connections = { idle = function(seconds) way.idles[#way.idles + 1] = seconds end }
    way.wait = host_waits and function(seconds) way.waits[#way.waits + 1] = seconds end or nil
    return way
  end

  it("that wait for something are waited for", function()
    local way = inside()
    job.drive { job.new(way, function(turn)
      for _ = 1, 3 do turn.wait(0.1) end
    end) }
    assert.are.equal(3, #way.idles)
  end)

  it("that have more to do than to wait go on at once", function()
    local way = inside()
    job.drive { job.new(way, function(turn)
      for _ = 1, 3 do wait.breathe(turn) end
    end) }
    assert.are.same({}, way.idles)
  end)

  it("that have more to do than to wait let the host have a short turn", function()
    local way = inside(true)
    job.drive { job.new(way, function(turn)
      for _ = 1, 5 do wait.breathe(turn) end
    end) }
    assert.are.same({ 0.001, 0.001, 0.001, 0.001, 0.001 }, way.waits)
  end)

  it("let the host have its turn between one and the next, though none has to wait", function()
    local way, left = inside(true), 5
    job.run(function()
      left = left - 1
      return left >= 0 and { job = job.new(way, function() end) } or nil
    end, 1, function() end)
    assert.are.equal(5, #way.waits)
  end)

  it("that are given up have no time left, and fail", function()
    local left
    local one = job.new(inside(), function(turn)
      turn.wait(0.1)
      left = wait.left(turn)
      error("too late", 0)
    end)
    assert.is_false(one:poll())
    one:cancel()
    assert.are.equal(-math.huge, left)
    assert.are.same({ false, "too late" }, { pcall(one.result, one) })
  end)

  it("that are given up and do not mind have failed nevertheless", function()
    local one = job.new(inside(), function(turn)
      while true do turn.wait(0.1) end
    end)
    one:poll()
    one:cancel()
    assert.is_true(one:poll())
    assert.are.equal("The job was given up", select(2, pcall(one.result, one)).message)
  end)

  it("that were done stay so when they are given up", function()
    local one = job.new(inside(), function() return "result" end)
    one:poll()
    one:cancel()
    assert.are.equal("result", one:result())
  end)
end)
