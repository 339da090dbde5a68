-- glacier.async.copcall on every Lua.
local copcall = require "glacier.async.copcall"

describe("glacier.async.copcall", function()
  it("passes on yields and the values of a resume", function()
    local thread = coroutine.wrap(function()
      return copcall.call(function(a)
        local b, c = coroutine.yield(a + 1)
        return b + coroutine.yield(c)
      end, 1)
    end)
    assert.are.equal(2, thread())
    assert.are.equal("c", thread(5, "c"))
    local good, sum = thread(7)
    assert.is_true(good)
    assert.are.equal(12, sum)
  end)

  it("returns a raised error, also after a yield", function()
    local raised = {}
    local thread = coroutine.wrap(function()
      return copcall.call(function()
        coroutine.yield()
        error(raised)
      end)
    end)
    thread()
    local good, err = thread()
    assert.is_false(good)
    assert.are.equal(raised, err)
    assert.are.same({ true, 1, nil, 3 }, { copcall.call(function() return 1, nil, 3 end) })
  end)

  it("raises again what must not be ignored: out of memory, and an interruption by Ctrl-C", function()
    for _, err in ipairs { "not enough memory", "interrupted!", "stdin:1: interrupted!" } do
      local function raise() error(err, 0) end
      assert.are.same({ false, err }, { pcall(copcall.ignoring, raise) })
      assert.are.same({ false, err }, { pcall(copcall.raise_fatal, err) })
    end
    for _, err in ipairs { "other", { "not enough memory" }, 5, "interrupted! no" } do
      copcall.ignoring(error, err)
      copcall.raise_fatal(err)
    end
  end)
end)
