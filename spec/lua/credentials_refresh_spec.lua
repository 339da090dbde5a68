-- Keys that expire: when they are fetched again, and which callers use the new keys.
local key_calls = require "spec.support.calls_for_keys"
local world = require "spec.support.credentials_world"

local MINUTE = 60
local waiting, caller, callers, finish, once =
  key_calls.waiting, key_calls.caller, key_calls.callers, key_calls.finish, key_calls.once

-- Returns a world whose keys come from a function. The function yields twice before it returns, like a function that
-- waits for a network. Fields of `given`: lifetime (seconds), and fail(n), which may raise in the n-th call.
local function at(given)
  local place = world.new {}
  finally(place.close)
  place.calls, place.ended = 0, 0
  place.source = place.source(function()
    place.calls = place.calls + 1
    local call = place.calls
    if coroutine.isyieldable == nil or coroutine.isyieldable() then
      coroutine.yield()
      coroutine.yield()
    end
    place.ended = place.ended + 1
    if given.fail then given.fail(call) end
    return { access_key_id = "AKIA" .. call, secret_access_key = "SECRET", expiration = place.now + given.lifetime }
  end)
  return place
end

describe("glacier.credentials.refreshable", function()
  it("keys that expire are kept until 15 minutes before the expiry", function()
    local place = at { lifetime = 60 * MINUTE }
    assert.are.equal("AKIA1", once(place))
    place.now = place.now + 45 * MINUTE
    assert.are.equal("AKIA1", once(place))
    assert.are.equal(1, place.calls)
    place.now = place.now + 1
    assert.are.equal("AKIA2", once(place))
    assert.are.equal(2, place.calls)
  end)

  it("keys that expire are fetched once for all callers", function()
    local place = at { lifetime = 60 * MINUTE }
    local list = callers(place, 20)
    finish(list)
    for _, one in ipairs(list) do assert.are.equal("AKIA1", one.key) end
    assert.are.equal(1, place.calls)
  end)

  it("keys that expire are fetched once for all callers in the last 10 minutes", function()
    local place = at { lifetime = 60 * MINUTE }
    once(place)
    place.now = place.now + 50 * MINUTE + 1
    local list = callers(place, 20)
    finish(list)
    for _, one in ipairs(list) do assert.are.equal("AKIA2", one.key) end
    assert.are.equal(2, place.calls)
  end)

  it("keys that expire are fetched by one caller in the last 15 minutes, while others use the old keys", function()
    local place = at { lifetime = 60 * MINUTE }
    once(place)
    place.now = place.now + 50 * MINUTE
    local first, second = caller(place), caller(place)
    first.step()
    assert.is_true(second.step())
    assert.are.equal("AKIA1", second.key)
    finish { first }
    assert.are.equal("AKIA2", first.key)
    assert.are.equal(2, place.calls)
  end)

  it("keys that expire too soon are also fetched once for all callers", function()
    local place = at { lifetime = 5 * MINUTE }
    local list = callers(place, 10)
    finish(list)
    for _, one in ipairs(list) do assert.are.equal("AKIA1", one.key) end
    assert.are.equal(1, place.calls)
    assert.are.equal("AKIA2", once(place))
  end)

  it("keys that are already expired when they arrive are an error, and the old keys stay", function()
    local lifetime = 60 * MINUTE
    local place = at { lifetime = 0 }
    local source = place.source
    local give = source._fetch
    source._fetch = function(context)
      local keys = give(context)
      keys.expiration = place.now + lifetime
      return keys
    end
    once(place)
    lifetime = -1
    place.now = place.now + 46 * MINUTE
    assert.are.equal("AKIA1", once(place))
    place.now = place.now + 5 * MINUTE
    local _, err = once(place)
    assert.truthy(err.message:find("the refreshed credentials are still expired", 1, true))
  end)

  it("keys that expire are logged when they are refreshed, without a secret", function()
    local place = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 2 then error("sealed", 0) end
    end }
    once(place)
    place.now = place.now + 46 * MINUTE
    once(place)
    assert.are.same({
      { event = "refresh", provider = "the function credentials", duration = 0, expiration = 1700003600 },
      { event = "refresh", provider = "the function credentials", duration = 0, code = "CredentialRetrievalError" },
    }, place.events)
    world.check_silence(place.events)
  end)
