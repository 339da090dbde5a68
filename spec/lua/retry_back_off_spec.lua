-- How long the client waits before a retry. The numbers are those of botocore 1.43 with its retry modes of 2026.
local scripted_client = require "spec.support.scripted_client"
local reply = require "spec.support.reply"

-- Returns the pauses of one call.
local function pauses(script, options, fields)
  local run = scripted_client(script, options, fields)
  run:list_vaults()
  run:stop()
  return run.sim.pauses
end

describe("a back-off", function()
  local ALMOST = 1 - 2 ^ -32

  -- Columns: { mode, code of a throttle or nil for a 500, the longest pause before each retry }.
  local LONGEST = {
    { "standard", nil, { 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20 } },
    { "standard", "ThrottlingException", { 1, 2, 4, 8, 16, 20, 20 } },
    { "adaptive", nil, { 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20 } },
    { "legacy", nil, { 1, 2, 4, 8, 16, 32, 64 } },
    { "legacy", "ThrottlingException", { 1, 2, 4, 8, 16, 32, 64 } },
  }
  for _, row in ipairs(LONGEST) do
    it(("is random up to its bound, in mode %s after %s"):format(row[1], row[2] or "a 500"), function()
      for _, chance in ipairs { 0, 0.25, ALMOST } do
        local slept = pauses({ fallback = reply.error(row[2] and 400 or 500, row[2]) },
          { retry_mode = row[1], max_attempts = #row[3] + 1 }, { random = chance })
        assert.are.equal(#row[3], #slept)
        for i, bound in ipairs(row[3]) do assert.are.near(chance * bound, slept[i], 1e-8) end
      end
    end)
  end

  it("asks for a new random number each time", function()
    local drawn = 0
    local slept = pauses({ fallback = reply.error(400, "SlowDown") }, { max_attempts = 4 }, {
      random = function()
        drawn = drawn + 1
        return drawn / 10
      end,
    })
    assert.are.equal(3, drawn)
    for i, pause in ipairs { 0.1, 0.4, 1.2 } do assert.are.near(pause, slept[i], 1e-9) end
  end)

  -- Columns: { x-amz-retry-after, the resulting pause; without the header it is 0.5 }.
  local HINTS = {
    { "1500", 1.5 }, { "500", 0.5 }, { "501", 0.501 }, { "100", 0.5 }, { "0", 0.5 }, { "5499", 5.499 },
    { "5500", 5.5 }, { "5501", 5.5 }, { "60000", 5.5 }, { ("9"):rep(30), 5.5 }, { ("9"):rep(400), 5.5 },
    { "-1", 0.5 }, { "-60000", 0.5 }, { "x", 0.5 }, { "", 0.5 }, { "1.5", 0.5 }, { "1e3", 0.5 }, { "0x10", 0.5 },
    { "1500 ms", 0.5 }, { "nan", 0.5 }, { "Wed, 21 Oct 2015 07:28:00 GMT", 0.5 },
  }
  for _, row in ipairs(HINTS) do
    local shown = #row[1] > 30 and #row[1] .. " digits" or ("%q"):format(row[1])
    local title = "becomes %g s instead of 0.5 s if the service asks for %s, but not in mode legacy"
    it(title:format(row[2], shown), function()
      for _, mode in ipairs { "standard", "legacy" } do
        local slept = pauses({ reply.error(400, "SlowDown", { ["X-Amz-Retry-After"] = row[1] }), reply.good() },
          { retry_mode = mode })
        assert.are.equal(1, #slept)
        assert.are.near(mode == "legacy" and 0.5 or row[2], slept[1], 1e-9)
      end
    end)
  end
end)
