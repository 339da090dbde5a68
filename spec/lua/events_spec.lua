local core = require "glacier.core"

describe("an event set", function()
  it("has one descriptor, or nil if the system has only poll", function()
    local fd = core.events():fd()
    assert.is_true(fd == nil or fd >= 0)
  end)

  it("has no timeout while no timer runs", function()
    assert.is_nil(core.events():timeout())
  end)

  it("waits for the given time if nothing happens", function()
    local events, before = core.events(), core.monotonic()
    events:wait(0)
    events:wait(10)
    assert.is_true(core.monotonic() - before >= 0.009)
  end)

  it("has no news as long as it has no transfer", function()
    local events = core.events()
    assert.is_true(events:wait(0))
    assert.is_nil(events:take_news())
  end)

  it("belongs to the process that made it", function()
    assert.is_false(core.events():is_forked())
  end)

  it("closes its descriptor when it is collected", function()
    local first = core.events():fd()
    for _ = 1, 100 do
      core.events()
      collectgarbage()
    end
    assert.is_true(first == nil or core.events():fd() <= first + 2)
  end)
end)
