-- client:download from a service whose responses are damaged, cut off or slow: real responses over libcurl.
local download_world = require "spec.support.download_world"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"

local MIB = streams.MIB
local RANGES = 3 -- of 1 MiB; the last one has 7 bytes
local SIZE = 2 * MIB + 7

describe("client:download from a misbehaving service", function()
  local server, retrieved, trial, client

  setup(function()
    local bytes = streams.pattern(SIZE)
    retrieved = { jobId = "j", bytes = bytes, hash = glacier.tree_hash(bytes) }
  end)
  before_each(function()
    server = scripted.new()
    trial = download_world.trial(retrieved)
  end)
  after_each(function()
    if client then client:close() end
    server:stop()
    trial:remove()
  end)

  local function first_of(number)
    return (number - 1) * MIB
  end

  local function bytes_of(number)
    return retrieved.bytes:sub(first_of(number) + 1, number * MIB)
  end

  -- Returns the head of the response with range `number`, which is 1 for the first range. `more` replaces headers; the
  -- value false removes one.
  local function head(number, more, status)
    local bytes = bytes_of(number)
    local headers = {
      ["Content-Range"] = ("bytes %d-%d/%d"):format(first_of(number), first_of(number) + #bytes - 1, SIZE),
      ["Content-Length"] = #bytes, ["x-amz-sha256-tree-hash"] = glacier.tree_hash(bytes),
      Connection = "close",
    }
    for name, value in pairs(more or {}) do headers[name] = value end
    local lines = { ("HTTP/1.1 %d -\r\n"):format(status or 206) }
    for name, value in pairs(headers) do
      lines[#lines + 1] = value and ("%s: %s\r\n"):format(name, value) or nil
    end
    return table.concat(lines) .. "\r\n"
  end

  -- Returns the steps of a connection that answers one request with these bytes.
  local function sent(...)
    return { { "read" }, { "send", table.concat { ... } } }
  end

  -- Returns the same steps, followed by these steps.
  local function with(steps, ...)
    for _, step in ipairs { ... } do steps[#steps + 1] = step end
    return steps
  end

  local function good(number)
    return sent(head(number), bytes_of(number))
  end

  -- Starts a service and makes its client. The first request is for the job's description, and each further one gets
  -- the next connection. The client has this read_timeout, by default a long one.
  local function serve(connections, read_timeout)
    local description = ('{"Action":"ArchiveRetrieval","Completed":true,"StatusCode":"Succeeded",'
      .. '"ArchiveSizeInBytes":%d,"SHA256TreeHash":"%s"}'):format(SIZE, retrieved.hash)
    table.insert(connections, 1, sent(streams.answer(200, { Connection = "close" }, description)))
    server:start(connections)
    client = streams.client(server.url, { max_attempts = 3, read_timeout = read_timeout })
  end

  local function download()
    return client:download(trial:params { concurrency = 1 })
  end

  -- Returns the number of requests for each range.
  local function requests_by_range()
    local counts = {}
    for number = 1, RANGES do counts[number] = 0 end
    for _, request in ipairs(server:requests()) do
      local first = (request.fields.range or ""):match "^bytes=(%d+)%-"
      local number = first and first / MIB + 1
      if number then counts[number] = counts[number] + 1 end
    end
    return counts
  end

  -- Starts another server for the other two ranges, and downloads again.
  local function assert_continues()
    client:close()
    server:stop()
    serve { good(2), good(3) }
    trial:assert_whole(download())
    assert.are.same({ 0, 1, 1 }, requests_by_range())
  end

  local HALF = MIB / 2
  local UNAVAILABLE = '{"code":"ServiceUnavailableException","message":"m","type":"Server"}'

  -- By title: a function that returns the response to the request for a range.
  local faults = {
    ["with a changed byte"] = function(number)
      return sent(head(number), "X", bytes_of(number):sub(2))
    end,
    ["with the hash of other bytes"] = function(number)
      return sent(head(number, { ["x-amz-sha256-tree-hash"] = ("0"):rep(64) }), bytes_of(number))
    end,
    ["that ends before its Content-Length"] = function(number)
      return sent(head(number), bytes_of(number):sub(1, HALF))
    end,
    ["that ends too early and has no Content-Length"] = function(number)
      return sent(head(number, { ["Content-Length"] = false }), bytes_of(number):sub(1, HALF))
    end,
    ["that ends too early and has neither a Content-Length nor a hash"] = function(number)
      return sent(head(number, { ["Content-Length"] = false, ["x-amz-sha256-tree-hash"] = false }),
        bytes_of(number):sub(1, HALF))
    end,
    ["that is shorter than its range"] = function(number)
      local half = bytes_of(number):sub(1, HALF)
      return sent(head(number, { ["Content-Length"] = HALF, ["x-amz-sha256-tree-hash"] = false }), half)
    end,
    ["that ends with a reset"] = function(number)
      return with(sent(head(number), bytes_of(number):sub(1, HALF)), { "reset" })
    end,
    ["that is a reset"] = function()
      return { { "read" }, { "reset" } }
    end,
    ["that stops for longer than read_timeout"] = function(number)
      return with(sent(head(number), bytes_of(number):sub(1, HALF)), { "stall" })
    end,
    ["with status 503"] = function()
      return sent(streams.answer(503, { Connection = "close" }, UNAVAILABLE))
    end,
  }
  for title, fault in pairs(faults) do
    it("fetches a range again after a response " .. title, function()
      serve({ good(1), fault(2), good(2), good(3) }, title:find "read_timeout" and 2)
      trial:assert_whole(download())
      assert.are.same({ 1, 2, 1 }, requests_by_range())
    end)
  end

  it("fetches only the damaged ranges again if several responses fail in different ways", function()
    serve { faults["that ends with a reset"](1), good(1), faults["with a changed byte"](2),
      faults["that ends before its Content-Length"](2), good(2), good(3) }
    trial:assert_whole(download())
    assert.are.same({ 2, 3, 1 }, requests_by_range())
  end)

  it("accepts a range that arrives slowly, in small pieces", function()
    local steps, bytes = sent(head(2)), bytes_of(2)
    for at = 1, MIB, MIB / 8 do
      with(steps, { "send", bytes:sub(at, at + MIB / 8 - 1) }, { "pause", 0.02 })
    end
    serve { good(1), steps, good(3) }
    trial:assert_whole(download())
    assert.are.same({ 1, 1, 1 }, requests_by_range())
  end)

  -- Another attempt would not help here, and the bytes may belong to another offset.
  for title, response in pairs {
    ["another range"] = function()
      return sent(head(2, { ["Content-Range"] = "bytes 0-1048575/2097159" }), bytes_of(2))
    end,
    ["a longer range"] = function()
      return sent(head(2, { ["Content-Range"] = "bytes 1048576-2097158/2097159", ["Content-Length"] = MIB + 7 }),
        bytes_of(2), bytes_of(3))
    end,
    ["no Content-Range"] = function() return sent(head(2, { ["Content-Range"] = false }), bytes_of(2)) end,
    ["the whole archive and status 200"] = function()
      return sent(head(2, { ["Content-Range"] = false, ["Content-Length"] = SIZE,
        ["x-amz-sha256-tree-hash"] = retrieved.hash }, 200), retrieved.bytes)
    end,
    ["more bytes than the range has"] = function()
      return sent(head(2, { ["Content-Length"] = MIB + 1, ["x-amz-sha256-tree-hash"] = false }), bytes_of(2), "X")
    end,
  } do
    it("rejects a response with " .. title .. ", and continues later with what it has", function()
      serve { good(1), response(), good(2), good(3) }
      local err = failure(download)
      assert.are.same({ "ResponseParserError", "transport" }, { err.code, err.kind })
      assert.are.same({ 1, 1, 0 }, requests_by_range())
      assert_continues()
    end)
  end

  it("gives up on a range that fails max_attempts times, and continues later with what it has", function()
    local reset = faults["that ends with a reset"]
    serve { good(1), reset(2), reset(2), reset(2) }
    local err = failure(download)
    assert.are.same({ "ConnectionClosedError", "transport", true }, { err.code, err.kind, err.retryable })
    assert.are.same({ 1, 3, 0 }, requests_by_range())
    assert_continues()
  end)
end)
