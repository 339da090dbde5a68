-- Bodies of get_job_output that are read in coroutines of a host that waits.
local downloads = require "spec.support.downloads"
local failure = require "spec.support.failure"
local files = require "spec.support.files"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local socket = require "socket"
local streams = require "spec.support.streams"

local server = scripted.new()

local JOB = streams.JOB
local assert_failed = downloads.assert_failed
local with_target = downloads.with_target

describe("a body that is read through the host's wait", function()
  after_each(function() server:stop() end)

  local function slow_steps()
    local steps = { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" } }
    for i = 1, 20 do
      steps[#steps + 1] = { "send", string.char(64 + i) }
      steps[#steps + 1] = { "pause", 0.001 }
    end
    return steps
  end

  -- The steps of a connection that sends the rest of a body when there are `count` such connections.
  local function held_steps(count)
    return {
      { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nABC" }, { "gather", count },
      { "send", "DEFGHIJKLMNOPQRST" },
    }
  end

  -- Opens one more such connection.
  local function release()
    local peer = assert(socket.connect("127.0.0.1", server.port))
    assert(peer:send "GET / HTTP/1.1\r\n\r\n")
    return peer
  end

  it("can be read in coroutines", function()
    server:start { fallback = held_steps(5) }
    local client, threads, got = streams.client(server.url, { wait = coroutine.yield }), {}, {}
    for i = 1, 4 do
      threads[i] = coroutine.create(function()
        local body, pieces = client:get_job_output(JOB).body, {}
        local piece = body:read(3)
        while piece do
          pieces[#pieces + 1] = piece
          piece = body:read(3)
        end
        got[i] = table.concat(pieces)
      end)
    end
    local round, alive, peer = 0, 4, nil
    while alive > 0 do
      round, alive = round + 1, 0
      for _, thread in ipairs(threads) do
        if coroutine.status(thread) ~= "dead" then
          alive = alive + 1
          assert(coroutine.resume(thread))
        end
      end
      if round <= 20 then assert.are.equal(4, alive) end -- all wait for the rest
      if round == 20 then peer = release() end
      socket.sleep(0.001)
    end
    for i = 1, 4 do assert.are.equal("ABCDEFGHIJKLMNOPQRST", got[i]) end
    peer:close()
  end)

  it("can be read from a task's result", function()
    server:start { fallback = slow_steps() }
    local client = streams.client(server.url)
    local outcomes = glacier.all { client:start("get_job_output", JOB), client:start("GetJobOutput", JOB) }
    for _, outcome in ipairs(outcomes) do assert.are.equal("ABCDEFGHIJKLMNOPQRST", outcome.result.body:read "a") end
  end)

  for _, timeout in ipairs { false, 3600 } do
    it("can be read when its head has arrived, from a task " .. (timeout and "with" or "without") .. " a timeout",
      function()
        server:start { { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" }, { "stall" } } }
        local client = streams.client(server.url, { timeout = timeout or nil, read_timeout = 3600 })
        local task, ends = client:start("get_job_output", JOB), socket.gettime() + 60
        while not task:poll() and socket.gettime() < ends do socket.sleep(0.001) end
        assert.is_true(task:poll())
        task:result().body:close()
      end)
  end

  it("can be saved in a coroutine", function()
    server:start { fallback = held_steps(2) }
    with_target(function(path, list)
      local saves, yields, peer = false, 0, nil
      local saver = coroutine.wrap(function()
        local yielding = streams.client(server.url, { wait = function() coroutine.yield(true) end })
        local body = yielding:get_job_output(JOB).body
        saves = true
        body:save(path)
      end)
      while saver() do
        yields = yields + (saves and 1 or 0)
        if yields == 3 and not peer then peer = release() end
        socket.sleep(0.001)
      end
      assert.is_true(yields >= 3)
      peer:close()
      assert.are.same({ "saved" }, list())
      assert.are.equal("ABCDEFGHIJKLMNOPQRST", files.read(path))
    end)
  end)

  it("passes on the error of the host's wait, and cannot be read after it", function()
    server:start { { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345" }, { "stall" } } }
    local reason, broken = {}, false
    local client = streams.client(server.url, { wait = function()
      if broken then error(reason, 0) end
    end })
    local body = client:get_job_output(JOB).body
    assert.are.equal("12345", body:read(5))
    broken = true
    assert.are.equal(reason, failure(body.read, body, 1))
    broken = false
    assert.is_truthy(failure(body.read, body, 1).message:find("was interrupted", 1, true))
    body:close()
    assert_failed("ParamValidationError", body.read, body)
  end)

  it("can be read by one coroutine at a time", function()
    server:start { slow_steps() }
    local body = streams.client(server.url, { wait = coroutine.yield })
    local thread = coroutine.wrap(function()
      body = body:get_job_output(JOB).body
      coroutine.yield "begun"
      return body:read "a"
    end)
    repeat until thread() == "begun"
    local outcome = thread()
    while type(outcome) ~= "string" do
      local err = failure(body.read, body, 1)
      assert.is_truthy(err.message:find("another read of this body is in progress", 1, true))
      outcome = thread()
    end
    assert.are.equal("ABCDEFGHIJKLMNOPQRST", outcome)
  end)
end)
