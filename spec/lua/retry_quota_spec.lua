-- The retry quota that all calls of a client share. The tests count requests at the server. The numbers are those of
-- botocore 1.43 with its retry modes of 2026.
local glacier = require "glacier"
local scripted_client = require "spec.support.scripted_client"
local reply = require "spec.support.reply"

-- Returns a script with `count` times the same response, followed by the steps of `more`.
local function repeated(step, count, more)
  local list = {}
  for i = 1, count do list[i] = step end
  for _, other in ipairs(more or {}) do list[#list + 1] = other end
  return list
end

describe("the retry quota", function()
  local THROTTLE, FAILURE = reply.error(400, "ThrottlingException"), reply.error(500)

  -- Columns: { response, number of retries that the full quota of 500 allows, title }.
  for _, row in ipairs { { THROTTLE, 100, "throttles" }, { FAILURE, 35, "failures" } } do
    it(("lets a client retry %d %s, then no more"):format(row[2], row[3]), function()
      for _, mode in ipairs { "standard", "adaptive" } do
        local run = scripted_client({ fallback = row[1] }, { max_attempts = 1000, retry_mode = mode })
        local _, err = run:list_vaults()
        assert.are.equal(row[2] + 1, run:count())
        assert.are.equal(row[2] + 1, err.attempts)
        assert.is_true(err.response.ResponseMetadata.RetryQuotaReached)
        assert.is_nil(err.response.ResponseMetadata.MaxAttemptsReached)
        assert.is_nil(tostring(err):find "max retries")
        assert.is_true(err.retryable)
        run:list_vaults()
        assert.are.equal(row[2] + 2, #run:stop())
      end
    end)
  end

  it("does not exist in the legacy mode", function()
    local run = scripted_client({ fallback = THROTTLE }, { max_attempts = 150, retry_mode = "legacy" }, { random = 0 })
    local _, err = run:list_vaults()
    assert.are.equal(150, #run:stop())
    assert.is_true(err.response.ResponseMetadata.MaxAttemptsReached)
  end)

  it("is separate for each client", function()
    local run = scripted_client({ fallback = THROTTLE }, { max_attempts = 1000 })
    run:list_vaults()
    local other = glacier.client(run.sim:options { endpoint_url = run.server.url, max_attempts = 2 })
    local _, err = pcall(other.list_vaults, other)
    assert.are.equal(2, err.attempts)
    run:stop()
  end)

  -- Each case first spends the whole quota on throttles, which cost 5 each. Then some calls succeed, and other
  -- calls follow. Columns: { number of calls that succeed, responses to the other calls, requests of each other call }.
  local REFUNDS = {
    ["nothing for a failure"] = { 0, { reply.error(404, "Gone"), THROTTLE }, { 1, 1 } },
    ["one for a success without a retry, which is too little after four successes"] = { 4, { THROTTLE }, { 1 } },
    ["one for a success without a retry, which is enough after five successes"] = { 5, { THROTTLE, THROTTLE }, { 2 } },
    ["the cost of the last retry after its success"] = {
      5, { THROTTLE, reply.good(), THROTTLE, THROTTLE, THROTTLE }, { 2, 2, 1 },
    },
    ["nothing for the retries before the last one"] = {
      10, { THROTTLE, THROTTLE, reply.good(), THROTTLE, THROTTLE, THROTTLE }, { 3, 2, 1 },
    },
    ["fourteen for a success after a failure"] = {
      14, { FAILURE, reply.good(), THROTTLE, THROTTLE, THROTTLE, THROTTLE }, { 2, 3, 1 },
    },
  }
  for what, row in pairs(REFUNDS) do
    it("is refunded " .. what, function()
      local script = repeated(THROTTLE, 101, repeated(reply.good(), row[1], row[2]))
      local run = scripted_client(script, { max_attempts = 1000 })
      for _ = 0, row[1] do run:list_vaults() end
      local before = 101 + row[1]
      assert.are.equal(before, run:count())
      for i, expected in ipairs(row[3]) do
        run:list_vaults()
        assert.are.equal(before + expected, run:count(), "call " .. i)
        before = before + expected
      end
      run:stop()
    end)
  end

  it("never grows past its initial size", function()
    local script = repeated(reply.good(), 20)
    script.fallback = THROTTLE
    local run = scripted_client(script, { max_attempts = 1000 })
    for _ = 1, 20 do run:list_vaults() end
    local _, err = run:list_vaults()
    run:stop()
    assert.are.equal(101, err.attempts)
  end)

  it("is not spent on a retry for which the call has no time left", function()
    local run = scripted_client({ fallback = FAILURE }, { max_attempts = 1000, timeout = 1e-6 })
    for _ = 1, 40 do
      local _, err = run:list_vaults()
      assert.are.equal(1, err.attempts)
    end
    run.sim.random = 0
    local _, err = run:list_vaults()
    run:stop()
    assert.are.equal(36, err.attempts)
  end)
end)
