-- The option `wait`: with it, a call never blocks, so other work can continue. Without it, a call blocks.
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local scripted = require "spec.support.scripted"
local socket = require "socket"
local new_context = require("glacier.async.context").new

local support = require "spec.support.neighbour"
local client_of, answer, neighbour = support.client_of, support.answer, support.neighbour

-- Resumes the coroutines in turn until all have ended, with a short sleep after each round.
local function run(threads)
  local left = #threads
  while left > 0 do
    for _, thread in ipairs(threads) do
      if coroutine.status(thread) ~= "dead" then
        assert(coroutine.resume(thread))
        if coroutine.status(thread) == "dead" then left = left - 1 end
      end
    end
    socket.sleep(0.001)
  end
end

describe("a call", function()
  local server
  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  it("waits only through the host's wait, in short steps", function()
    server = scripted.start { { { "read" }, { "pause", 0.05 }, { "send", answer "m" } } }
    local steps = {}
    local client = client_of(server.url, { wait = function(seconds)
      steps[#steps + 1] = seconds
      socket.sleep(seconds)
    end })
    assert.equal("m", client:list_vaults().Marker)
    assert.is_true(#steps > 0)
    for _, seconds in ipairs(steps) do
      assert.is_true(seconds > 0 and seconds <= 0.1)
    end
  end)

  it("succeeds even if the host's wait returns at once", function()
    server = scripted.start { { { "read" }, { "pause", 0.05 }, { "send", answer "m" } } }
    assert.equal("m", client_of(server.url, { wait = function() end }):list_vaults().Marker)
  end)

  it("succeeds if the host has no wait", function()
    server = scripted.start { { { "read" }, { "pause", 0.05 }, { "send", answer "m" } } }
    assert.equal("m", client_of(server.url):list_vaults().Marker)
  end)

  it("sleeps for a back-off in one wait of the host", function()
    server = scripted.start { { { "read" }, { "reset" } }, { { "read" }, { "send", answer "m" } } }
    local last, backed_off
    local client = client_of(server.url, { max_attempts = 2, wait = function(seconds)
      last = seconds
    end, random = function()
      return 0.999
    end, logger = function(event) -- the event follows the back-off
      if event.event == "retry" then backed_off = last end
    end })
    assert.equal("m", client:list_vaults().Marker)
    assert.is_true(backed_off > 0.0499 and backed_off < 0.05)
  end)

  it("lets other calls run, so that the first one may end last", function()
    server = scripted.start { { { "read" }, { "stall" } }, fallback = { { "read" }, { "send", answer "quick" } } }
    local ended, quick = {}, {}
    local stalled = client_of(server.url, { wait = coroutine.yield, read_timeout = 30 })
    local first = coroutine.create(function()
      copcall.call(stalled.list_vaults, stalled)
      ended[#ended + 1] = "stalled"
    end)
    assert(coroutine.resume(first))
    while #server:requests() < 1 do
      assert(coroutine.resume(first))
      socket.sleep(0.001)
    end
    for i = 1, 5 do
      quick[i] = coroutine.create(function()
        local client = client_of(server.url, { wait = coroutine.yield })
        local marker = client:list_vaults().Marker
        ended[#ended + 1] = marker
      end)
    end
    run(quick)
    assert.same({ "quick", "quick", "quick", "quick", "quick" }, ended)
    assert.equal("suspended", coroutine.status(first))
    stalled:close()
    run { first }
    assert.equal("stalled", ended[6])
  end)

  it("returns its own response if many clients call in coroutines", function()
    local COUNT, ROUNDS = 10, 5
    local servers, threads, wrong = {}, {}, {}
    for i = 1, COUNT do
      local steps = {}
      for round = 1, ROUNDS do
        steps[#steps + 1] = { "read" }
        steps[#steps + 1] = { "send", answer(i .. "." .. round) }
      end
      servers[i] = scripted.start { steps }
      threads[i] = coroutine.create(function()
        local client = client_of(servers[i].url, { wait = coroutine.yield })
        for round = 1, ROUNDS do
          local marker = client:list_vaults().Marker
          if marker ~= i .. "." .. round then wrong[#wrong + 1] = marker end
        end
        client:close()
      end)
    end
    run(threads)
    assert.same({}, wrong)
    for i = 1, COUNT do
      assert.equal(ROUNDS, #servers[i]:requests())
      servers[i]:stop()
    end
  end)

  it("returns its own response if many coroutines use one client", function()
    local COUNT, ROUNDS = 20, 2
    local script = {}
    for connection = 1, COUNT * ROUNDS do -- enough even if no connection is used twice
      script[connection] = {
        { "read" }, { "send", answer(connection .. ".1") }, { "read" }, { "send", answer(connection .. ".2") },
      }
    end
    server = scripted.start(script)
    local client, threads, received = client_of(server.url, { wait = coroutine.yield }), {}, {}
    for i = 1, COUNT do
      threads[i] = coroutine.create(function()
        for round = 1, ROUNDS do
          local name = i .. "-" .. round
          received[name] = client:list_vaults({ marker = name }).Marker
        end
      end)
    end
    run(threads)
    client:close()
    local requests, sent, numbers = server:requests(), {}, {}
    for _, request in ipairs(requests) do
      local connection = request.connection
      numbers[connection] = (numbers[connection] or 0) + 1
      sent[request.target:match "marker=([%d-]+)"] = connection .. "." .. numbers[connection]
    end
    assert.equal(COUNT * ROUNDS, #requests)
    assert.same(sent, received)
  end)

  it("raises the error of the host's wait, and its connection is closed by the collector", function()
    local peer, reason, broken = neighbour(1), {}, true
    local client = client_of(peer.url, { wait = function()
      peer.serve()
      if broken and peer.peers[1] and peer.peers[1].asked then error(reason, 0) end
    end })
    local good, err = pcall(client.list_vaults, client)
    assert.is_false(good)
    assert.equal(reason, err)
    collectgarbage()
    collectgarbage()
    assert.is_true(peer.left(1))
    broken = false
    assert.equal("m", client:list_vaults().Marker)
    client:close()
  end)

  it("is collected together with a coroutine that is never resumed", function()
    local peer = neighbour(1)
    local function begin()
      local client = client_of(peer.url, { wait = coroutine.yield })
      local thread = coroutine.create(client.list_vaults)
      repeat
        assert(coroutine.resume(thread, client))
        peer.serve()
      until peer.peers[1] and peer.peers[1].asked
    end
    begin()
    collectgarbage()
    collectgarbage()
    assert.is_true(peer.left(1))
  end)
end)

describe("the loop that waits for a transfer", function()
  -- Returns the longest blocking time of each poll, in milliseconds. The transfer is done at the third poll.
  local function polls(wait, timeout, clock)
    local list, context = {}, new_context(wait, timeout, clock or core.monotonic)
    local done = context:wait_for { poll = function(_, ms)
      list[#list + 1] = ms
      return #list == 3
    end }
    return list, done
  end

  it("never blocks in C if the host waits", function()
    local list, done = polls(function() end)
    assert.same({ 0, 0, 0 }, list)
    assert.is_true(done)
  end)

  it("blocks in C for at most half a second if the host has no wait", function()
    local list, done = polls(nil)
    for _, ms in ipairs(list) do
      assert.is_true(ms > 0 and ms <= 500)
    end
    assert.is_true(done)
  end)

  it("ends at the deadline", function()
    local now = 0
    local function clock()
      now = now + 0.1
      return now
    end
    for _, wait in ipairs { false, function() end } do
      now = 0
      local list, done = polls(wait or nil, 0.25, clock)
      assert.is_false(done)
      assert.is_true(#list < 3)
    end
  end)
end)
