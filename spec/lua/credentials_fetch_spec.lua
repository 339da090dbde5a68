-- Fetches of keys that fail or are abandoned: what the callers that wait for them do.
local refreshable = require "glacier.credentials.refreshable"
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
  local function sealed() error("sealed", 0) end

  it("a fetch that fails is ignored until 10 minutes before the expiry", function()
    local world = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 2 then sealed() end
    end }
    once(world)
    world.now = world.now + 46 * MINUTE
    assert.are.equal("AKIA1", once(world))
    assert.are.equal("AKIA3", once(world))
  end)

  it("a fetch that fails raises a separate error object in each waiting caller", function()
    local world = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 2 then sealed() end
    end }
    once(world)
    world.now = world.now + 51 * MINUTE
    local list, seen = callers(world, 10), {}
    finish(list)
    for _, one in ipairs(list) do
      assert.are.equal("CredentialRetrievalError", one.err.code)
      assert.are.equal("Error when retrieving credentials from the option credentials: sealed", tostring(one.err))
      assert.is_nil(seen[one.err])
      seen[one.err] = true
    end
    assert.are.equal(2, world.calls)
    assert.are.equal("AKIA3", once(world))
  end)

  it("a fetch that fails at its caller's deadline does not fail the other callers", function()
    local world = at { lifetime = 60 * MINUTE, fail = function(call)
      if call == 1 then sealed() end
    end }
    local hurried = caller(world, waiting(nil, world, 1))
    local patient = caller(world)
    hurried.step()
    patient.step()
    world.now = world.now + 2
    finish { hurried, patient }
    assert.are.equal("CredentialRetrievalError", hurried.err.code)
    assert.are.equal("AKIA2", patient.key)
  end)

  it("a fetch that raises false raises false in its caller", function()
    local source = refreshable.new({ clock = os.time }, { provider = "test", fetch = function() error(false, 0) end })
    assert.are.same({ false, false }, { pcall(source.keys, source) })
  end)

  it("a fetch that the host cancels raises only in its caller", function()
    local world = worlds.new { env = { AWS_CONTAINER_CREDENTIALS_FULL_URI = "{URL}/keys" }, answer = function()
      return worlds.json { AccessKeyId = "ASIA", SecretAccessKey = "SECRET", Token = "SECRET",
        Expiration = worlds.at(3600) }
    end }
    finally(world.close)
    world.source = world.source()
    local cancelled = caller(world, waiting(function()
      if coroutine.yield() == "cancel" then error("cancelled", 0) end
    end))
    cancelled.step()
    local other = caller(world)
    other.step()
    coroutine.resume(cancelled.thread, "cancel")
    assert.are.equal("cancelled", cancelled.err)
    finish { other }
    assert.are.equal("ASIA", other.key)
  end)
end)

describe("glacier.credentials.refreshable", function()
  it("an abandoned fetch is taken over when its coroutine was collected", function()
    local world = at { lifetime = 60 * MINUTE }
    local dropped, waiter = caller(world), caller(world)
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
    local world = at { lifetime = 60 * MINUTE }
    local stuck, waiter = caller(world), caller(world)
    stuck.step()
    for _ = 1, 100 do waiter.step() end
    assert.is_nil(waiter.key)
    world.now = world.now + 119
    for _ = 1, 100 do waiter.step() end
    assert.is_nil(waiter.key)
    world.now = world.now + 2
    finish { waiter }
    assert.are.equal("AKIA2", waiter.key)
    finish { stuck }
    assert.are.equal("AKIA2", stuck.key)
    assert.are.equal("AKIA2", once(world))
  end)

  it("an abandoned fetch that ends before the later one gives its keys to its caller", function()
    local world = at { lifetime = 60 * MINUTE }
    once(world)
    world.now = world.now + 61 * MINUTE
    local stuck, waiter = caller(world), caller(world)
    stuck.step()
    waiter.step()
    world.now = world.now + 121
    repeat waiter.step() until world.calls == 3
    finish { stuck }
    assert.are.equal("AKIA2", stuck.key)
    finish { waiter }
    assert.are.equal("AKIA3", waiter.key)
    assert.are.equal("AKIA3", once(world))
  end)

  it("a fetch is not taken over while its caller waits for a slow response", function()
    local world = worlds.new { env = { AWS_CONTAINER_CREDENTIALS_FULL_URI = "{URL}/keys" }, answer = function()
      return worlds.json { AccessKeyId = "ASIA", SecretAccessKey = "SECRET", Token = "SECRET",
        Expiration = worlds.at(99999) }
    end }
    finally(world.close)
    world.source = world.source()
    local step, slow = world.service.step, 20
    world.service.step = function()
      slow = slow - 1
      if slow < 0 then step() end
    end
    local first, second = caller(world), caller(world)
    local first_over, second_over
    repeat
      first_over, second_over = first.step(), second.step()
      if slow > 0 then world.now = world.now + 30 end -- later the clock stops, because the number of polls varies
    until first_over and second_over
    assert.are.equal("ASIA", second.key)
    assert.are.equal(1, #world.requests)
  end)

  -- Starts a fetch with this context, whose function calls `wait(context)` five times. Each wait takes 50 seconds. A
  -- second caller then gets the keys of the same fetch.
  local function assert_not_taken_over(context, wait)
    local world, calls = at { lifetime = 60 * MINUTE }, 0
    world.source._fetch = function(inner)
      calls = calls + 1
      for _ = 1, 5 do wait(inner) end
      return { access_key_id = "AKIA" .. calls, secret_access_key = "SECRET" }
    end
    local first, second = caller(world, context), caller(world)
    repeat
      local over = first.step()
      over = second.step() and over
      world.now = world.now + 50
    until over
    assert.are.equal("AKIA1", second.key)
    assert.are.equal(1, calls)
  end

  it("a fetch is not taken over while its caller waits for a descriptor", function()
    assert_not_taken_over(waiting { sleep = coroutine.yield, readable = coroutine.yield }, function(context)
      context.readable(0, 30)
    end)
  end)

  it("a fetch is not taken over while its caller waits in nginx", function()
    local in_nginx = waiting()
    in_nginx.nginx = { wait = function()
      coroutine.yield()
      return true
    end }
    assert_not_taken_over(in_nginx, function(context) context:pause({}, 0, 30) end)
  end)

  it("a caller that blocks does not wait for another caller's fetch", function()
    local world = at { lifetime = 60 * MINUTE }
    local started = caller(world)
    started.step()
    local blocking = caller(world, { remaining = function() return math.huge end })
    finish { blocking }
    assert.are.equal("AKIA2", blocking.key)
  end)

  it("a fetch does not wait for itself if its function requests keys", function()
    local world = worlds.new {}
    finally(world.close)
    local source, depth = nil, 0
    source = world.source(function()
      depth = depth + 1
      if depth == 1 then source:keys(waiting()) end
      return { access_key_id = "AKIA" .. depth, secret_access_key = "SECRET" }
    end)
    world.source = source
    assert.are.equal("AKIA2", once(world))
  end)

  it("a caller does not wait for another caller's fetch past its own deadline", function()
    local world = at { lifetime = 60 * MINUTE }
    local started = caller(world)
    started.step()
    local late = caller(world, waiting(nil, world, 5))
    late.step()
    world.now = world.now + 5
    finish { late }
    assert.are.equal("ReadTimeoutError", late.err.code)
    assert.are.equal("transport", late.err.kind)
    finish { started }
    assert.are.equal("AKIA1", started.key)
  end)
end)
