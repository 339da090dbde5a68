-- Tasks: polled, cancelled and waited for by a function of the user that the task itself calls.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"

local FINE = { status = 200, headers = { ["x-amzn-RequestId"] = "r" }, body = '{"VaultList":[],"Marker":"m"}' }

describe("a task, in its own work,", function()
  -- Returns a task whose transport calls `inside(task)`. `wrap` makes the call in another coroutine.
  local function task_of(inside, wrap)
    local task
    local client = glacier.client(streams.options { transport = function()
      local run = wrap and coroutine.wrap(inside) or inside
      return run(task) or FINE
    end })
    task = client:start "list_vaults"
    return task
  end

  for title, wrap in pairs { ["a callback"] = false, ["a coroutine of a callback"] = true } do
    it("is not done if it is polled by " .. title, function()
      local polled
      local task = task_of(function(one) polled = { one:poll(), one:poll() } end, wrap)
      assert.is_true(task:poll())
      assert.are.same({ false, false }, polled)
      assert.are.equal("m", task:result().Marker)
    end)

    it("raises a ParamValidationError if its result is wanted by " .. title, function()
      local task = task_of(function(one) return error(failure(one.result, one), 0) end, wrap)
      local err = failure(task.result, task)
      assert.are.same({ "validation", "ParamValidationError", "a task cannot wait for its own result" },
        { err.kind, err.code, err.message })
    end)

    it("raises a ParamValidationError if a list with it is waited for by " .. title, function()
      local err
      local task = task_of(function(one) err = failure(glacier.all, { one }) end, wrap)
      assert.are.equal("m", task:result().Marker)
      assert.are.equal("ParamValidationError", err.code)
    end)

    it("keeps the response that has arrived if it is cancelled by " .. title, function()
      local task = task_of(function(one) one:cancel() end, wrap)
      assert.are.equal("m", task:result().Marker)
    end)
  end

  it("is not retried after it was cancelled", function()
    local task = task_of(function(one)
      one:cancel()
      return { status = 500, headers = {}, body = "" }
    end)
    assert.is_true(task:poll())
    assert.are.same({ 500, 1 }, { failure(task.result, task).status, failure(task.result, task).attempts })
  end)

  it("can wait for the result of another task", function()
    local other = task_of(function() end)
    assert.are.equal("m", task_of(function() other:result() end):result().Marker)
    assert.is_true(other:poll())
  end)

  for title, polls in pairs { ["the first poll"] = 0, ["a later poll"] = 1 } do
    it("fails if the option `clock` cancels it during " .. title, function()
      local server, task, armed = scripted.new(), nil, false
      server:start { fallback = { { "read" }, { "stall" } } }
      task = streams.client(server.url, { timeout = 60, clock = function()
        if armed then
          armed = false
          task:cancel()
        end
        return 1
      end }):start "list_vaults"
      for _ = 1, polls do task:poll() end
      armed = true
      assert.is_true(task:poll())
      assert.are.equal("The task was cancelled", failure(task.result, task).message)
      server:stop()
      assert.are.equal("m", task_of(function() end):result().Marker)
    end)
  end

  describe("called by the logger", function()
    local server = scripted.new()
    local ANSWER = "HTTP/1.1 %s\r\nx-amzn-RequestId: r\r\nContent-Length: 2\r\n\r\n{}"

    after_each(function() server:stop() end)

    -- Returns a task that calls its method `name` at a step of the first attempt, after which the call is retried and
    -- the server takes the step `second`. The second result is a function that returns what the method returned to
    -- pcall.
    local function task_of_step(step, name, second)
      server:start { fallback = {
        { "read" }, { "send", ANSWER:format "500 Error" }, { "read" }, second,
      } }
      local task, returned
      task = streams.client(server.url, { max_attempts = 2, logger = function(event)
        if task and event.event == step and not returned then returned = { pcall(task[name], task) } end
      end }):start "list_vaults"
      return task, function() return returned end
    end

    for _, step in ipairs { "sign", "send", "response", "retry" } do
      it("is not done if it is polled at the step " .. step, function()
        local task, returned = task_of_step(step, "poll", { "send", ANSWER:format "200 OK" })
        assert.are.equal(1, task:result().ResponseMetadata.RetryAttempts)
        assert.are.same({ true, false }, returned())
      end)

      it("fails if it is cancelled at the step " .. step, function()
        local task, returned = task_of_step(step, "cancel", { "stall" })
        local err = failure(task.result, task)
        assert.are.same({ true }, returned())
        assert.are.equal(step == "response" and "500" or "ReadTimeoutError", err.code)
        assert.are.equal(step == "response" and "" or "The task was cancelled", err.message)
      end)
    end
  end)
end)
