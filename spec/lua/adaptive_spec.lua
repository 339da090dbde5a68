-- The adaptive mode's rate limiter.
local rate_limiter = require "glacier.call.rate_limiter"
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local scripted_client = require "spec.support.scripted_client"
local reply = require "spec.support.reply"

-- The results of botocore 1.43 (retries/adaptive.py, throttling.py, bucket.py) for these requests, with a simulated
-- clock. Each row is one request. Columns:
--  { seconds since the last response, seconds from the end of the wait to the response, whether the response is a
--    throttle; then the expected values: seconds that the request waits, and, after the response, requests a second,
--    maximum of tokens, tokens }
local RUNS = {
  ["with a clock that starts between two whole seconds"] = { 1000.25, {
    { 0, 0.05, false, 0, 0.5, 1, 0.05 },
    { 0.1, 0.05, false, 0, 0.5, 1, 0.125 },
    { 0.25, 0.05, false, 0, 0.5, 1, 0.275 },
    { 0.5, 0.05, true, 0, 1.792, 1.792, 0.55 },
    { 0, 0.05, false, 0.251116071, 2.22587872, 2.22587872, 0.0896 },
    { 0, 0.05, false, 0.40900701, 2.51499322, 2.51499322, 0.111296162 },
    { 0.1, 0.05, true, 0.253362319, 1.41568, 1.41568, 0.125749661 },
    { 0, 0.3, true, 0.61754799, 0.990976, 1, 0.424704 },
    { 0, 0.05, false, 0.580534746, 1.39201785, 1.39201785, 0.0495488 },
    { 3, 0.05, false, 0, 1.01369173, 1.01369173, 0.461618743 },
    { 10, 0.05, false, 0, 0.5, 1, 0.06437632 },
    { 0, 0.05, false, 1.87124736, 0.872547669, 1, 0.025 },
    { 0, 0.05, false, 1.11741746, 1.77450953, 1.77450953, 0.0436273835 },
    { 0, 0.05, true, 0.538950396, 1.24215667, 1.24215667, 0.0887254767 },
    { 0, 0.05, false, 0.733622853, 1.76184651, 1.76184651, 0.0621090758 },
  } },
  ["from the first throttle on, and after long pauses"] = { 0, {
    { 0.01, 0.01, true, 0, 0.5, 1, 0.02 },
    { 0, 0.02, false, 1.96, 1.6, 1.6, 0.01 },
    { 0, 0.02, false, 0.61875, 3.52, 3.52, 0.0320016 },
    { 0, 0.02, false, 0.274999545, 3.52, 3.52, 0.07040352 },
    { 0, 0.02, false, 0.264089909, 7.104, 7.104, 0.07040352 },
    { 0, 0.02, false, 0.13085536, 7.104, 7.104, 0.142087104 },
    { 0, 0.02, false, 0.120764766, 7.8208, 7.8208, 0.14208 },
    { 5, 0.02, true, 0, 0.659456, 1, 1 },
    { 0, 0.02, true, 0, 0.5, 1, 0.01318912 },
    { 60, 0.02, false, 0, 0.5, 1, 0.01 },
  } },
}

describe("the rate limiter", function()
  for what, run in pairs(RUNS) do
    it("computes the same rates as botocore: " .. what, function()
      local now = run[1]
      local limiter = rate_limiter.new(function() return now end)
      for i, row in ipairs(run[2]) do
        local before = now + row[1]
        now = before
        local asked, delay = 0, limiter:delay()
        while delay > 0 do
          asked, now = asked + 1, now + delay
          assert.is_true(asked < 10)
          delay = limiter:delay()
        end
        local waited = now - before
        now = now + row[2]
        limiter:answered(row[3])
        for j, value in ipairs { waited, limiter.rate, limiter.capacity, limiter.tokens } do
          assert.are.near(row[3 + j], value, 1e-5, ("row %d, value %d"):format(i, j))
        end
      end
    end)
  end

  it("does not wait forever if the clock rounds a short wait to zero", function()
    local now = 1350000000.1
    local limiter = rate_limiter.new(function() return now end)
    limiter:answered(true)
    for _ = 1, 200 do
      local asked, delay = 0, limiter:delay()
      while delay > 0 do
        asked, now = asked + 1, now + delay
        assert.is_true(asked < 10)
        delay = limiter:delay()
      end
      now = now + 0.1
      limiter:answered(false)
    end
  end)
end)

