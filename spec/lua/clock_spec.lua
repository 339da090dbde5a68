-- What the service holds for a wrong clock or an expired token, and what the client does about it.
local glacier = require "glacier"
local hosts = require "spec.support.host"
local play = require "spec.support.play"
local reply = require "spec.support.reply"
local service = require "spec.local.service"

local NOW, HOUR = 1350000000, 3600

local function http_date(time)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", time)
end

-- When a request was signed, in the header's form.
local function amz_date(time)
  return os.date("!%Y%m%dT%H%M%SZ", time)
end

local function refusal(offset, code)
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
    it("is corrected after " .. code .. ", and the request signed once more", function()
      for _, mode in ipairs { "standard", "legacy", "adaptive" } do
        for _, offset in ipairs { HOUR, -HOUR, 241, -241, 9 * 365 * 24 * HOUR } do
          local played = play({ refusal(offset, code), reply.good() }, { retry_mode = mode, max_attempts = 1 })
          local good, response = played:list_vaults()
          assert.is_true(good)
          assert.are.equal(1, response.ResponseMetadata.RetryAttempts)
          assert.are.same({ amz_date(NOW), amz_date(NOW + offset) }, signed_at(played:stop()))
          assert.are.same({}, played.host.pauses)
        end
      end
    end)
  end

  it("stays corrected for later calls, and goes on", function()
    local played = play { refusal(HOUR), reply.good(), reply.good(), refusal(-HOUR), reply.good() }
    played:list_vaults()
    played.host.now = NOW + 10
    played:list_vaults()
    played:list_vaults()
    assert.are.same({ amz_date(NOW), amz_date(NOW + HOUR), amz_date(NOW + HOUR + 10),
      amz_date(NOW + HOUR + 10), amz_date(NOW - HOUR) }, signed_at(played:stop()))
  end)

  it("is another client's own affair", function()
    local played = play { refusal(HOUR), reply.good(), reply.good() }
    played:list_vaults()
    local other = glacier.client(played.host:options { endpoint_url = played.server.url })
    other:list_vaults()
    assert.are.equal(amz_date(NOW), signed_at(played:stop())[3])
  end)

  it("is corrected once in a call", function()
    local played = play { refusal(HOUR), refusal(3 * HOUR), reply.good() }
    local _, err = played:list_vaults()
    assert.are.equal("InvalidSignatureException", err.code)
    assert.are.equal(2, err.attempts)
    assert.is_false(err.retryable)
    assert.are.equal(2, #played:stop())
  end)

  it("costs nothing of the quota and no attempt of the others", function()
    local played = play({ reply.error(500), refusal(HOUR), reply.error(500), reply.good() }, { max_attempts = 4 })
    local good, response = played:list_vaults()
    assert.is_true(good)
    assert.are.equal(3, response.ResponseMetadata.RetryAttempts)
    assert.are.equal(2, #played.host.pauses)
    played:stop()
  end)

  it("is corrected for each of several calls that were under way", function()
    local waiting, carried = {}, 0
    local client = glacier.client(hosts.new():options {
      transport = function(request)
        carried = carried + 1
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
    assert.are.equal(6, carried)
    for _, thread in ipairs(waiting) do assert.are.equal("dead", coroutine.status(thread)) end
  end)

  -- Replies after which the clock is not to blame.
  local LEFT_ALONE = {
    ["a Date four minutes ahead"] = refusal(240),
    ["a Date four minutes behind"] = refusal(-240),
    ["the same Date"] = refusal(0),
    ["no Date"] = reply.error(403, "InvalidSignatureException"),
    ["an empty Date"] = reply.error(403, "InvalidSignatureException", { Date = "" }),
    ["a Date that is none"] = reply.error(403, "InvalidSignatureException", { Date = "tomorrow" }),
    ["a Date of another form"] = reply.error(403, "InvalidSignatureException", { Date = "2012-10-12T01:00:00Z" }),
    ["another code"] = refusal(HOUR, "AccessDeniedException"),
    ["a token that is not known"] = refusal(HOUR, "UnrecognizedClientException"),
  }
  for what, script in pairs(LEFT_ALONE) do
    it("is not what a refusal with " .. what .. " is about", function()
      local played = play { script, reply.good(), reply.good() }
      local good, err = played:list_vaults()
      assert.is_false(good)
      assert.are.equal(1, err.attempts)
      played:list_vaults()
      assert.are.same({ amz_date(NOW), amz_date(NOW) }, signed_at(played:stop()))
    end)
  end

  it("is no reason to trust the Date of a success, or of an outage", function()
    local headers = { Date = http_date(NOW + HOUR) }
    local played = play({ reply.good(headers), reply.error(500, nil, headers), reply.good() }, {}, { chance = 0 })
    played:list_vaults()
    played:list_vaults()
    assert.are.same({ amz_date(NOW), amz_date(NOW), amz_date(NOW) }, signed_at(played:stop()))
  end)
end)

describe("a service whose clock differs", function()
  for _, offset in ipairs { 7200, -7200 } do
    it(("by %d s is served"):format(offset), function()
      local running = service.start { clock_offset = offset }
      local host = hosts.new { now = os.time() }
      local client = glacier.client(host:options {
        region = running.region, endpoint_url = running.url,
        credentials = { access_key_id = running.access_key_id, secret_access_key = running.secret_access_key },
      })
      client:create_vault { vaultName = "v" }
      local second = client:describe_vault { vaultName = "v" }
      running.stop()
      assert.are.equal("v", second.VaultName)
      assert.are.equal(0, second.ResponseMetadata.RetryAttempts)
      local retries = host:events_of "retry"
      assert.are.equal(1, #retries)
      assert.are.equal("clock", retries[1].reason)
      assert.are.equal("CreateVault", retries[1].operation)
    end)
  end

  it("is not served where the secret is wrong as well", function()
    local running = service.start { clock_offset = 7200 }
    local client = glacier.client(hosts.new { now = os.time() }:options {
      region = running.region, endpoint_url = running.url,
      credentials = { access_key_id = running.access_key_id, secret_access_key = "wrong" },
    })
    local _, err = pcall(client.list_vaults, client)
    running.stop()
    assert.are.equal("InvalidSignatureException", err.code)
    assert.are.equal(2, err.attempts)
  end)
end)

describe("a token that has expired", function()
  -- Keys that are new each time they are asked for.
  local function fresh_keys()
    local asked = 0
    return function()
      asked = asked + 1
      return { access_key_id = "KEY" .. asked, secret_access_key = "SECRET", session_token = "TOKEN" .. asked }
    end
  end

  for _, code in ipairs { "ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired" } do
    it("is replaced after " .. code .. ", and the request signed once more", function()
      local played = play({ reply.error(403, code), reply.good() }, { credentials = fresh_keys(), max_attempts = 1 })
      local good, response = played:list_vaults()
      local requests = played:stop()
      assert.is_true(good)
      assert.are.equal(1, response.ResponseMetadata.RetryAttempts)
      assert.are_not.equal(requests[1].fields["x-amz-security-token"], requests[2].fields["x-amz-security-token"])
      assert.are.same({}, played.host.pauses)
    end)
  end

  it("is replaced once in a call", function()
    local played = play({ fallback = reply.error(403, "ExpiredTokenException") }, { credentials = fresh_keys() })
    local _, err = played:list_vaults()
    assert.are.equal(2, #played:stop())
    assert.are.equal(2, err.attempts)
    assert.are.equal("ExpiredTokenException", err.code)
    assert.is_false(err.retryable)
  end)

  it("is what it is where the keys are given as they are", function()
    local played = play({ fallback = reply.error(403, "ExpiredTokenException") }, {
      credentials = { access_key_id = "KEY", secret_access_key = "SECRET", session_token = "TOKEN" },
    })
    local _, err = played:list_vaults()
    assert.are.equal(1, #played:stop())
    assert.are.equal("ExpiredTokenException", err.code)
  end)
end)
