-- Calls and tasks in a real luv loop.
local has_luv, uv = pcall(require, "luv")
local loop_host = require "spec.support.loop_host"
local scripted = require "spec.support.scripted"
local socket = require "socket"
local streams = require "spec.support.streams"

local function run(...)
  for _, f in ipairs { ... } do coroutine.wrap(f)() end
  uv.run()
end

-- Polls a task in callbacks of the loop until it is done. Returns the number of polls.
local function poll_in_callbacks(client, task)
  local handle, timer, polls = uv.new_poll(client:pollfd()), uv.new_timer(), 0
  local function poll()
    polls = polls + 1
    timer:stop()
    if task:poll() then
      handle:close()
      timer:close()
    elseif client:timeout() then
      timer:start(math.ceil(client:timeout() * 1000), 0, poll)
    end
  end
  handle:start("r", poll)
  poll()
  uv.run()
  return polls
end

if not has_luv then
  describe("glacier.hosts.luv", function()
    pending("works in a loop: luv is not installed for this Lua")
  end)
else
  describe("in a loop of luv,", function()
    for title, test in pairs(loop_host.tests("glacier.hosts.luv", run)) do it(title, test) end
  end)

  describe("a poll handle of luv on the descriptor of a client", function()
    it("becomes readable when a task can continue", function()
      local server = scripted.start {
        { { "read" }, { "pause", 0.2 }, { "send", streams.answer(200, {}, '{"Marker":"m"}') } },
      }
      local client = streams.client(server.url)
      local task = client:start "list_vaults"
      local polls = poll_in_callbacks(client, task)
      server:stop()
      assert.are.equal("m", task:result().Marker)
      assert.is_true(polls <= 20, polls)
    end)
  end)

  describe("glacier.hosts.luv", function()
    local host = require "glacier.hosts.luv"

    it("resumes each coroutine that waits for a descriptor exactly once", function()
      local listener = assert(socket.bind("127.0.0.1", 0))
      local peer = assert(socket.connect("127.0.0.1", (select(2, listener:getsockname()))))
      local threads, order = {}, {}
      for number = 1, 2 do
        threads[number] = coroutine.create(function()
          host.readable(listener:getfd(), 60)
          local is_first = #order == 0
          order[#order + 1] = "woken"
          if is_first then assert(coroutine.resume(threads[3 - number])) end
          host.sleep(is_first and 0.01 or 0.1)
          order[#order + 1] = is_first and "short sleep" or "long sleep"
        end)
      end
      for number = 1, 2 do assert(coroutine.resume(threads[number])) end
      uv.run()
      peer:close()
      listener:close()
      assert.are.same({ "woken", "woken", "short sleep", "long sleep" }, order)
    end)

    it("resumes all coroutines that wait for a descriptor before it raises out of memory", function()
      local listener = assert(socket.bind("127.0.0.1", 0))
      local peer = assert(socket.connect("127.0.0.1", (select(2, listener:getsockname()))))
      local woken, raised = 0, 0
      for _ = 1, 3 do
        assert(coroutine.resume(coroutine.create(function()
          host.readable(listener:getfd())
          woken = woken + 1
          error("not enough memory", 0)
        end)))
      end
      -- A stub of Neovim's scheduler, which shows what the callback raises.
      rawset(_G, "vim", { uv = uv, schedule = function(callback)
        local good, err = pcall(callback)
        if not good and err == "not enough memory" then raised = raised + 1 end
      end })
      uv.run()
      rawset(_G, "vim", nil)
      peer:close()
      listener:close()
      assert.are.same({ 3, 1 }, { woken, raised })
    end)

    it("continues early, and only once, when the program resumes the coroutine", function()
      local steps = {}
      local thread = coroutine.create(function()
        host.sleep(0.01)
        steps[#steps + 1] = "woken"
        host.sleep(0.05)
        steps[#steps + 1] = "ended"
      end)
      assert(coroutine.resume(thread))
      assert(coroutine.resume(thread))
      assert.are.same({ "woken" }, steps)
      uv.run()
      assert.are.same({ "woken", "ended" }, steps)
    end)
  end)
end

describe("glacier.hosts.luv without luv", function()
  it("can be loaded, and raises an error object when it is used", function()
    loop_host.without("luv", function()
      local good, err = pcall(require("glacier.hosts.luv").sleep, 0)
      assert.are.same({ false, "InvalidConfigError", "config" }, { good, err.code, err.kind })
      assert.matches("luv is not loaded", err.message, 1, true)
    end)
  end)
end)
