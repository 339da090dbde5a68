-- Bodies of get_job_output that one coroutine closes while another one reads them.
local copcall = require "glacier.async.copcall"
local failure = require "spec.support.failure"
local files = require "spec.support.files"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"

local HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nABC"

describe("the close of a body", function()
  local server = scripted.new()

  after_each(function() server:stop() end)

  -- Returns a body whose server sends three bytes, and a function that resumes the coroutine which runs `read(body)`.
  -- The function returns "waits" while that coroutine waits, and at last the results of a pcall.
  local function reader_of(read, options)
    server:start { { { "read" }, { "send", HEAD }, { "stall" } } }
    options = options or { wait = function() coroutine.yield "waits" end }
    local body
    local step = coroutine.wrap(function()
      body = streams.client(server.url, options):get_job_output(streams.JOB).body
      body:read(3)
      coroutine.yield "begins"
      return copcall.call(read, body) -- Lua 5.1 cannot yield across pcall
    end)
    repeat local state = step() until state == "begins"
    return body, step
  end

  local function assert_closed(good, err)
    assert.is_false(good)
    assert.are.same({ "validation", "ParamValidationError", "read: the reader was closed" },
      { err.kind, err.code, err.message })
  end

  for title, read in pairs {
    ["a number of bytes"] = function(body) return body:read(1) end,
    ["all bytes"] = function(body) return body:read "a" end,
    ["a line"] = function(body) return body:read "l" end,
  } do
    it("ends the read of " .. title .. " with an error object", function()
      local body, step = reader_of(read)
      for _ = 1, 3 do assert.are.equal("waits", step()) end
      body:close()
      assert_closed(step())
      assert_closed(false, failure(body.read, body))
    end)
  end

  it("ends a read that waits for the descriptor of the client", function()
    local wait = function() coroutine.yield "waits" end
    local body, step = reader_of(function(body) return body:read(1) end, { wait = { sleep = wait, readable = wait } })
    for _ = 1, 3 do assert.are.equal("waits", step()) end
    body:close()
    assert_closed(step())
  end)

  it("ends a save, which leaves no file", function()
    files.with_directory(function(directory)
      local path = directory .. "/saved"
      local body, step = reader_of(function(body) return body:save(path) end)
      assert.are.equal("waits", step())
      body:close()
      assert_closed(step())
      assert.is_nil(io.open(path))
    end)
  end)
end)
