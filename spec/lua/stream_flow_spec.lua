-- Bodies of get_job_output that are read in turns, read slowly, or abandoned.
local downloads = require "spec.support.downloads"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local new_context = require("glacier.async.context").new
local socket = require "socket"
local streaming = require "glacier.transport.streaming"
local streams = require "spec.support.streams"

local server = scripted.new()

local MIB = streams.MIB
local JOB = streams.JOB
local assert_failed = downloads.assert_failed
local save_to_device = downloads.save_to_device
local answered = streams.answered

describe("several bodies", function()
  after_each(function() server:stop() end)

  it("can be read in turns with one client", function()
    local rows, steps = { streams.HASHES[5], streams.HASHES[8], streams.HASHES[10], streams.HASHES[13] }, {}
    for i, row in ipairs(rows) do
      steps[i] = answered(streams.pattern(row.size), { ["x-amz-sha256-tree-hash"] = row.tree })
    end
    server:start(steps)
    local client, open = streams.client(server.url), {}
    for i, row in ipairs(rows) do
      open[i] = { body = client:get_job_output(JOB).body, hasher = glacier.tree_hasher(), row = row }
    end
    local round = 0
    while #open > 0 do
      round = round + 1
      for i = #open, 1, -1 do
        local piece = open[i].body:read(100003 + 1000 * i + round)
        if piece then
          open[i].hasher:update(piece)
        else
          assert.are.equal(open[i].row.tree, (open[i].hasher:hex()))
          table.remove(open, i)
        end
      end
    end
    client:close()
  end)

  it("do not disturb other calls of the same client", function()
    local long = streams.flood(64)
    server:start { long, long, fallback = { { "read" }, { "send", streams.answer(200, {}, '{"Marker":"m"}') },
      { "read" }, { "send", streams.answer(200, {}, '{"Marker":"n"}') } } }
    local client = streams.client(server.url)
    local given_up, kept = client:get_job_output(JOB).body, client:get_job_output(JOB).body
    assert.are.equal("\0", given_up:read(1))
    assert.are.equal("m", client:list_vaults().Marker)
    given_up:close()
    local length = 0
    for piece in function() return kept:read(MIB) end do length = length + #piece end
    assert.are.equal(64 * MIB, length)
    assert.are.equal("n", client:list_vaults().Marker)
    client:close()
  end)

  local TEN = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"

  -- Starts a call to a server in this process, which sends a part of the body. Returns the body, and the socket that
  -- sends it.
  local function begin(client, listener, sent)
    local task = client:start("get_job_output", JOB)
    local peer
    listener:settimeout(0)
    repeat
      task:poll()
      peer = listener:accept()
    until peer
    peer:settimeout(0)
    while not task:poll() do
      if peer:receive() == "" then
        peer:settimeout(60)
        peer:send(sent)
      end
    end
    peer:settimeout(60)
    return task:result().body, peer
  end

  local function listen()
    local listener = assert(socket.bind("127.0.0.1", 0))
    return streams.client("http://127.0.0.1:" .. select(2, listener:getsockname())), listener
  end

  local function assert_hung_up(peer)
    local why
    repeat why = select(2, peer:receive(1)) until why
    assert.are.equal("closed", why)
  end

  it("close their connections when they are collected, and the others go on", function()
    local client, listener = listen()
    local kept, keeper = begin(client, listener, TEN)
    local peer = select(2, begin(client, listener, TEN))
    kept:read(1)
    collectgarbage()
    collectgarbage()
    assert_hung_up(peer)
    keeper:send "67890"
    assert.are.equal("234567890", kept:read "a")
    client:close()
    listener:close()
  end)

  it("close their connections at once if they are closed or cannot be saved", function()
    local client, listener = listen()
    local long = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" .. ("x"):rep(50000)
    for _, use in ipairs {
      function(body) body:close() end,
      function(body) body:read(5) body:close() end,
      function(body) failure(save_to_device, body, "/dev/full") end,
    } do
      local body, peer = begin(client, listener, long)
      collectgarbage "stop"
      use(body)
      assert_hung_up(peer)
      collectgarbage "restart"
    end
    client:close()
    listener:close()
  end)

  it("end with an error when their client is closed", function()
    server:start {
      fallback = { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345" }, { "stall" } },
    }
    local client, other = streams.client(server.url), streams.client(server.url, { read_timeout = 2 })
    local bodies = { client:get_job_output(JOB).body, client:get_job_output(JOB).body, other:get_job_output(JOB).body }
    for _, body in ipairs(bodies) do assert.are.equal("1", body:read(1)) end
    client:close()
    assert.are.equal("2345", bodies[1]:read(4))
    for i = 1, 2 do
      local err = failure(bodies[i].read, bodies[i], "a")
      assert.are.same({ "ConnectionClosedError", false, "GetJobOutput" }, { err.code, err.retryable, err.operation })
      assert.is_truthy(err.message:find("The client was closed.", 1, true))
    end
    assert.are.equal("2345", bodies[3]:read(4))
    assert_failed("ReadTimeoutError", bodies[3].read, bodies[3], "a")
  end)
end)

describe("a body that is read slowly", function()
  after_each(function() server:stop() end)

  local FLOOD = streams.flood(64)

  it("makes the service wait, even while other calls run", function()
    local asked = {}
    for i = 1, 3000 do
      asked[2 * i - 1], asked[2 * i] = { "read" }, { "progress", 1 }
    end
    server:start { FLOOD, asked }
    local client = streams.client(server.url)
    local body = client:get_job_output(JOB).body
    assert.are.equal("\0", body:read(1))
    -- The service has sent all that it can when the number of sent bytes stays the same for a hundred calls.
    local sent, same = 0, 0
    repeat
      local now = tonumber(client:list_vaults().Marker)
      same = now == sent and same + 1 or 0
      sent = now
    until same == 100
    assert.is_true(sent < 32 * MIB, sent .. " bytes were sent")
    local hasher = glacier.tree_hasher()
    hasher:update "\0"
    for piece in function() return body:read(MIB) end do hasher:update(piece) end
    assert.are.equal(streams.ZEROS[64].tree, (hasher:hex()))
    client:close()
  end)

  it("does not cause a read timeout", function()
    server:start { FLOOD }
    local body, length = streams.client(server.url, { read_timeout = 2 }):get_job_output(JOB).body, 0
    for piece in function() return body:read(10 * MIB) end do
      length = length + #piece
      if length <= 20 * MIB then socket.sleep(2.3) end
    end
    assert.are.equal(64 * MIB, length)
  end)

  it("raises ReadTimeoutError when the timeout of its call passes", function()
    server:start { { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbody" }, { "stall" } } }
    local now = 100
    local client = streams.client(server.url, {
      timeout = 5, clock = function() return now end, wait = function() socket.sleep(0.001) end,
    })
    local body = client:get_job_output(JOB).body
    assert.are.equal("body", body:read(4))
    now = 105
    local good, err = pcall(body.read, body, 4)
    assert.is_false(good)
    assert.are.equal("ReadTimeoutError", err.code)
    assert.are.equal("GetJobOutput", err.operation)
  end)

  it("lets other coroutines run even if the service is fast", function()
    server:start { FLOOD }
    local waits = 0
    local client = streams.client(server.url, { wait = function() waits = waits + 1 end })
    local body = client:get_job_output(JOB).body
    for _ = 1, 1000 do -- until more bytes have arrived than one read returns
      if body:read(1) == nil then break end
    end
    waits = 0
    assert.are.equal(64 * MIB, save_to_device(body, "/dev/null"))
    assert.is_true(waits >= 7, waits .. " waits")
  end)

  it("lets other coroutines run after every 2 MiB that it receives without a wait", function()
    local waits, chunk = 0, ("\0"):rep(MIB / 4)
    local transfer = {
      poll = function() return true end, head = function() return {} end, take = function() return chunk end,
      number = function() return 1 end,
    }
    local context = new_context(function() waits = waits + 1 end, nil, os.clock)
    context.reads_bodies = true
    local _, _, body = streaming.exchange({}, transfer, { takes_body = "body" }, context)
    for _ = 1, 8 * 4 + 1 do body:next() end
    assert.are.equal(4, waits)
  end)
end)
