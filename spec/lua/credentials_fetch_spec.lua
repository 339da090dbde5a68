-- Fetches of keys that fail or are abandoned: what the callers that wait for them do.
local refreshable = require "glacier.credentials.refreshable"
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
  local function sealed() error("sealed", 0) end

  it("a fetch that fails is ignored while the old keys are valid", function()
    local place = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 2 then sealed() end
    end }
    once(place)
    place.now = place.now + 46 * MINUTE
    assert.are.equal("AKIA1", once(place))
    assert.are.equal("AKIA3", once(place))
  end)

  it("a fetch that fails raises a separate error object in each waiting caller", function()
    local place = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 2 then sealed() end
    end }
    once(place)
    place.now = place.now + 51 * MINUTE
    local list, seen = callers(place, 10), {}
    finish(list)
    for _, one in ipairs(list) do
      assert.are.equal("CredentialRetrievalError", one.err.code)
      assert.are.equal("Error when retrieving credentials from the function credentials: sealed", tostring(one.err))
      assert.is_nil(seen[one.err])
      seen[one.err] = true
    end
    assert.are.equal(2, place.calls)
    assert.are.equal("AKIA3", once(place))
  end)

  it("a fetch that fails at its caller's deadline does not fail the other callers", function()
    local place = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 1 then sealed() end
    end }
    local hurried = caller(place, waiting(nil, place, 1))
    local patient = caller(place)
    hurried.step()
    patient.step()
    place.now = place.now + 2
    finish { hurried, patient }
    assert.are.equal("CredentialRetrievalError", hurried.err.code)
    assert.are.equal("AKIA2", patient.key)
  end)

  it("a fetch that raises false raises false in its caller", function()
    local source = refreshable.new({ clock = os.time }, { provider = "test", fetch = function() error(false, 0) end })
    assert.are.same({ false, false }, { pcall(source.keys, source) })
  end)

  it("a fetch that the host cancels raises only in its caller", function()
    local place = world.new { env = { AWS_CONTAINER_CREDENTIALS_FULL_URI = "{URL}/keys" }, answer = function()
      return world.json { AccessKeyId = "ASIA", SecretAccessKey = "SECRET", Token = "SECRET",
        Expiration = world.at(3600) }
    end }
    finally(place.close)
    place.source = place.source()
    local cancelled = caller(place, waiting(function()
      if coroutine.yield() == "cancel" then error("cancelled", 0) end
    end))
    cancelled.step()
    local other = caller(place)
    other.step()
    coroutine.resume(cancelled.thread, "cancel")
    assert.are.equal("cancelled", cancelled.err)
    finish { other }
    assert.are.equal("ASIA", other.key)
  end)
end)

describe("glacier.credentials.refreshable", function()
  it("an abandoned fetch is taken over when its coroutine was collected", function()
    local place = at { lifetime = 60 * MINUTE }
    local dropped, waiter = caller(place), caller(place)
    dropped.step()
    waiter.step()
    dropped.thread = nil
    dropped = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    finish { waiter }
    assert.are.equal("AKIA2", waiter.key)
  end)

  it("an abandoned fetch is taken over after two minutes without a heartbeat", function()
    local place = at { lifetime = 60 * MINUTE }
    local stuck, waiter = caller(place), caller(place)
    stuck.step()
    for _ = 1, 100 do waiter.step() end
    assert.is_nil(waiter.key)
    place.now = place.now + 119
    for _ = 1, 100 do waiter.step() end
    assert.is_nil(waiter.key)
    place.now = place.now + 2
    finish { waiter }
    assert.are.equal("AKIA2", waiter.key)
    finish { stuck }
    assert.are.equal("AKIA2", stuck.key)
    assert.are.equal("AKIA2", once(place))
  end)

  it("a fetch is not taken over while its caller sleeps", function()
    local place = world.new { env = { AWS_CONTAINER_CREDENTIALS_FULL_URI = "{URL}/keys" }, answer = function()
      return world.json { AccessKeyId = "ASIA", SecretAccessKey = "SECRET", Token = "SECRET",
        Expiration = world.at(99999) }
    end }
    finally(place.close)
    place.source = place.source()
    local step, slow = place.service.step, 20
    place.service.step = function()
      slow = slow - 1
      if slow < 0 then step() end
    end
    local first, second = caller(place), caller(place)
    local first_over, second_over
    repeat
      first_over, second_over = first.step(), second.step()
      if slow > 0 then place.now = place.now + 30 end -- so that the first response does not seem to take hours
    until first_over and second_over
    assert.are.equal("ASIA", second.key)
    assert.are.equal(1, #place.requests)
  end)

  it("a fetch is not taken over while its caller waits for a descriptor", function()
    local place = at { lifetime = 60 * MINUTE }
    local calls = 0
    place.source._fetch = function(context)
      calls = calls + 1
      for _ = 1, 5 do context.readable(0, 30) end
      return { access_key_id = "AKIA" .. calls, secret_access_key = "SECRET" }
    end
    local first = caller(place, waiting { sleep = coroutine.yield, readable = coroutine.yield })
    local second = caller(place)
    repeat
      local over = first.step()
      over = second.step() and over
      place.now = place.now + 50
    until over
    assert.are.equal("AKIA1", second.key)
    assert.are.equal(1, calls)
  end)

  it("a caller that blocks does not wait for another caller's fetch", function()
    local place = at { lifetime = 60 * MINUTE }
    local started = caller(place)
    started.step()
    local blocking = caller(place, { remaining = function() return math.huge end })
    finish { blocking }
    assert.are.equal("AKIA2", blocking.key)
  end)

  it("a fetch does not wait for itself if its function requests keys", function()
    local place = world.new {}
    finally(place.close)
    local source, depth = nil, 0
    source = place.source(function()
      depth = depth + 1
      if depth == 1 then source:keys(waiting()) end
      return { access_key_id = "AKIA" .. depth, secret_access_key = "SECRET" }
    end)
    place.source = source
    assert.are.equal("AKIA2", once(place))
  end)

  it("a caller does not wait for another caller's fetch past its own deadline", function()
    local place = at { lifetime = 60 * MINUTE }
    local started = caller(place)
    started.step()
    local late = caller(place, waiting(nil, place, 5))
    late.step()
    place.now = place.now + 5
    finish { late }
    assert.are.equal("ReadTimeoutError", late.err.code)
    assert.are.equal("transport", late.err.kind)
    finish { started }
    assert.are.equal("AKIA1", started.key)
  end)
end)
