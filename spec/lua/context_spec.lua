-- The option `timeout`: the deadline of a whole call.
local core = require "glacier.core"
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local scripted_client = require "spec.support.scripted_client"
local reply = require "spec.support.reply"
local contexts = require "glacier.async.context"
local new_context = contexts.new

local STALL = { { "read" }, { "stall" } }
local THROTTLE = reply.error(400, "SlowDown")

describe("the timeout of a call", function()
  -- Columns: { timeout, number of requests }. The random number 0.5 makes the back-offs after throttles 0.5, 1, 2, 4 …
  -- seconds long.
  for _, row in ipairs { { 0.4, 1 }, { 0.5, 1 }, { 0.6, 2 }, { 1.5, 2 }, { 1.6, 3 }, { 3.6, 4 }, { math.huge, 6 } } do
    it(("leaves time for %d attempts if it is %g s"):format(row[2], row[1]), function()
      local run = scripted_client({ fallback = THROTTLE }, { timeout = row[1], max_attempts = 6 })
      local began = run.sim.now
      local _, err = run:list_vaults()
      assert.are.equal(row[2], #run:stop())
      assert.are.equal(row[2], err.attempts)
      assert.are.equal("SlowDown", err.code)
      assert.is_true(err.retryable)
      assert.is_true(run.sim.now - began < row[1])
      assert.are.equal(row[2] == 6 or nil, err.response.ResponseMetadata.MaxAttemptsReached)
    end)
  end

  it("starts again with each call", function()
    local run = scripted_client({ fallback = THROTTLE }, { timeout = 1, max_attempts = 2 })
    for _ = 1, 3 do
      local _, err = run:list_vaults()
      assert.are.equal(2, err.attempts)
    end
    run:stop()
  end)

  -- Checks a call that the deadline has ended. The clock is simulated, so a test takes less time than the timeout.
  local function assert_given_up(err, run, attempts)
    assert.are.equal("ReadTimeoutError", err.code)
    assert.are.equal("transport", err.kind)
    assert.are.equal("ListVaults", err.operation)
    assert.is_true(err.retryable)
    assert.are.equal(attempts, err.attempts)
    assert.are.equal(('The timeout of the whole call passed on endpoint URL: "%s"'):format(run.server.url),
      tostring(err))
  end

  it("ends a call to a server that stalls", function()
    local run = scripted_client({ fallback = STALL }, { timeout = 5 }, { poll_takes = 0.25 })
    local began = run.sim.now
    local _, err = run:list_vaults()
    run:stop()
    assert_given_up(err, run, 1)
    assert.are.equal(5, run.sim.now - began)
  end)

  it("ends a call whose second attempt stalls after a back-off", function()
    local run = scripted_client({ THROTTLE, fallback = STALL }, { timeout = 5 }, { poll_takes = 1e-6 })
    run.sim.on_pause = function() run.sim.poll_takes = 0.25 end
    local _, err = run:list_vaults()
    run:stop()
    assert_given_up(err, run, 2)
  end)

  it("ends a call to a server that stalls where the client blocks", function()
    local run = scripted_client({ fallback = STALL }, {}, {})
    local options, asked = run.sim:options { endpoint_url = run.server.url, timeout = 5 }, 0
    options.wait = nil
    options.clock = function() -- the clock advances by one second at each reading
      asked = asked + 1
      return 1350000000 + asked
    end
    local client = glacier.client(options)
    local _, err = pcall(client.list_vaults, client)
    run:stop()
    assert_given_up(err, run, 1)
  end)

  it("leaves the client usable", function()
    local run = scripted_client({ STALL, reply.good() }, { timeout = 1 }, { poll_takes = 0.25 })
    assert.is_false((run:list_vaults()))
    run.sim.poll_takes = 0
    assert.is_true((run:list_vaults()))
    run:stop()
  end)

  it("limits the time that a transport of the host gets", function()
    local sim, given = simulation.new(), {}
    local client = glacier.client(sim:options {
      timeout = 10, read_timeout = 7,
      transport = function(request)
        given[#given + 1] = request.timeout
        sim.now = sim.now + 4
        return { status = 503 }
      end,
    })
    pcall(client.list_vaults, client)
    assert.are.equal(3, #given)
    assert.are.equal(7, given[1])
    assert.are.near(6 - 0.025, given[2], 1e-5)
    assert.are.near(2 - 0.075, given[3], 1e-5)
  end)

  it("also limits the attempt after a corrected clock", function()
    local sim, sent = simulation.new(), 0
    local client = glacier.client(sim:options {
      timeout = 10,
      transport = function()
        sent, sim.now = sent + 1, sim.now + 11
        return { status = 403, headers = { Date = "Sun, 06 Nov 1994 08:49:37 GMT" },
          body = '{"code":"InvalidSignatureException","message":"because"}' }
      end,
    })
    local _, err = pcall(client.list_vaults, client)
    assert.are.equal(1, sent)
    assert.are.equal("InvalidSignatureException", err.code)
  end)
end)

describe("a context", function()
  local function context_of(timeout)
    local now = 100
    local context = new_context(function() end, timeout, function() return now end)
    return context, function(seconds) now = now + seconds end
  end

  it("has an infinite time left without a deadline", function()
    assert.are.equal(math.huge, context_of(nil):remaining())
  end)

  it("has a negative time left after its deadline", function()
    local context, pass = context_of(5)
    for _, left in ipairs { 5, 3, 1, -1 } do
      assert.are.equal(left, context:remaining())
      pass(2)
    end
  end)

  -- Returns a transfer that is done at poll number `last`. It adds the longest blocking time of each poll to `polls`.
  local function transfer_done_at(last, polls)
    return {
      poll = function(_, milliseconds)
        polls[#polls + 1] = milliseconds
        return #polls >= last
      end,
    }
  end

  it("never blocks in a poll if the host waits, and sleeps for a tenth of the time so far, at most 50 ms", function()
    local now, polls, waits = 0, {}, {}
    local context = new_context(function(seconds)
      waits[#waits + 1], now = seconds, now + 0.25
    end, nil, function() return now end)
    assert.is_true(context:wait_for(transfer_done_at(5, polls)))
    assert.are.same({ 0, 0, 0, 0, 0 }, polls)
    assert.are.same({ 0.001, 0.025, 0.05, 0.05 }, waits)
  end)

  it("sleeps in OpenResty without an option if there is no event set", function()
    local now, waits = 0, {}
    rawset(_G, "ngx", {
      get_phase = function() return "content" end,
      sleep = function(seconds) waits[#waits + 1], now = seconds, now + 0.25 end,
    })
    finally(function() rawset(_G, "ngx", nil) end)
    local context = new_context(nil, nil, function() return now end)
    assert.is_true(context:wait_for(transfer_done_at(5, {})))
    assert.are.same({ 0.001, 0.025, 0.05, 0.05 }, waits)
  end)

  it("never sleeps for less than a millisecond in OpenResty, where ngx.sleep would log a warning", function()
    local waits = {}
    rawset(_G, "ngx", {
      get_phase = function() return "content" end,
      sleep = function(seconds) waits[#waits + 1] = seconds end,
    })
    finally(function() rawset(_G, "ngx", nil) end)
    local context = new_context(nil, nil, core.monotonic)
    context:sleep(0.0004)
    context:sleep(0)
    context:pause(nil, core.monotonic(), 0.0004)
    context:pause(nil, core.monotonic(), 0)
    context:sleep(0.0014)
    assert.are.same({ 0.001, 0.001, 0.001, 0.001, 0.0014 }, waits)
  end)

  it("is shared by the calls of a client, unless they have a deadline", function()
    local runtime = { settings = {}, clock = core.monotonic }
    assert.are.equal(contexts.of_call(runtime), contexts.of_call(runtime))
    runtime = { settings = { timeout = 5 }, clock = core.monotonic }
    assert.are_not.equal(contexts.of_call(runtime), contexts.of_call(runtime))
  end)

  it("is made for each call in OpenResty, where the phase decides how to wait", function()
    local runtime, phase = { settings = {}, clock = core.monotonic }, "content"
    local function sleep() end
    rawset(_G, "ngx", { get_phase = function() return phase end, sleep = sleep })
    finally(function() rawset(_G, "ngx", nil) end)
    assert.are.equal(sleep, contexts.of_call(runtime).wait)
    phase = "init"
    assert.is_nil(contexts.of_call(runtime).wait)
  end)

  it("waits until the event set is readable if the host can do that", function()
    local waits = {}
    local events = {
      fd = function() return 7 end, timeout = function() return 60 end, take_news = function() end,
    }
    local context = new_context({
      sleep = function() error "not to be called" end,
      readable = function(fd, seconds) waits[#waits + 1] = { fd, seconds } end,
    }, nil, core.monotonic)
    assert.is_true(context:wait_for(transfer_done_at(2, {}), events))
    events.timeout = function() end
    assert.is_true(context:wait_for(transfer_done_at(2, {}), events))
    assert.are.same({ { 7, 60 }, { 7, nil } }, waits)
  end)

  it("sleeps if the system has no descriptor for the event set", function()
    local waits = {}
    local events = { fd = function() end, timeout = function() end }
    local context = new_context({
      sleep = function(seconds) waits[#waits + 1] = seconds end,
      readable = function() error "not to be called" end,
    }, nil, core.monotonic)
    assert.is_true(context:wait_for(transfer_done_at(2, {}), events))
    assert.are.equal(1, #waits)
  end)

  it("does not wait for a transfer past its deadline", function()
    local now, waits = 0, {}
    local context = new_context(function(seconds)
      waits[#waits + 1], now = seconds, now + seconds
    end, 0.0025, function() return now end)
    assert.is_false(context:wait_for(transfer_done_at(99, {})))
    assert.are.same({ 0.001, 0.001, 0.0025 - 0.002 }, waits)
  end)

  it("blocks in a poll for at most half a second, and not past its deadline", function()
    local now, polls = 0, {}
    local context = new_context(nil, 1.25, function() return now end)
    local transfer = {
      poll = function(_, milliseconds)
        polls[#polls + 1], now = milliseconds, now + milliseconds / 1000
      end,
    }
    assert.is_false(context:wait_for(transfer))
    assert.are.same({ 500, 500, 250 }, polls)
  end)

  it("sleeps in one wait of the host, even if that returns early", function()
    local waits = {}
    new_context(function(seconds) waits[#waits + 1] = seconds end, nil, core.monotonic):sleep(20)
    assert.are.same({ 20 }, waits)
  end)

  it("passes on errors of the host's wait", function()
    local run = scripted_client({ fallback = THROTTLE }, {
      wait = function() error("cancelled", 0) end,
    })
    local good, err = run:list_vaults()
    run:stop()
    assert.is_false(good)
    assert.are.equal("cancelled", err)
  end)
end)
