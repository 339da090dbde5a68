-- Calls of get_job_output that fail: the errors and the retries.
local downloads = require "spec.support.downloads"
local failure = require "spec.support.failure"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"

local server = scripted.new()

local JOB = streams.JOB
local assert_failed = downloads.assert_failed
local answered, output_for = streams.answered, streams.output_for

describe("a call of get_job_output that fails", function()
  after_each(function() server:stop() end)

  it("raises the service's error even after retries", function()
    local busy = streams.answer(503, { Connection = "close" }, '{"code":"ServiceUnavailableException"}')
    local missing = streams.answer(404, {}, '{"code":"ResourceNotFoundException","message":"no job","type":"Client"}')
    server:start { { { "read" }, { "send", busy } }, { { "read" }, { "reset" } }, { { "read" }, { "send", missing } } }
    local client = streams.client(server.url, { max_attempts = 5 })
    local err = failure(client.get_job_output, client, JOB)
    assert.are.same({ "ResourceNotFoundException", "no job", 404, 3, "GetJobOutput" },
      { err.code, err.response.Error.Message, err.status, err.attempts, err.operation })
  end)

  it("is retried if it fails before the head of the response is complete", function()
    server:start { { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-" }, { "close" } }, answered "body" }
    local output = streams.client(server.url, { max_attempts = 2 }):get_job_output(JOB)
    assert.are.equal(1, output.ResponseMetadata.RetryAttempts)
    assert.are.equal("body", output.body:read "a")
  end)

  it("raises ReadTimeoutError if the service stalls, in the call or in a read", function()
    server:start {
      { { "read" }, { "stall" } },
      { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12345" }, { "stall" } },
    }
    local client = streams.client(server.url, { read_timeout = 0.2 })
    assert_failed("ReadTimeoutError", client.get_job_output, client, JOB)
    client = streams.client(server.url, { read_timeout = 2 }) -- the head has to come within it
    local body = client:get_job_output(JOB).body
    assert.are.equal("12345", body:read(5))
    assert_failed("ReadTimeoutError", body.read, body, 1)
  end)

  it("raises the error of a host's transport before and during the body", function()
    local text = '{"code":"ResourceNotFoundException","message":"no job"}'
    for _, body in ipairs { text, streams.reader(text, 5) } do
      local err = failure(output_for, { status = 404, body = body })
      assert.are.same({ "ResourceNotFoundException", 404 }, { err.code, err.status })
    end
    local err = failure(output_for, { status = 404, body = function() return nil, "went away", "ReadTimeoutError" end })
    assert.are.same({ "ReadTimeoutError", "went away" }, { err.code, err.message })
  end)

  it("raises the errors of a host's reader, and an error if the reader returns something invalid", function()
    for code, give in pairs {
      ConnectionClosedError = function() return nil, "went away" end,
      ReadTimeoutError = function() return nil, "went away", "ReadTimeoutError" end,
    } do
      local body = output_for({ status = 200, body = give }).body
      local err = assert_failed(code, body.read, body)
      assert.are.equal("went away", err.message)
    end
    local body = output_for({ status = 200, body = function() return 5 end }).body
    local err = failure(body.read, body, "a")
    assert.are.same({ "ResponseParserError", "transport", false }, { err.code, err.kind, err.retryable })
    local reason = {}
    body = output_for({ status = 200, body = function() error(reason, 0) end }).body
    assert.are.equal(reason, failure(body.read, body))
    local list = {}
    body = output_for({ status = 200, body = function(...)
      list[#list + 1] = { ... }
      return #list < 4 and "" or nil
    end }).body
    assert.are.equal("", body:read "a")
    assert.are.same({ { 65536 }, { 65536 }, { 65536 }, { 65536 } }, list)
  end)
end)
