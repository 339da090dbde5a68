-- Uploads in progress: rejected, slow or abandoned ones, those of tasks, and those of files that change.
local child = require "spec.support.child"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"
local uploads = require "spec.support.uploads"
local new_context = require("glacier.async.context").new

local server = scripted.new()

local MIB = streams.MIB
local ACCEPTED, BUSY, CREATED = uploads.ACCEPTED, uploads.BUSY, uploads.CREATED
local accepting, assert_rejected, assert_sent = uploads.accepting, uploads.assert_rejected, uploads.assert_sent
local REJECTED = streams.answer(400, {}, '{"code":"InvalidParameterValueException","message":"no","type":"Client"}')

describe("an upload", function()
  after_each(function() server:stop() end)

  it("raises the error that the service sends during the transfer", function()
    for _, steps in ipairs {
      { { "head" }, { "send", REJECTED }, { "close" } },
      { { "part", MIB }, { "send", REJECTED }, { "close" } },
      { { "part", MIB }, { "send", REJECTED }, { "stall" } },
    } do
      server:start { steps, fallback = { { "read" }, { "send", CREATED } } }
      local client = streams.client(server.url, { max_attempts = 3 })
      local err = failure(client.upload_archive, client, { vaultName = "v", body = streams.file(("x"):rep(32 * MIB)) })
      assert.are.same({ "InvalidParameterValueException", "service", 400, 1 },
        { err.code, err.kind, err.status, err.attempts })
      client:upload_archive { vaultName = "v", body = streams.file "next" }
      local requests = server:requests()
      assert.are.equal(2, requests[2].connection)
      assert.are.equal("next", requests[2].body)
      client:close()
      server:stop()
    end
  end)

  -- Uploads a file with these bytes. Calls `change` with its path and the file after it is hashed and before it is
  -- sent.
  local function with_changing_file(bytes, change, script)
    server:start(script)
    local path = os.tmpname()
    local writer = assert(io.open(path, "wb"))
    writer:write(bytes)
    writer:close()
    local file = assert(io.open(path, "rb"))
    local client = streams.client(server.url, { logger = function(event)
      if event.event == "sign" and event.attempt == 1 then change(path, file) end
    end, max_attempts = 2 })
    local good, outcome = pcall(client.upload_archive, client, { vaultName = "v", body = file })
    client:close()
    os.remove(path)
    return good, outcome
  end

  local function rewrite(bytes)
    return function(path)
      local writer = assert(io.open(path, "wb"))
      writer:write(bytes)
      writer:close()
    end
  end

  it("sends only the hashed bytes of a file that has grown", function()
    local row = streams.HASHES[7] -- 2 MiB
    local bytes = streams.pattern(row.size)
    assert.is_true((with_changing_file(bytes, rewrite(bytes .. "more"),
      { { { "digest" }, { "send", BUSY } }, ACCEPTED })))
    local requests = server:requests()
    assert.are.equal(2, #requests)
    for _, request in ipairs(requests) do assert_sent(row, request) end
  end)

  for _, left in ipairs { 0, 1, MIB, 2 * MIB - 1 } do
    it(("fails if its file has shrunk to %d bytes"):format(left), function()
      local bytes = streams.pattern(2 * MIB)
      local good, err = with_changing_file(bytes, rewrite(bytes:sub(1, left)), { { { "read" }, { "send", CREATED } } })
      assert.is_false(good)
      assert_rejected(("it has become shorter: it ends at byte %d"):format(left), error, err)
      assert.are.same({}, server:requests()) -- no complete request
    end)
  end

  it("fails if its file was closed meanwhile", function()
    local good, err = with_changing_file(streams.pattern(2 * MIB), function(_, file) file:close() end,
      { { { "read" }, { "send", CREATED } } })
    assert.is_false(good)
    assert_rejected("it is not an open file", error, err)
    assert.are.same({}, server:requests())
  end)

  -- Uploads a file. Calls `change(file)` after the file is hashed and before it is sent. Asserts that the upload is
  -- rejected with these words, and that it closes its connection although the collector does not run.
  local function assert_closes_connection(file, change, words)
    collectgarbage "stop"
    local socket = require "socket"
    local listener = assert(socket.bind("127.0.0.1", 0))
    listener:settimeout(60)
    local _, port = listener:getsockname()
    local client = streams.client("http://127.0.0.1:" .. port, { logger = function(event)
      if event.event == "sign" then change(file) end
    end })
    assert_rejected(words, client.upload_archive, client, { vaultName = "v", body = file })
    local peer = assert(listener:accept())
    peer:settimeout(60)
    local why
    repeat why = select(2, peer:receive(4096)) until why
    assert.are.equal("closed", why)
    collectgarbage "restart"
    listener:close()
  end

  it("closes its connection at once if its file has shrunk", function()
    local path = os.tmpname()
    rewrite(("x"):rep(2 * MIB))(path)
    assert_closes_connection(io.open(path, "rb"), function() rewrite("x")(path) end, "it has become shorter")
    os.remove(path)
  end)

  it("closes its connection at once if Lua reads its file and the file was closed", function()
    local file = io.open("/proc/version", "rb") -- its size is 0, so the core cannot read it
    if not file then return pending "there is no /proc here" end
    assert_closes_connection(file, file.close, "it is not an open file")
  end)

  it("can be a file whose size is not known", function()
    local file = io.open("/proc/version", "rb")
    if not file then return pending "there is no /proc here" end
    local bytes = file:read "*a"
    file:seek "set"
    server:start { { { "read" }, { "send", CREATED } } }
    streams.client(server.url):upload_archive { vaultName = "v", body = file }
    assert.are.equal(bytes, server:requests()[1].body)
    file:close()
  end)

  it("continues if its file is closed while it is sent", function()
    server:start { { { "digest" }, { "send", CREATED } } }
    local file, polls, is_sent, others = streams.file(("\0"):rep(64 * MIB)), 0, false, {}
    local client = streams.client(server.url, { logger = function(event) is_sent = event.event == "send" end })
    local task = client:start("upload_archive", { vaultName = "v", body = file })
    while not task:poll() do
      polls = polls + (is_sent and 1 or 0)
      if polls == 3 and io.type(file) == "file" then
        file:close()
        for i = 1, 10 do others[i] = streams.file "other bytes" end -- one gets the descriptor of the file
      end
    end
    assert.are.equal("closed file", io.type(file))
    assert.are.equal("ID", task:result().archiveId)
    assert.are.equal(streams.ZEROS[64].linear, server:requests()[1].sha256)
    for _, other in ipairs(others) do other:close() end
  end)

  it("sends bytes that are still in the write buffer of its file", function()
    server:start { { { "read" }, { "send", CREATED } } }
    local file = streams.file "old bytes"
    local client = streams.client(server.url, { logger = function(event)
      if event.event == "sign" then
        file:seek "set"
        file:write "new bytes"
      end
    end })
    client:upload_archive { vaultName = "v", body = file }
    assert.are.equal("new bytes", server:requests()[1].body)
    file:close()
  end)

  it("leaves no descriptor open, even if the collector does not run", function()
    server:start { fallback = accepting() }
    local printed = child({ URL = server.url }, [[
      collectgarbage "stop"
      local client = require("spec.support.streams").client(os.getenv "URL")
      local file = assert(io.open("README.md", "rb"))
      for _ = 1, 100 do client:upload_archive { vaultName = "v", body = file } end
      print "fine"
    ]], "ulimit -n 32")
    assert.are.equal("fine\n", printed)
  end)

  it("raises ReadTimeoutError if the service stalls, whether it reads the body or not", function()
    for _, steps in ipairs { { { "digest" }, { "stall" } }, { { "part", 10 }, { "pause", 3600 } } } do
      server:start { steps }
      local client = streams.client(server.url, { read_timeout = 0.2 })
      local err = failure(client.upload_archive, client, { vaultName = "v", body = streams.file(("x"):rep(32 * MIB)) })
      assert.are.same({ "ReadTimeoutError", "transport", true, "UploadArchive", 1 },
        { err.code, err.kind, err.retryable, err.operation, err.attempts })
      server:stop()
    end
  end)

  it("does not cause a read timeout if its task is polled late", function()
    local socket = require "socket"
    server:start { { { "digest" }, { "send", CREATED } } }
    local is_sent, polls = false, 0
    local client = streams.client(server.url, { read_timeout = 2, logger = function(event)
      is_sent = event.event == "send"
    end })
    local task = client:start("upload_archive", { vaultName = "v", body = streams.file(("\0"):rep(64 * MIB)) })
    while not task:poll() do
      polls = polls + (is_sent and 1 or 0)
      if is_sent and (polls == 3 or polls == 6) then socket.sleep(2.3) end
    end
    assert.is_true(polls > 6, polls)
    assert.are.equal("ID", task:result().archiveId)
    assert.are.equal(streams.ZEROS[64].linear, server:requests()[1].sha256)
  end)

  for _, kind in ipairs { "string", "file" } do
    it("lets other coroutines run while it hashes and sends, even if the peer is fast: " .. kind, function()
      server:start { { { "digest" }, { "send", CREATED } } }
      local hashing, sending, is_sending = 0, 0, false
      local client = streams.client(server.url, {
        hash_threads = 0,
        logger = function(event) is_sending = event.event == "send" end,
        wait = function()
          if is_sending then sending = sending + 1 else hashing = hashing + 1 end
        end,
      })
      client:upload_archive { vaultName = "v", body = uploads.KINDS[kind](("\0"):rep(64 * MIB)) }
      assert.is_true(hashing >= 8, hashing) -- one wait for every 8 MiB
      assert.is_true(sending >= 8)
      client:close()
    end)
  end

  it("ends at the timeout of the whole call while it hashes without threads", function()
    local now = 0
    local client = streams.client("http://127.0.0.1:9", { hash_threads = 0, timeout = 3, clock = function()
      now = now + 1
      return now
    end })
    local err = failure(client.upload_archive, client, { vaultName = "v", body = ("\0"):rep(64 * MIB) })
    assert.are.same({ "ReadTimeoutError", "The timeout of the whole call passed while its body was hashed" },
      { err.code, err.message })
  end)

  it("lets other coroutines run after every 32 chunks that are sent without a wait", function()
    local polls, waits = 0, {}
    local transfer = { poll = function()
      polls = polls + 1
      return polls == 100
    end }
    local context = new_context(function(seconds) waits[#waits + 1] = seconds end, nil, os.clock)
    assert.is_true(context:wait_for(transfer, nil, function() return "again" end))
    assert.are.equal(3, #waits) -- one wait for 32 chunks
  end)

  it("continues at each poll of its task", function()
    server:start { { { "digest" }, { "send", CREATED } } }
    local client, polls = streams.client(server.url), 1
    local task = client:start("upload_archive", { vaultName = "v", body = streams.file(("\0"):rep(64 * MIB)) })
    while not task:poll() do polls = polls + 1 end
    assert.is_true(polls > 16)
    assert.are.equal(streams.ZEROS[64].linear, server:requests()[1].sha256)
    client:close()
  end)

  it("can share its file with other uploads in progress", function()
    server:start { fallback = accepting() }
    local row, client, jobs = streams.HASHES[13], streams.client(server.url), {}
    local file = streams.file("skipped" .. streams.pattern(row.size))
    file:seek("set", 7)
    for i = 1, 4 do jobs[i] = client:start("upload_archive", { vaultName = "v", body = file }) end
    for _, outcome in ipairs(glacier.all(jobs)) do assert.is_true(outcome.ok, tostring(outcome.error)) end
    local requests = server:requests()
    assert.are.equal(4, #requests)
    for _, request in ipairs(requests) do assert_sent(row, request) end
    client:close()
  end)

  it("leaves the client usable when it is collected before its end", function()
    server:start { { { "part", 10 }, { "stall" } }, { { "read" }, { "send", CREATED } } }
    local client = streams.client(server.url)
    do
      local task = client:start("upload_archive", { vaultName = "v", body = streams.file(("x"):rep(32 * MIB)) })
      repeat task:poll() until #server:requests() == 1
      assert.is_false(task:poll())
    end
    collectgarbage()
    collectgarbage()
    client:upload_archive { vaultName = "v", body = "next" }
    assert.are.equal(2, server:requests()[2].connection)
    client:close()
  end)
end)