describe("a client in the adaptive mode", function()
  local THROTTLE = reply.error(400, "ThrottlingException")

  -- Returns the pauses of the rate limiter. All other pauses are 0, because the random numbers are 0.
  local function limited(sim)
    local list = {}
    for _, pause in ipairs(sim.pauses) do
      if pause > 0 then list[#list + 1] = pause end
    end
    return list
  end

  it("does not delay requests before the first throttle", function()
    local run = scripted_client({ fallback = reply.good() }, { retry_mode = "adaptive" }, { random = 0 })
    for _ = 1, 20 do run:list_vaults() end
    assert.are.equal(20, #run:stop())
    assert.are.same({}, run.sim.pauses)
  end)

  it("delays requests after a throttle, also in later calls", function()
    local run = scripted_client({ THROTTLE, fallback = reply.good() }, { retry_mode = "adaptive" }, { random = 0 })
    for _ = 1, 3 do assert.is_true((run:list_vaults())) end
    run:stop()
    assert.are.same({ 2, 0.625, 0.2841 }, (function()
      local list = limited(run.sim)
      for i, pause in ipairs(list) do list[i] = math.floor(pause * 1e4 + 0.5) / 1e4 end
      return list
    end)())
  end)

  it("is not delayed by the throttles of another client, nor in another mode", function()
    local run = scripted_client({ THROTTLE, fallback = reply.good() }, { retry_mode = "adaptive" }, { random = 0 })
    run:list_vaults()
    for _, mode in ipairs { "adaptive", "standard", "legacy" } do
      local other = glacier.client(run.sim:options { endpoint_url = run.server.url, retry_mode = mode })
      other:list_vaults()
    end
    run:stop()
    assert.are.equal(1, #limited(run.sim))
    for _, mode in ipairs { "standard", "legacy" } do
      local plain = scripted_client({ THROTTLE, fallback = reply.good() }, { retry_mode = mode }, { random = 0 })
      plain:list_vaults()
      plain:list_vaults()
      plain:stop()
      assert.are.same({}, limited(plain.sim))
    end
  end)

  it("does not begin a wait that would pass the call's timeout", function()
    local run = scripted_client({ THROTTLE, fallback = reply.good() }, { retry_mode = "adaptive", timeout = 1.9 },
      { random = 0 })
    local began = run.sim.now
    local _, err = run:list_vaults()
    assert.are.equal("ThrottlingException", err.code)
    assert.are.equal(1, err.attempts)
    _, err = run:list_vaults()
    assert.are.equal("ReadTimeoutError", err.code)
    assert.are.equal(0, err.attempts)
    assert.is_true(err.retryable)
    assert.are.equal(began, run.sim.now)
    assert.are.equal(1, #run:stop())
  end)

  it("does not count calls that got no keys", function()
    local keys
    local sim = simulation.new { random = 0 }
    local client = glacier.client(sim:options {
      retry_mode = "adaptive",
      credentials = function() return keys end,
      transport = function() return { status = 400, body = '{"code":"ThrottlingException","message":""}' } end,
    })
    for _ = 1, 100 do
      sim.now = sim.now + 0.01
      pcall(client.list_vaults, client)
    end
    keys = { access_key_id = "a", secret_access_key = "b" }
    sim.now = sim.now + 0.5
    pcall(client.list_vaults, client)
    -- One response in 1.5 seconds leads to the lowest rate: one request in two seconds.
    assert.are.near(2, limited(sim)[1], 0.1)
  end)
end)
