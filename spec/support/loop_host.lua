-- Tests that a `wait` table of glacier.hosts must pass in its event loop.
--
--   for title, test in pairs(loop_host.tests("glacier.hosts.cqueues", function(...) … end)) do it(title, test) end
--
-- The second argument is a function that gets functions. It runs them in coroutines of the loop until all have ended.
local assert = require "luassert"
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local socket = require "socket"
local streams = require "spec.support.streams"

local loop_host = {}

-- Seconds after which a call that blocks the loop ends.
local TOO_LONG = 60

-- A server in this process for `count` requests. Its coroutine responds after all requests have arrived.
local function neighbour(count, sleep)
  local listener = assert(socket.bind("127.0.0.1", 0, count))
  listener:settimeout(0)
  local url, peers = "http://127.0.0.1:" .. select(2, listener:getsockname()), {}
  return url, function()
    local ends = socket.gettime() + TOO_LONG
    while #peers < count and socket.gettime() < ends do
      peers[#peers + 1] = listener:accept()
      sleep(0.001)
    end
    for number, peer in ipairs(peers) do
      peer:settimeout(TOO_LONG)
      repeat local line = peer:receive "*l" until line == "" or not line
      peer:send(streams.answer(200, {}, ('{"Marker":"%d"}'):format(number)))
      peer:close()
    end
    listener:close()
  end
end

-- Returns a `wait` table that counts its calls.
local function counting(host)
  local counted = { waits = 0 }
  for _, name in ipairs { "sleep", "readable" } do
    counted[name] = function(...)
      counted.waits = counted.waits + 1
      return host[name](...)
    end
  end
  return counted
end

-- The tests by title. Each gets the loop: `name`, `host` and `run` as in loop_host.tests, and `server`, of
-- spec.support.scripted.
local tests = {}

tests["calls wait for a slow response with at most 20 waits"] = function(loop)
  loop.server:start { { { "read" }, { "pause", 0.2 }, { "send", streams.answer(200, {}, '{"Marker":"m"}') } } }
  local counted, marker = counting(loop.host), nil
  local client = streams.client(loop.server.url, { wait = counted })
  loop.run(function() marker = client:list_vaults().Marker end)
  assert.are.equal("m", marker)
  assert.is_true(counted.waits > 0 and counted.waits <= 20, counted.waits)
end

tests["calls run at the same time as each other and as their server"] = function(loop)
  local url, serve = neighbour(20, loop.host.sleep)
  local client = streams.client(url, { wait = loop.host, read_timeout = TOO_LONG })
  local functions, markers = { serve }, {}
  for _ = 1, 20 do
    functions[#functions + 1] = function() markers[client:list_vaults().Marker] = true end
  end
  loop.run((rawget(_G, "unpack") or table.unpack)(functions))
  for number = 1, 20 do assert.is_true(markers[tostring(number)], number) end
end

tests["calls wait before a retry"] = function(loop)
  loop.server:start { { { "read" }, { "send", streams.answer(503, {}, "") } }, streams.answered '{"Marker":"m"}' }
  local client = streams.client(loop.server.url, {
    wait = loop.host, max_attempts = 2, random = function() return 0.01 end,
  })
  local result
  loop.run(function() result = client:list_vaults() end)
  assert.are.same({ "m", 1 }, { result.Marker, result.ResponseMetadata.RetryAttempts })
end

tests["calls end at their timeout"] = function(loop)
  loop.server:start { fallback = { { "read" }, { "stall" } } }
  local client, good, err = streams.client(loop.server.url, { wait = loop.host, timeout = 0.05 }), nil, nil
  loop.run(function() good, err = copcall.call(client.list_vaults, client) end)
  assert.are.same({ false, "ReadTimeoutError" }, { good, err.code })
end

-- Lets other coroutines run until `is_over` returns true. Returns whether it did soon.
local function ends_soon(loop, is_over)
  for _ = 1, 400 do
    if is_over() then return true end
    loop.host.sleep(0.005)
  end
  return false
end

-- Runs `wait` in a coroutine, and `interfere` in another one when the server has its request and no timer of the
-- connection would end the wait. `wait` must end soon then.
local function assert_ended_by_another(loop, client, wait, interfere)
  local result, soon
  loop.run(function() result = wait() end, function()
    assert(ends_soon(loop, function()
      return #loop.server:requests() > 0 and client:timeout() > TOO_LONG / 2
    end))
    interfere()
    soon = ends_soon(loop, function() return result end)
  end)
  assert.is_true(soon)
  return result
end

tests["calls end when another coroutine closes the client"] = function(loop)
  loop.server:start { fallback = { { "read" }, { "stall" } } }
  local client = streams.client(loop.server.url, { wait = loop.host })
  local err = assert_ended_by_another(loop, client, function()
    return select(2, copcall.call(client.list_vaults, client))
  end, function() client:close() end)
  assert.are.equal("ConnectionClosedError", err.code)
end

tests["glacier.all ends when another coroutine cancels its task"] = function(loop)
  loop.server:start { fallback = { { "read" }, { "stall" } } }
  local client = streams.client(loop.server.url, { wait = loop.host })
  local task = client:start "list_vaults"
  local outcomes = assert_ended_by_another(loop, client, function() return glacier.all { task } end,
    function() task:cancel() end)
  assert.are.equal("The task was cancelled", outcomes[1].error.message)
end

tests["calls and tasks end when another coroutine handles their responses"] = function(loop)
  local answer = { "send", streams.answer(200, {}, '{"Marker":"m"}') }
  local waits = {
    function(client) return client:list_vaults() end,
    function(client) return glacier.all({ client:start "list_vaults" })[1].result end,
  }
  for _, wait in ipairs(waits) do
    loop.server:start {
      { { "read" }, { "gather", 2 }, answer, { "stall" } },
      { { "read" }, { "gather", 2 }, { "pause", 0.2 }, answer, { "stall" } },
    }
    local client = streams.client(loop.server.url, { wait = loop.host })
    local result = assert_ended_by_another(loop, client, function() return wait(client) end, function()
      local task = client:start "list_vaults"
      repeat until task:poll()
    end)
    assert.are.equal("m", result.Marker)
  end
end

tests["calls work for many short-lived clients that reuse descriptor numbers"] = function(loop)
  loop.server:start { fallback = streams.answered '{"Marker":"m"}' }
  local answered = 0
  loop.run(function()
    for _ = 1, 20 do
      local client = streams.client(loop.server.url, { wait = loop.host })
      answered = answered + (client:list_vaults().Marker == "m" and 1 or 0)
      client:close()
      client = nil -- luacheck: ignore 311
      collectgarbage()
    end
  end)
  assert.are.equal(20, answered)
end

tests["the tasks of glacier.all wait in the loop"] = function(loop)
  loop.server:start { fallback = streams.answered '{"Marker":"m"}' }
  local counted, done = counting(loop.host), nil
  local client = streams.client(loop.server.url, { wait = counted })
  loop.run(function() done = glacier.all { client:start "list_vaults", client:start "list_vaults" } end)
  assert.are.same({ "m", "m" }, { done[1].result.Marker, done[2].result.Marker })
  assert.is_true(counted.waits > 0)
end

tests["calls raise an error object outside of the loop's coroutines"] = function(loop)
  local client = streams.client("http://127.0.0.1:9", { wait = loop.host })
  local good, err = pcall(client.list_vaults, client)
  assert.are.same({ false, "InvalidConfigError", "config" }, { good, err.code, err.kind })
  assert.matches(loop.name .. ": the call does not run in a coroutine", err.message, 1, true)
end

tests["waiting for a descriptor ends after the given time"] = function(loop)
  local events, ended = core.events(), false
  loop.run(function()
    loop.host.readable(events:fd(), 0.12)
    loop.host.readable(events:fd(), 0.01)
    loop.host.readable(events:fd(), 0)
    ended = true
  end)
  assert.is_true(ended)
end

--- Returns the tests of a host.
-- @param name string: the module
-- @param run function(...): see above
-- @return table: functions by title
function loop_host.tests(name, run)
  local loop = { name = name, host = require(name), run = run, server = scripted.new() }
  local bound = {}
  for title, test in pairs(tests) do
    bound[title] = function() test(loop) end
  end
  return bound
end

--- Calls `f` while the module `library` cannot be loaded.
function loop_host.without(library, f)
  local loaded, preload = package.loaded[library], package.preload[library]
  package.loaded[library] = nil
  package.preload[library] = function() error("it is not installed", 0) end
  local good, err = pcall(f)
  package.loaded[library], package.preload[library] = loaded, preload
  assert(good, err)
end

return loop_host
