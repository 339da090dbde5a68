-- Whoever handles the events of a client tells the host, because other coroutines may sleep until then.
local contexts = require "glacier.async.context"
local scripted = require "spec.support.scripted"
local support = require "spec.support.neighbour"

local HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
local ANSWER = { fallback = { { "read" }, { "send", support.answer "m" } } }

describe("the host is told of all news", function()
  local wake, server, events, told

  before_each(function()
    wake, events, told = contexts.wake, nil, 0
    function contexts.wake(set)
      if set then
        events, told = set, set:news()
      end
    end
  end)

  after_each(function()
    contexts.wake = wake
    server:stop()
  end)

  local function client_of(script, options)
    server = scripted.start(script)
    return support.client_of(server.url, options)
  end

  local function assert_told()
    assert.is_true(told > 0)
    assert.are.equal(events:news(), told)
  end

  local function poll_until(task, condition)
    repeat
      local done = task:poll()
    until done or condition and condition()
  end

  it("by a call that blocks", function()
    client_of(ANSWER):list_vaults()
    assert_told()
  end)

  for _, timeout in ipairs { false, 60 } do
    it("by the poll of a task, " .. (timeout and "with" or "without") .. " a timeout", function()
      local task = client_of(ANSWER, { timeout = timeout or nil }):start("list_vaults", {})
      poll_until(task)
      assert_told()
      assert.are.equal("m", task:result().Marker)
    end)
  end

  it("by the end of the client", function()
    local client = client_of { { { "read" }, { "stall" } } }
    local task = client:start("list_vaults", {})
    poll_until(task, function() return #server:requests() > 0 end)
    client:close()
    assert_told()
    task:cancel()
  end)

  it("by the head of a response, and by the end of its body", function()
    local client = client_of { { { "read" }, { "send", HEAD }, { "stall" } } }
    local body = client:get_job_output({ vaultName = "v", jobId = "j" }).body
    assert_told()
    local before = told
    body:close()
    assert_told()
    assert.is_true(told > before)
  end)
end)
