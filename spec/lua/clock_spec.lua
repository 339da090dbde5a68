-- How the client handles a service that rejects its clock or calls its token expired.
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local scripted_client = require "spec.support.scripted_client"
local reply = require "spec.support.reply"
local service = require "spec.support.local_service"

local NOW, HOUR = 1350000000, 3600

local function http_date(time)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", time)
end

-- Returns the time of a signature in the format of the header X-Amz-Date.
local function amz_date(time)
  return os.date("!%Y%m%dT%H%M%SZ", time)
end

local function rejection(offset, code)
  return reply.error(403, code or "InvalidSignatureException", { Date = http_date(NOW + offset) })
end

local function signed_at(requests)
  local times = {}
  for i, request in ipairs(requests) do times[i] = request.fields["x-amz-date"] end
  return times
end

describe("a clock that is wrong", function()
  local CODES = {
    "RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureException", "SignatureDoesNotMatch",
    "AuthFailure", "RequestInTheFuture",
  }
  for _, code in ipairs(CODES) do
    it("is corrected after " .. code .. " and the request is signed again", function()
      for _, mode in ipairs { "standard", "legacy", "adaptive" } do
        for _, offset in ipairs { HOUR, -HOUR, 241, -241, 9 * 365 * 24 * HOUR } do
          local run = scripted_client({ rejection(offset, code), reply.good() }, {
            retry_mode = mode, max_attempts = 1,
          })
          local good, response = run:list_vaults()
          assert.is_true(good)
          assert.are.equal(1, response.ResponseMetadata.RetryAttempts)
          assert.are.same({ amz_date(NOW), amz_date(NOW + offset) }, signed_at(run:stop()))
          assert.are.same({}, run.sim.pauses)
        end
      end
    end)
  end

  it("stays corrected for later calls", function()
    local run = scripted_client { rejection(HOUR), reply.good(), reply.good(), rejection(-HOUR), reply.good() }
    run:list_vaults()
    run.sim.now = NOW + 10
    run:list_vaults()
    run:list_vaults()
    assert.are.same({ amz_date(NOW), amz_date(NOW + HOUR), amz_date(NOW + HOUR + 10),
      amz_date(NOW + HOUR + 10), amz_date(NOW - HOUR) }, signed_at(run:stop()))
  end)

  it("is not corrected for another client", function()
    local run = scripted_client { rejection(HOUR), reply.good(), reply.good() }
    run:list_vaults()
    local other = glacier.client(run.sim:options { endpoint_url = run.server.url })
    other:list_vaults()
    assert.are.equal(amz_date(NOW), signed_at(run:stop())[3])
  end)

  it("is corrected only once in a call", function()
    local run = scripted_client { rejection(HOUR), rejection(3 * HOUR), reply.good() }
    local _, err = run:list_vaults()
    assert.are.equal("InvalidSignatureException", err.code)
    assert.are.equal(2, err.attempts)
    assert.is_false(err.retryable)
    assert.are.equal(2, #run:stop())
  end)

  it("is corrected without a pause, between two retries with pauses", function()
    local script = { reply.error(500), rejection(HOUR), reply.error(500), reply.good() }
    local run = scripted_client(script, { max_attempts = 4 })
    local good, response = run:list_vaults()
    assert.is_true(good)
    assert.are.equal(3, response.ResponseMetadata.RetryAttempts)
    assert.are.equal(2, #run.sim.pauses)
    run:stop()
  end)

  it("is corrected in addition to max_attempts", function()
    local run = scripted_client({ rejection(HOUR), reply.error(500), reply.error(500), reply.good() }, {
      max_attempts = 2,
    })
    local _, err = run:list_vaults()
    assert.are.equal("500", err.code)
    assert.are.equal(3, err.attempts)
    assert.is_true(err.response.ResponseMetadata.MaxAttemptsReached)
    assert.are.equal(1, #run.sim.pauses)
    assert.are.equal(3, #run:stop())
  end)

  it("is corrected at no cost for the retry quota", function()
    -- The quota of 500 allows 35 retries after a 500 and then two after a throttle.
    local throttle = reply.error(400, "ThrottlingException")
    local script = { fallback = reply.error(500), [37] = rejection(HOUR), [38] = throttle, [39] = throttle,
      [40] = throttle, [41] = reply.good() }
    for i = 1, 36 do script[i] = reply.error(500) end
    local run = scripted_client(script, { max_attempts = 1000 })
    run:list_vaults()
    assert.are.equal(36, run:count())
    local _, err = run:list_vaults()
    assert.are.equal(4, err.attempts)
    assert.is_true(err.response.ResponseMetadata.RetryQuotaReached)
    run:stop()
  end)

  it("is corrected for several calls in flight, with one more request for each", function()
    local waiting, sent = {}, 0
    local client = glacier.client(simulation.new():options {
      transport = function(request)
        sent = sent + 1
        local time = request.headers["X-Amz-Date"]
        coroutine.yield()
        if time == amz_date(NOW) then
          return { status = 403, headers = { Date = http_date(NOW + HOUR) },
            body = '{"code":"InvalidSignatureException","message":"because"}' }
        end
        return { status = 200, body = "{}" }
      end,
    })
    for i = 1, 3 do waiting[i] = coroutine.create(function() return client:list_vaults() end) end
    for _ = 1, 3 do
      for _, thread in ipairs(waiting) do assert(coroutine.resume(thread)) end
    end
    assert.are.equal(6, sent)
    for _, thread in ipairs(waiting) do assert.are.equal("dead", coroutine.status(thread)) end
  end)

  -- Responses that do not show that the client's clock is wrong.
  local LEFT_ALONE = {
    ["a Date four minutes ahead"] = rejection(240),
    ["a Date four minutes behind"] = rejection(-240),
    ["the same Date"] = rejection(0),
    ["no Date"] = reply.error(403, "InvalidSignatureException"),
    ["an empty Date"] = reply.error(403, "InvalidSignatureException", { Date = "" }),
    ["a malformed Date"] = reply.error(403, "InvalidSignatureException", { Date = "tomorrow" }),
    ["another code"] = rejection(HOUR, "AccessDeniedException"),
    ["a token that is not known"] = rejection(HOUR, "UnrecognizedClientException"),
  }
  for what, script in pairs(LEFT_ALONE) do
    it("is not corrected after an error with " .. what, function()
      local run = scripted_client { script, reply.good(), reply.good() }
      local good, err = run:list_vaults()
      assert.is_false(good)
      assert.are.equal(1, err.attempts)
      run:list_vaults()
      assert.are.same({ amz_date(NOW), amz_date(NOW) }, signed_at(run:stop()))
    end)
  end

  it("stays unchanged if the request arrived too late; the request is signed again once", function()
    local sim
    local late = reply.error(403, "InvalidSignatureException", { Date = http_date(NOW + 600) })
    local run = scripted_client({ late, late, reply.good() }, {}, {
      listener = function(event) -- ten minutes pass while the first request is sent
        if event.event == "send" and event.attempt == 1 then sim.now = sim.now + 600 end
      end,
    })
    sim = run.sim
    local good, err = run:list_vaults()
    assert.is_false(good)
    assert.are.equal(2, err.attempts)
    assert.are.same({ amz_date(NOW), amz_date(NOW + 600) }, signed_at(run:stop()))
  end)

  it("is not corrected by the Date of a success or of an outage", function()
    local headers = { Date = http_date(NOW + HOUR) }
    local script = { reply.good(headers), reply.error(500, nil, headers), reply.good() }
    local run = scripted_client(script, {}, { random = 0 })
    run:list_vaults()
    run:list_vaults()
    assert.are.same({ amz_date(NOW), amz_date(NOW), amz_date(NOW) }, signed_at(run:stop()))
  end)
end)

describe("a service whose clock differs", function()
  for _, offset in ipairs { 7200, -7200 } do
    it(("accepts the corrected signature if its clock is off by %d s"):format(offset), function()
      local running = service.start { clock_offset = offset }
      local sim = simulation.new { now = os.time() }
      local client = glacier.client(sim:options {
        region = running.region, endpoint_url = running.url,
        credentials = { access_key_id = running.access_key_id, secret_access_key = running.secret_access_key },
      })
      client:create_vault { vaultName = "v" }
      local second = client:describe_vault { vaultName = "v" }
      running.stop()
      assert.are.equal("v", second.VaultName)
      assert.are.equal(0, second.ResponseMetadata.RetryAttempts)
      local retries = sim:events_of "retry"
      assert.are.equal(1, #retries)
      assert.are.equal("clock", retries[1].reason)
      assert.are.equal("CreateVault", retries[1].operation)
    end)
  end

  it("rejects the corrected signature if the secret key is wrong", function()
    local running = service.start { clock_offset = 7200 }
    local client = glacier.client(simulation.new { now = os.time() }:options {
      region = running.region, endpoint_url = running.url,
      credentials = { access_key_id = running.access_key_id, secret_access_key = "wrong" },
    })
    local _, err = pcall(client.list_vaults, client)
    running.stop()
    assert.are.equal("InvalidSignatureException", err.code)
    assert.are.equal(2, err.attempts)
  end)
end)

describe("a session token that has expired", function()
  -- Returns a function that gives different keys at each call.
  local function fresh_keys()
    local asked = 0
    return function()
      asked = asked + 1
      return { access_key_id = "KEY" .. asked, secret_access_key = "SECRET", session_token = "TOKEN" .. asked }
    end
  end

  for _, code in ipairs { "ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired" } do
    it("is replaced after " .. code .. " and the request is signed again", function()
      local script = { reply.error(403, code), reply.good() }
      local run = scripted_client(script, { credentials = fresh_keys(), max_attempts = 1 })
      local good, response = run:list_vaults()
      local requests = run:stop()
      assert.is_true(good)
      assert.are.equal(1, response.ResponseMetadata.RetryAttempts)
      assert.are_not.equal(requests[1].fields["x-amz-security-token"], requests[2].fields["x-amz-security-token"])
      assert.are.same({}, run.sim.pauses)
    end)
  end

  it("is replaced in addition to max_attempts", function()
    local script = { reply.error(403, "ExpiredTokenException"), reply.error(500), reply.good() }
    local run = scripted_client(script, { credentials = fresh_keys(), max_attempts = 2 })
    local good = run:list_vaults()
    assert.is_true(good)
    assert.are.equal(3, #run:stop())
  end)

  it("is replaced only once in a call", function()
    local script = { fallback = reply.error(403, "ExpiredTokenException") }
    local run = scripted_client(script, { credentials = fresh_keys() })
    local _, err = run:list_vaults()
    assert.are.equal(2, #run:stop())
    assert.are.equal(2, err.attempts)
    assert.are.equal("ExpiredTokenException", err.code)
    assert.is_false(err.retryable)
  end)

  it("is not replaced if the keys are given in a table", function()
    local run = scripted_client({ fallback = reply.error(403, "ExpiredTokenException") }, {
      credentials = { access_key_id = "KEY", secret_access_key = "SECRET", session_token = "TOKEN" },
    })
    local _, err = run:list_vaults()
    assert.are.equal(1, #run:stop())
    assert.are.equal("ExpiredTokenException", err.code)
  end)
end)
