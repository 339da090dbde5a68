-- How calls wait in a real nginx with its Lua module.
local openresty = require "spec.support.openresty"
local service = require "spec.support.local_service"

local function location(name)
  return openresty.location("spec.support.openresty_waits", name)
end

describe("in OpenResty", function()
  local glacier, nginx

  before_each(function()
    glacier = service.start()
    nginx = openresty.start(glacier, location "wait_without_pauses" .. location "call_without_waker"
      .. location "close_while_waiting" .. location "cancel_while_waiting")
  end)

  after_each(function()
    nginx.stop()
    glacier.stop()
  end)

  local function assert_created(vault, outcome)
    assert.is_nil(outcome.error and outcome.error.text or outcome.raised)
    assert.are.equal("/held/vaults/" .. vault, outcome.result.location)
  end

  it("a call waits for its response without pauses", function()
    local shown = nginx.get "/wait_without_pauses"
    assert.are.equal(0, shown.pauses)
    assert_created("watched", shown.outcome)
    assert.are.equal("", nginx.stop "QUIT")
  end)

  it("a call that waits ends when another request closes the client", function()
    nginx.get "/wait_without_pauses" -- from now on, calls wait without pauses
    local shown = nginx.get "/close_while_waiting"
    assert.are.equal("ConnectionClosedError", shown.outcome.error.code)
    assert.is_true(shown.soon)
    assert.are.equal("", nginx.stop "QUIT")
  end)

  it("glacier.all ends when another thread cancels the task that it waits for", function()
    nginx.get "/wait_without_pauses" -- from now on, calls wait without pauses
    local shown = nginx.get "/cancel_while_waiting"
    assert.are.same({ true, "The task was cancelled" }, { shown.soon, shown.message })
    assert.are.equal("", nginx.stop "QUIT")
  end)

  it("a call waits with pauses if the system refuses a socket", function()
    local shown = nginx.get "/call_without_waker"
    assert.is_true(shown.pauses > 0)
    assert_created("refused", shown.outcome)
    assert.are.equal("", nginx.stop "QUIT")
  end)
end)
