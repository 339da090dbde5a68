-- Bodies of get_job_output: they are read like files and checked at their end.
local downloads = require "spec.support.downloads"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"

local server = scripted.new()

local JOB = streams.JOB
local assert_failed, output_of = downloads.assert_failed, downloads.output
local save_to_device = downloads.save_to_device
local answered, output_for, body_of = streams.answered, streams.output_for, streams.body_of

describe("the body of a download", function()
  after_each(function() server:stop() end)

  -- Each of these is also written to a file of the io library, which gives the expected values.
  local TEXTS = {
    "", "\n", "a", "a\n", "\n\na\n\nbc", "a,b\r\nc\r\n", ("line of text\n"):rep(50), ("x"):rep(500) .. "\ny",
    ("\n"):rep(10),
  }
  local FORMATS = {
    { "l" }, { "L" }, { "a" }, { 1 }, { 2, "l" }, { 7 }, { 0, 5 }, { "l", "L", 3 }, { 1000 }, { 3, "a" },
    { "*l" }, { "*a" }, { "*L", 0 },
  }

  -- Works as file:read. Lua 5.1 and 5.2 require an asterisk before a letter, and Lua 5.1 does not have "*L".
  local function read_file(file, format)
    local long = type(format) == "string" and "*" .. format:gsub("%*", "") or format
    if long ~= "*L" or _VERSION ~= "Lua 5.1" or rawget(_G, "jit") then return file:read(long) end
    local start = file:seek()
    local line = file:read "*l"
    return line and line .. ("\n"):rep(file:seek() - start - #line)
  end

  for _, formats in ipairs(FORMATS) do
    it("is read like a file: " .. table.concat(formats, ", "), function()
      for _, text in ipairs(TEXTS) do
        for _, count in ipairs { 1, 2, 3, 7, 1000 } do
          local file, body, round = streams.file(text), body_of(text, count), 0
          repeat
            local format = formats[round % #formats + 1]
            round = round + 1
            local right = read_file(file, format)
            assert.are.equal(right, body:read(format))
          until round > 2 * #formats and (right == nil or right == "")
        end
      end
    end)
  end

  it("can be read by lines, and in other ways between them", function()
    for _, text in ipairs(TEXTS) do
      local file, body = streams.file(text), body_of(text)
      for line in file:lines() do
        assert.are.equal(line, body:lines()())
        assert.are.equal(file:read(1), body:read(1))
      end
      assert.is_nil(body:lines()())
    end
    local lines = {}
    for line in body_of("a\n\nb"):lines() do lines[#lines + 1] = line end
    assert.are.same({ "a", "", "b" }, lines)
  end)

  it("may contain any bytes, also within a line", function()
    local text = "\0\n\255\0\r\n\0"
    for _, count in ipairs { 1, 2, 100 } do
      local body = body_of(text, count)
      assert.are.equal("\0", body:read())
      assert.are.equal("\255\0\r\n", body:read "L")
      assert.are.equal("\0", body:read())
      assert.are.equal(text, body_of(text, count):read "a")
    end
  end)

  it("is read by lines by default, and stays at its end", function()
    local body = body_of "a\nb"
    assert.are.same({ "a", "b" }, { body:read(), body:read() })
    for _ = 1, 2 do
      assert.is_nil(body:read())
      assert.is_nil(body:read(1))
      assert.are.equal("", body:read "a")
    end
    body:close()
    assert.is_nil(body:read())
  end)

  it("rejects other arguments of read", function()
    local body = body_of "body"
    for _, format in ipairs { "n", "x", "", true, {}, -1, 0.5, math.huge, 0 / 0, print } do
      local err = failure(body.read, body, format)
      assert.are.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
    end
    assert.are.equal("body", body:read "a")
  end)

  it("may have a length, come in chunks, or end with its connection", function()
    local pieces = { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" } }
    for byte in ("hello\nworld"):gmatch "." do
      pieces[#pieces + 1] = { "send", byte }
      pieces[#pieces + 1] = { "pause", 0 }
    end
    local chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _, steps in ipairs {
      answered "hello\nworld", pieces,
      { { "read" }, { "send", chunked .. "5\r\nhello\r\n6\r\n\nworld\r\n0\r\nX-Trailer: 1\r\n\r\n" } },
      { { "read" }, { "send", chunked .. "1\r\nh\r\na\r\nello\nworld\r\n0\r\n\r\n" } },
      { { "read" }, { "send", "HTTP/1.1 200 OK\r\n\r\nhello\nworld" }, { "close" } },
      { { "read" }, { "send", "HTTP/1.1 100 Continue\r\n\r\n" }, { "send", streams.answer(200, {}, "hello\nworld") } },
    } do
      assert.are.equal("hello\nworld", output_of(server, steps).body:read "a")
      server:stop()
    end
  end)

  it("may be empty", function()
    for _, steps in ipairs {
      answered "", answered("", { ["x-amz-sha256-tree-hash"] = streams.HASHES[1].tree }),
      { { "read" }, { "send", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" } },
      { { "read" }, { "send", "HTTP/1.1 200 OK\r\n\r\n" }, { "close" } },
    } do
      local body = output_of(server, steps).body
      assert.is_nil(body:read(1))
      assert.are.equal("", body:read "a")
      server:stop()
    end
    assert.are.equal("", output_for({ status = 200 }).body:read "a")
    assert.are.equal("", output_for({ status = 200, body = function() end }).body:read "a")
  end)

  it("comes with the output members of the response's headers", function()
    local output = output_of(server, answered("body", {
      ["x-amz-sha256-tree-hash"] = glacier.tree_hash "body", ["Content-Range"] = "bytes 0-3/10",
      ["Accept-Ranges"] = "bytes", ["Content-Type"] = "text/csv", ["x-amz-archive-description"] = "mine",
    }))
    assert.are.same({ glacier.tree_hash "body", 200, "bytes 0-3/10", "bytes", "text/csv", "mine" },
      { output.checksum, output.status, output.contentRange, output.acceptRanges, output.contentType,
        output.archiveDescription })
    assert.are.same({ 200, 0 }, { output.ResponseMetadata.HTTPStatusCode, output.ResponseMetadata.RetryAttempts })
    assert.are.equal("body", output.body:read "a")
  end)

  it("can be read if it is a range", function()
    server:start { { { "read" }, { "send", streams.answer(206, { ["Content-Range"] = "bytes 2-4/10" }, "cde") } } }
    local output = streams.client(server.url):get_job_output { vaultName = "v", jobId = "j", range = "bytes=2-4" }
    assert.are.equal(206, output.status)
    assert.are.equal("cde", output.body:read(5))
    assert.are.equal("bytes=2-4", server:requests()[1].fields.range)
  end)

  it("leaves its connection to the next call after it was read", function()
    local reply = streams.answer(200, {}, '{"Marker":"m"}')
    server:start {
      { { "read" }, { "send", reply:sub(1, -2) }, { "pause", 0 }, { "send", "}" }, { "read" }, { "send", reply } },
    }
    local client = streams.client(server.url)
    assert.are.equal('{"Marker":"m"}', client:get_job_output(JOB).body:read "a")
    assert.are.equal("m", client:list_vaults().Marker)
    assert.are.equal(1, server:requests()[2].connection)
    client:close()
  end)

  it("closes its connection if it was not read to its end", function()
    for _, use in ipairs { function() end, function(body) body:read(1) end } do
      server:start { { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n12" }, { "stall" } },
        fallback = answered "{}" }
      local client = streams.client(server.url)
      local body = client:get_job_output(JOB).body
      use(body)
      body:close()
      client:list_vaults()
      assert.are.equal(2, server:requests()[2].connection)
      client:close()
      server:stop()
    end
  end)

  it("cannot be read after it was closed", function()
    for _, read in ipairs {
      function(body) body:read() end, function(body) body:read(1) end, function(body) body:read "a" end,
      function(body) body:lines()() end, function(body) save_to_device(body, "/dev/null") end,
    } do
      local body = output_of(server, answered "hello\nworld").body
      assert.are.equal("hello", body:read())
      body:close()
      for _ = 1, 2 do
        assert.are.equal("read: the reader was closed", assert_failed("ParamValidationError", read, body).message)
        body:close()
      end
      server:stop()
    end
  end)

  if _VERSION >= "Lua 5.4" then
    it("is closed at the end of its scope in Lua 5.4 and later", function()
      local body = output_of(server, answered "body").body
      load "local body <close> = ..." (body)
      assert_failed("ParamValidationError", body.read, body)
    end)
  end
end)

describe("a body", function()
  after_each(function() server:stop() end)

  local WAYS = {
    ["read at once"] = function(body) body:read "a" end,
    ["read in pieces"] = function(body) repeat until not body:read(7) end,
    ["read by lines"] = function(body) repeat until not body:read() end,
    ["saved to a device"] = function(body) save_to_device(body, "/dev/null") end,
  }
  local RIGHT, WRONG = glacier.tree_hash "hello\nworld", glacier.tree_hash "hello\nworle"

  for title, read in pairs(WAYS) do
    it("raises an error at its end and at every later read if its hash is wrong: " .. title, function()
      for _, body in ipairs {
        output_of(server, answered("hello\nworld", { ["x-amz-sha256-tree-hash"] = WRONG })).body,
        body_of("hello\nworld", 3, { ["X-Amz-Sha256-Tree-Hash"] = WRONG }),
        output_for({ status = 200, headers = { ["x-amz-sha256-tree-hash"] = WRONG }, body = "hello\nworld" }).body,
        body_of("hello\nworld", 3, { ["x-amz-sha256-tree-hash"] = "no hash" }),
      } do
        local err = assert_failed("ChecksumError", read, body)
        assert.is_truthy(err.message:find("did not match calculated checksum " .. RIGHT, 1, true))
        for _, again in pairs(WAYS) do assert.are.equal(err, failure(again, body)) end
        body:close()
        assert.are.equal(err, failure(read, body))
      end
    end)

    it("raises an error if its length is wrong: " .. title, function()
      local chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      for _, steps in ipairs {
        { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello\nworld" }, { "close" } },
        { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" }, { "close" } },
        { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello" }, { "pause", 0.01 },
          { "reset" } },
        { { "read" }, { "send", chunked .. "b\r\nhello\nworld\r\n" }, { "close" } },
        { { "read" }, { "send", chunked .. "c\r\nhello\nworld" }, { "close" } },
      } do
        local body = output_of(server, steps).body
        local err = assert_failed("ConnectionClosedError", read, body)
        assert.are.equal(1, err.attempts)
        for _, again in pairs(WAYS) do assert.are.equal(err, failure(again, body)) end
        server:stop()
      end
      for _, length in ipairs { 10, 12 } do
        for _, given in ipairs { streams.reader("hello\nworld", 3), "hello\nworld" } do
          local headers = { ["Content-Length"] = tostring(length) }
          local body = output_for({ status = 200, headers = headers, body = given }).body
          local err = assert_failed("ConnectionClosedError", read, body)
          assert.is_truthy(err.message:find(("11 bytes read, but total bytes expected is %d"):format(length), 1, true))
        end
      end
    end)

    it("raises no error if hash and length are right: " .. title, function()
      for _, hash in ipairs { RIGHT, RIGHT:upper() } do
        read(output_of(server, answered("hello\nworld", { ["x-amz-sha256-tree-hash"] = hash })).body)
        server:stop()
        read(body_of("hello\nworld", 3, { ["x-amz-sha256-tree-hash"] = hash, ["content-length"] = "11" }))
      end
      read(body_of("hello\nworld", 3, { ["content-length"] = "5", ["content-encoding"] = "gzip" }))
      read(body_of("hello\nworld", 3, { ["content-length"] = "5", ["transfer-encoding"] = "chunked" }))
    end)
  end

  it("returns the bytes that arrived before it was cut", function()
    local cut_off = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello\nwor"
    local body = output_of(server, { { "read" }, { "send", cut_off } }).body
    assert.are.equal("hello", body:read())
    assert.are.equal("wo", body:read(2))
    assert_failed("ConnectionClosedError", body.read, body, 2)
  end)
end)
