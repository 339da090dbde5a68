-- Which failures are retried, and how often. The numbers are those of botocore 1.43 with its retry modes of 2026,
-- unless a comment says otherwise.
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local scripted_client = require "spec.support.scripted_client"
local reply = require "spec.support.reply"

local MODES = { "standard", "legacy", "adaptive" }

-- Makes one call to a server that runs `script`. Returns the simulation, the requests, and the result or the error.
local function play_once(script, options, fields)
  local run = scripted_client(script, options, fields)
  local _, result = run:list_vaults()
  return run.sim, run:stop(), result
end

local function repeated(step, count, last)
  local list = {}
  for i = 1, count do list[i] = step end
  list[count + 1] = last
  return list
end

describe("a failed attempt", function()
  -- Columns: { status, code, number of attempts (at most three), `retryable` }.
  local ROWS = {
    { 400, "ThrottlingException", 3, true },
    { 400, "SlowDown", 3, true },
    { 400, "PriorRequestNotComplete", 3, true },
    { 408, "RequestTimeoutException", 3, true },
    { 400, "RequestTimeout", 3, true },
    { 500, "ServiceUnavailableException", 3, true },
    { 500, nil, 3, true },
    { 502, nil, 3, true },
    { 503, "Whatever", 3, true },
    { 503, nil, 3, true },
    { 504, nil, 3, true },
    { 429, "Whatever", 3, true }, -- botocore's standard mode makes one attempt; here status 429 is always a throttle
    { 429, nil, 3, true },
    -- botocore's standard mode makes three attempts, because other services use this code for throttles.
    { 400, "LimitExceededException", 1, false },
    { 503, "LimitExceededException", 1, false },
    { 400, "InsufficientCapacityException", 1, false },
    { 503, "InsufficientCapacityException", 1, false },
    { 400, "PolicyEnforcedException", 1, false },
    { 500, "PolicyEnforcedException", 1, false },
    { 400, "NoLongerSupportedException", 1, false },
    { 403, "InvalidSignatureException", 1, false },
    { 403, "ExpiredTokenException", 1, false },
    { 404, "ResourceNotFoundException", 1, false },
    { 400, nil, 1, false },
    { 408, nil, 1, false },
    { 501, nil, 1, false },
    { 505, nil, 1, false },
  }
  for _, row in ipairs(ROWS) do
    local status, code, attempts, retryable = row[1], row[2], row[3], row[4]
    local title = "with status %d %s leads to %d of 3 possible attempts, in every mode"
    it(title:format(status, code or "without a code", attempts), function()
      for _, mode in ipairs(MODES) do
        local sim, requests, err =
          play_once({ fallback = reply.error(status, code) }, { retry_mode = mode, max_attempts = 3 })
        assert.are.equal(attempts, #requests, mode)
        assert.are.equal(attempts - 1, #sim:events_of "retry", mode)
        assert.are.equal(attempts, err.attempts, mode)
        assert.are.equal(retryable, err.retryable, mode)
        assert.are.equal(code or tostring(status), err.code, mode)
        assert.are.equal(attempts - 1, err.response.ResponseMetadata.RetryAttempts, mode)
      end
    end)
  end

  it("is repeated if its connection breaks", function()
    for _, script in ipairs {
      { { { "reset" } } }, { { { "close" } } }, { { { "read" }, { "reset" } } },
      { { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{" }, { "close" } } },
    } do
      script.fallback = reply.good()
      local _, requests, result = play_once(script)
      assert.are.equal(1, result.ResponseMetadata.RetryAttempts)
      assert.are.equal("/-/vaults", requests[#requests].target)
    end
  end)

  it("is made three times if no server listens, and its error is retryable", function()
    local client = glacier.client(simulation.new():options { endpoint_url = "http://127.0.0.1:1" })
    local _, err = pcall(client.list_vaults, client)
    assert.are.equal("EndpointConnectionError", err.code)
    assert.are.equal(3, err.attempts)
    assert.is_true(err.retryable)
    assert.are.equal("ListVaults", err.operation)
  end)

  -- Error code of a host's transport = number of attempts.
  local CODES = {
    EndpointConnectionError = 3, ConnectTimeoutError = 3, ReadTimeoutError = 3, ConnectionClosedError = 3,
    ProxyConnectionError = 3, SSLError = 1, ResponseParserError = 1, SomethingElse = 3,
  }
  for code, attempts in pairs(CODES) do
    it(("is repeated up to %d attempts after a transport's %s"):format(attempts, code), function()
      local sent = 0
      local client = glacier.client(simulation.new():options {
        transport = function()
          sent = sent + 1
          return nil, "because", code
        end,
      })
      local _, err = pcall(client.list_vaults, client)
      assert.are.equal(attempts, sent)
      assert.are.equal(attempts, err.attempts)
      assert.are.equal(attempts > 1, err.retryable)
    end)
  end

  -- Title = { value that a host's transport raises, error code, part of the message, number of attempts }.
  local PASSING = { kind = "transport", code = "SSLError", message = "passed", retryable = false }
  for what, case in pairs {
    ["a text"] = { "boom", "EndpointConnectionError", "boom", 3 },
    ["nil"] = { nil, "EndpointConnectionError", _VERSION == "Lua 5.5" and "<no error object>" or "nil", 3 },
    ["an error object"] = { PASSING, "SSLError", "passed", 1 },
  } do
    it("raises an error object if its transport raises " .. what , function()
      local sent = 0
      local client = glacier.client(simulation.new():options {
        transport = function()
          sent = sent + 1
          error(case[1])
        end,
      })
      local _, err = pcall(client.list_vaults, client)
      assert.are.equal("transport", err.kind)
      assert.are.equal(case[2], err.code)
      assert.truthy(err.message:find(case[3], 1, true))
      assert.are.equal(case[4], sent)
    end)
  end

  it("is not made if the request for keys used up the timeout", function()
    local sim, sent = simulation.new(), 0
    local client = glacier.client(sim:options {
      timeout = 5, transport = function() sent = sent + 1 end,
      credentials = function()
        sim.now = sim.now + 6
        return { access_key_id = "AKID", secret_access_key = "EXAMPLE" }
      end,
    })
    local _, err = pcall(client.list_vaults, client)
    assert.are.equal("ReadTimeoutError", err.code)
    assert.are.equal(0, sent)
  end)

  it("is never made with invalid parameters", function()
    local run = scripted_client { fallback = reply.good() }
    local _, err = pcall(run.client.describe_vault, run.client, {})
    assert.are.equal("ParamValidationError", err.code)
    assert.are.same({}, run:stop())
  end)
end)

describe("attempts", function()
  -- Columns: { mode, max_attempts, number of requests }.
  local ROWS = {
    { "standard", nil, 3 }, { "legacy", nil, 5 }, { "adaptive", nil, 3 },
    { "standard", 1, 1 }, { "standard", 2, 2 }, { "standard", 7, 7 }, { "legacy", 1, 1 }, { "legacy", 2, 2 },
  }
  for _, row in ipairs(ROWS) do
    it(("end at %d in mode %s, max_attempts %s"):format(row[3], row[1], row[2] or "unset"), function()
      local _, requests, err =
        play_once({ fallback = reply.error(500) }, { retry_mode = row[1], max_attempts = row[2] })
      assert.are.equal(row[3], #requests)
      assert.are.equal(row[3], err.attempts)
      assert.is_true(err.response.ResponseMetadata.MaxAttemptsReached)
      assert.is_nil(err.response.ResponseMetadata.RetryQuotaReached)
      assert.are.equal(("An error occurred (500) when calling the ListVaults operation (reached max retries: %d): "
        .. "Internal Server Error"):format(row[3] - 1), tostring(err))
    end)
  end

  it("may be limited by a number larger than any integer", function()
    local _, requests = play_once(repeated(reply.error(500), 1, reply.good()), { max_attempts = 1e20 })
    assert.are.equal("attempt=2; max=100000000000000000000", requests[2].fields["amz-sdk-request"])
  end)

  -- Columns: { number of responses with status 503 before the last one, code of the last response, number of requests,
  -- words of tostring about retries }.
  local LAST = {
    { 0, "ResourceNotFoundException", 1, "" },
    { 1, "ResourceNotFoundException", 2, "" },
    -- as in botocore's legacy mode; the text of its standard mode would contain the 2 retries
    { 2, "ResourceNotFoundException", 3, "" },
    { 2, "ThrottlingException", 3, " (reached max retries: 2)" },
  }
  for _, row in ipairs(LAST) do
    it(("end with %s after %d failures with status 503, with the text '%s'"):format(row[2], row[1], row[4]), function()
      local _, requests, err = play_once(repeated(reply.error(503), row[1], reply.error(400, row[2])))
      assert.are.equal(row[3], #requests)
      assert.are.equal(row[4] ~= "" or nil, err.response.ResponseMetadata.MaxAttemptsReached)
      assert.are.equal(("An error occurred (%s) when calling the ListVaults operation%s: because")
        :format(row[2], row[4]), tostring(err))
    end)
  end

  it("are counted in the response of a success", function()
    for failures = 0, 2 do
      local _, requests, response = play_once(repeated(reply.error(500), failures, reply.good()))
      assert.are.equal(failures + 1, #requests)
      assert.are.equal(failures, response.ResponseMetadata.RetryAttempts)
      assert.is_nil(response.ResponseMetadata.MaxAttemptsReached)
    end
  end)

  it("are numbered, share one identifier, and are each signed again", function()
    local run = scripted_client({ fallback = reply.error(500) }, { max_attempts = 4 }, { random = 0 })
    local sim = run.sim
    sim.on_pause = function() sim.now = sim.now + 60 end
    run:list_vaults()
    sim.on_pause()
    run:list_vaults()
    local requests, seen = run:stop(), {}
    assert.are.equal(8, #requests)
    for i, request in ipairs(requests) do
      local number = (i - 1) % 4 + 1
      assert.are.equal(number == 1 and "attempt=1" or ("attempt=%d; max=4"):format(number),
        request.fields["amz-sdk-request"])
      local identifier, signature = request.fields["amz-sdk-invocation-id"], request.fields.authorization
      assert.truthy(identifier:find "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$")
      assert.are.equal(requests[i <= 4 and 1 or 5].fields["amz-sdk-invocation-id"], identifier)
      assert.is_nil(seen[signature])
      assert.is_nil(seen[request.fields["x-amz-date"]])
      seen[signature], seen[request.fields["x-amz-date"]] = true, true
    end
    assert.are_not.equal(requests[1].fields["amz-sdk-invocation-id"], requests[5].fields["amz-sdk-invocation-id"])
  end)

  it("send the same body each time", function()
    local run = scripted_client { reply.error(500), reply.error(503), reply.good() }
    run.client:set_vault_notifications {
      vaultName = "v", vaultNotificationConfig = { SNSTopic = "arn:x", Events = { "ArchiveRetrievalCompleted" } },
    }
    local requests = run:stop()
    assert.are.equal(3, #requests)
    assert.truthy(requests[1].body:find("arn:x", 1, true))
    assert.are.equal(requests[1].body, requests[2].body)
    assert.are.equal(requests[1].body, requests[3].body)
  end)
end)