end)

describe("glacier.credentials.refreshable", function()
  it("keys that the service calls expired are fetched again before their expiration", function()
    local place = at { lifetime = 60 * MINUTE }
    once(place)
    local done = coroutine.wrap(function() return place.source:refresh(waiting()) end)
    local result
    for _ = 1, 10 do
      result = done()
      if result ~= nil then break end
    end
    assert.is_true(result)
    assert.are.equal("AKIA2", once(place))
  end)

  it("keys that the service calls expired are fetched once for all callers that had them", function()
    local place = at { lifetime = 60 * MINUTE }
    once(place)
    local old, results = place.source:keys(), {}
    local threads = {}
    for i = 1, 5 do
      threads[i] = { step = function() end }
      local thread = coroutine.create(function()
        results[i] = place.source:refresh(waiting(), old)
      end)
      threads[i].step = function()
        if coroutine.status(thread) ~= "dead" then assert(coroutine.resume(thread)) end
        return coroutine.status(thread) == "dead"
      end
    end
    finish(threads)
    assert.are.same({ true, true, true, true, true }, results)
    assert.is_true(place.source:refresh({}, old))
    assert.are.equal(2, place.calls)
  end)

  it("keys that the service calls expired stay if there are no others", function()
    local place = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 2 then error("sealed", 0) end
    end }
    once(place)
    local thread = coroutine.wrap(function() return place.source:refresh(waiting()) end)
    local good, err
    repeat good, err = thread() until good ~= nil
    assert.is_false(good)
    assert.are.equal("CredentialRetrievalError", err.code)
    assert.are.equal("AKIA1", once(place))
  end)
end)

describe("glacier.credentials.refreshable", function()
  it("keys of a role are refreshed once for all callers, and the source keys when they expire", function()
    local printed = 0
    local place = world.new {
      env = { AWS_ENDPOINT_URL_STS = "{URL}/sts", AWS_CONTAINER_CREDENTIALS_FULL_URI = "{URL}/keys" },
      config = "[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = EcsContainer\n",
      answer = function(request)
        if request.target == "/sts" then return world.sts("AssumeRole", { Expiration = world.at(7200) }) end
        printed = printed + 1
        return world.json { AccessKeyId = "ASIA" .. printed, SecretAccessKey = "SECRET", Token = "SECRET",
          Expiration = world.at(3600) }
      end,
    }
    finally(place.close)
    place.source = place.source()
    finish(callers(place, 8))
    assert.are.equal(2, #place.requests)
    place.now = place.now + 7200 - 601
    assert.are.equal("ASIASTS", once(place))
    assert.are.equal(3, #place.requests)
    place.now = place.now + 2
    local _, err = once(place)
    assert.are.equal("Error when retrieving credentials from container-role: Credentials were refreshed, but the "
      .. "refreshed credentials are still expired.", err.message)
  end)
end)

describe("glacier.credentials.refreshable", function()
  it("the object that holds the keys does not show them", function()
    local place = at { lifetime = 60 * MINUTE }
    once(place)
    local seen = {}
    local function look(value)
      if type(value) == "table" and not seen[value] then
        seen[value] = true
        for key, item in pairs(value) do look(key) look(item) end
      elseif type(value) == "string" then
        world.check_silence(value)
      end
    end
    look(place.source)
    world.check_silence(tostring(place.source), tostring(place.source:keys()))
    assert.are.equal(tostring(place.source), "glacier.credentials (the function credentials)")
  end)
end)
