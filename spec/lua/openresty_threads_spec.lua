-- Clients in light threads, timers and several workers of a real nginx with its Lua module.
local openresty = require "spec.support.openresty"
local service = require "spec.support.local_service"

local function location(name)
  return openresty.location("spec.support.openresty_threads", name)
end

local LOCATIONS = location "call_at_once" .. location "kill" .. location "post_after_call" .. location "fail_in_timer"
  .. location "show_workers"

local WORKERS = 3

describe("in OpenResty", function()
  local glacier, nginx

  before_each(function()
    glacier = service.start()
  end)

  after_each(function()
    if nginx then nginx.stop() end
    glacier.stop()
  end)

  local function assert_created(prefix, vault, outcome)
    assert.is_nil(outcome.error and outcome.error.text or outcome.raised)
    assert.are.equal(prefix .. "/vaults/" .. vault, outcome.result.location)
  end

  it("a client that was used before the fork makes the calls of several workers at once", function()
    nginx = openresty.start(glacier, LOCATIONS, WORKERS)
    local workers = nginx.get "/show_workers"
    assert.are.equal(WORKERS, #workers)
    for number, outcomes in ipairs(workers) do
      assert.are.equal(10, #outcomes)
      for i, outcome in ipairs(outcomes) do
        assert_created("/" .. glacier.account, ("worker-%d-%d"):format(number - 1, i), outcome)
      end
    end
    assert.are.equal("", nginx.stop "QUIT")
  end)

  it("the calls of light threads are in progress at the same time, and each gets its own answer", function()
    nginx = openresty.start(glacier, LOCATIONS)
    local outcomes = nginx.get "/call_at_once?count=20"
    assert.are.equal(20, #outcomes)
    for i, outcome in ipairs(outcomes) do assert_created("/held", "thread-" .. i, outcome) end
    assert.are.equal("", nginx.stop "QUIT")
  end)

  it("a light thread that waits for a semaphore continues when another thread posts it after its call", function()
    nginx = openresty.start(glacier, LOCATIONS)
    local shown = nginx.get "/post_after_call"
    assert.is_nil(shown.before)
    assert_created("/held", "semaphore", shown.outcome)
    assert.are.equal("", nginx.stop "QUIT")
  end)

  it("a light thread that is killed in the middle of a call leaves the client usable", function()
    nginx = openresty.start(glacier, LOCATIONS)
    local shown = nginx.get "/kill"
    assert.are.equal("dead", shown.killed)
    assert_created("/held", "after", shown.after)
    assert.are.equal("", nginx.stop "QUIT")
  end)

  it("an error that a timer raises as text is in nginx's log with its code and message", function()
    nginx = openresty.start(glacier, LOCATIONS)
    nginx.get "/fail_in_timer"
    local log = nginx.stop "QUIT"
    assert.is_truthy(log:find("An error occurred (ResourceNotFoundException) when calling the DescribeVault operation: "
      .. "Vault not found for ARN: ", 1, true), log)
    assert.is_nil(log:find("unknown reason", 1, true), log)
  end)
end)
