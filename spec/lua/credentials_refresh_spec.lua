-- Keys that expire: when they are fetched again, and which callers use the new keys.
local key_calls = require "spec.support.calls_for_keys"
local worlds = require "spec.support.credentials_world"

local MINUTE = 60
local waiting, caller, callers, finish, once =
  key_calls.waiting, key_calls.caller, key_calls.callers, key_calls.finish, key_calls.once

local function at(given)
  local world = key_calls.world(given)
  finally(world.close)
  return world
end

describe("glacier.credentials.refreshable", function()
  it("keys that expire are kept until 15 minutes before the expiry", function()
    local world = at { lifetime = 60 * MINUTE }
    assert.are.equal("AKIA1", once(world))
    world.now = world.now + 45 * MINUTE
    assert.are.equal("AKIA1", once(world))
    assert.are.equal(1, world.calls)
    world.now = world.now + 1
    assert.are.equal("AKIA2", once(world))
    assert.are.equal(2, world.calls)
  end)

  it("keys that expire are fetched once for all callers", function()
    local world = at { lifetime = 60 * MINUTE }
    local list = callers(world, 20)
    finish(list)
    for _, one in ipairs(list) do assert.are.equal("AKIA1", one.key) end
    assert.are.equal(1, world.calls)
  end)

  it("keys that expire are fetched once for all callers in the last 10 minutes", function()
    local world = at { lifetime = 60 * MINUTE }
    once(world)
    world.now = world.now + 50 * MINUTE + 1
    local list = callers(world, 20)
    finish(list)
    for _, one in ipairs(list) do assert.are.equal("AKIA2", one.key) end
    assert.are.equal(2, world.calls)
  end)

  it("keys are fetched by one caller from 15 to 10 minutes before the expiry, while others use the old ones", function()
    local world = at { lifetime = 60 * MINUTE }
    once(world)
    world.now = world.now + 50 * MINUTE
    local first, second = caller(world), caller(world)
    first.step()
    assert.is_true(second.step())
    assert.are.equal("AKIA1", second.key)
    finish { first }
    assert.are.equal("AKIA2", first.key)
    assert.are.equal(2, world.calls)
  end)

  it("keys that expire too soon are also fetched once for all callers", function()
    local world = at { lifetime = 5 * MINUTE }
    local list = callers(world, 10)
    finish(list)
    for _, one in ipairs(list) do assert.are.equal("AKIA1", one.key) end
    assert.are.equal(1, world.calls)
    assert.are.equal("AKIA2", once(world))
  end)

  it("keys that are already expired when they arrive are an error, and the old keys stay", function()
    local lifetime = 60 * MINUTE
    local world = at { lifetime = 0 }
    local source = world.source
    local give = source._fetch
    source._fetch = function(context)
      local keys = give(context)
      keys.expiration = world.now + lifetime
      return keys
    end
    once(world)
    lifetime = -1
    world.now = world.now + 46 * MINUTE
    assert.are.equal("AKIA1", once(world))
    world.now = world.now + 5 * MINUTE
    local _, err = once(world)
    assert.truthy(err.message:find("the refreshed credentials are still expired", 1, true))
  end)

  it("keys that expire are logged when they are refreshed, without a secret", function()
    local world = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 2 then error("sealed", 0) end
    end }
    once(world)
    world.now = world.now + 46 * MINUTE
    once(world)
    assert.are.same({
      { event = "refresh", provider = "the option credentials", duration = 0, expiration = 1700003600 },
      { event = "refresh", provider = "the option credentials", duration = 0, code = "CredentialRetrievalError" },
    }, world.events)
    worlds.check_silence(world.events)
  end)
end)

describe("glacier.credentials.refreshable", function()
  it("keys that the service calls expired are fetched again before their expiration", function()
    local world = at { lifetime = 60 * MINUTE }
    once(world)
    local done = coroutine.wrap(function() return world.source:refresh(waiting()) end)
    local result
    for _ = 1, 10 do
      result = done()
      if result ~= nil then break end
    end
    assert.is_true(result)
    assert.are.equal("AKIA2", once(world))
  end)

  it("keys that the service calls expired are fetched once for all callers that had them", function()
    local world = at { lifetime = 60 * MINUTE }
    once(world)
    local old, results = world.source:keys(), {}
    local threads = {}
    for i = 1, 5 do
      threads[i] = { step = function() end }
      local thread = coroutine.create(function()
        results[i] = world.source:refresh(waiting(), old)
      end)
      threads[i].step = function()
        if coroutine.status(thread) ~= "dead" then assert(coroutine.resume(thread)) end
        return coroutine.status(thread) == "dead"
      end
    end
    finish(threads)
    assert.are.same({ true, true, true, true, true }, results)
    assert.is_true(world.source:refresh({}, old))
    assert.are.equal(2, world.calls)
  end)

  it("keys that the service calls expired stay if there are no others", function()
    local world = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 2 then error("sealed", 0) end
    end }
    once(world)
    local thread = coroutine.wrap(function() return world.source:refresh(waiting()) end)
    local good, err
    repeat good, err = thread() until good ~= nil
    assert.is_false(good)
    assert.are.equal("CredentialRetrievalError", err.code)
    assert.are.equal("AKIA1", once(world))
  end)
end)

describe("glacier.credentials.refreshable", function()
  it("keys of a role are fetched once for all callers, and the source keys again when they expire", function()
    local printed = 0
    local world = worlds.new {
      env = { AWS_ENDPOINT_URL_STS = "{URL}/sts", AWS_CONTAINER_CREDENTIALS_FULL_URI = "{URL}/keys" },
      config = "[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = EcsContainer\n",
      answer = function(request)
        if request.target == "/sts" then return worlds.sts("AssumeRole", { Expiration = worlds.at(7200) }) end
        printed = printed + 1
        return worlds.json { AccessKeyId = "ASIA" .. printed, SecretAccessKey = "SECRET", Token = "SECRET",
          Expiration = worlds.at(3600) }
      end,
    }
    finally(world.close)
    world.source = world.source()
    finish(callers(world, 8))
    assert.are.equal(2, #world.requests)
    world.now = world.now + 7200 - 601
    assert.are.equal("ASIASTS", once(world))
    assert.are.equal(3, #world.requests)
    world.now = world.now + 2
    local _, err = once(world)
    assert.are.equal("Error when retrieving credentials from container-role: Credentials were refreshed, but the "
      .. "refreshed credentials are still expired.", err.message)
  end)
end)

describe("glacier.credentials.refreshable", function()
  it("the object that holds the keys does not show them", function()
    local world = at { lifetime = 60 * MINUTE }
    once(world)
    local seen = {}
    local function look(value)
      if type(value) == "table" and not seen[value] then
        seen[value] = true
        for key, item in pairs(value) do look(key) look(item) end
      elseif type(value) == "string" then
        worlds.check_silence(value)
      end
    end
    look(world.source)
    worlds.check_silence(tostring(world.source), tostring(world.source:keys()))
    assert.are.equal(tostring(world.source), "glacier.credentials (the option credentials)")
  end)
end)
