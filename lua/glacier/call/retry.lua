--- Retry policies: which failures are worth another attempt, how long to wait before it, and how many retries the calls
-- of a client may make together. The numbers are those of the AWS SDKs' standard mode as of 2026, and of their legacy
-- mode.
--
-- A policy is an object with two methods:
--   decide(err, attempt, left)  attempt number `attempt` (from 1) failed with `err`, and the call has `left` seconds.
--                               Attempts after a corrected clock or refreshed keys are not counted.
--                               Returns the seconds to wait before the next attempt and its cost; or nil and the reason
--                               why there is none: "max_attempts", "timeout", "quota", or nil if it cannot succeed
--   succeeded(cost)             the call succeeded; `cost` is the cost of its last retry, nil without a retry
local classify = require "glacier.call.classify"

local retry = {}

-- The retry quota.
local CAPACITY = 500 -- its size
local COST = { transient = 14, throttling = 5 } -- what a retry takes from it
local REWARD = 1 -- what a call without a retry adds to it

-- In seconds.
local MAX_DELAY = 20 -- the longest back-off
local MAX_HINT = 5 -- the most that the service may add to a back-off

-- The header x-amz-retry-after holds milliseconds. Returns seconds; nil if it is missing or malformed.
local function hint_of(err)
  local metadata = err.response and err.response.ResponseMetadata
  local value = metadata and metadata.HTTPHeaders["x-amz-retry-after"]
  return value and value:match "^%d+$" and tonumber(value) / 1000
end

-- ---- the modes of the SDKs -----------------------------------------------------------------------

local Policy = {}
Policy.__index = Policy

--- Makes the policy of a retry mode. Calls that share it share its quota.
-- @param mode string: "standard", "legacy" or "adaptive"
-- @param max_attempts number: requests of one call, the first one included
-- @param random function() -> number from 0 to below 1
function retry.new(mode, max_attempts, random)
  return setmetatable({ mode = mode, max_attempts = max_attempts, random = random, capacity = CAPACITY }, Policy)
end

--- Returns the policy that all calls of a client share. It is made for the first failure.
-- @param runtime table: of `runtime.new`
-- @return policy
function retry.of_client(runtime)
  local settings = runtime.settings
  runtime.retries = runtime.retries or retry.new(settings.retry_mode, settings.max_attempts, runtime.random)
  return runtime.retries
end

local function back_off(self, class, attempt, err)
  if self.mode == "legacy" then
    return self.random() * 2 ^ (attempt - 1)
  end
  local scale = class == "throttling" and 1 or 0.05
  local delay = self.random() * math.min(scale * 2 ^ (attempt - 1), MAX_DELAY)
  local hint = hint_of(err)
  return hint and math.max(delay, math.min(hint, delay + MAX_HINT)) or delay
end

-- Takes the cost of a retry from the quota. Returns the cost, or nil if the quota is too low.
local function take_cost(self, class)
  if self.mode == "legacy" then
    return 0
  end
  local cost = COST[class]
  if cost > self.capacity then
    return nil
  end
  self.capacity = self.capacity - cost
  return cost
end

function Policy:decide(err, attempt, left)
  local class = classify(err)
  if not class then
    return nil
  end
  if attempt >= self.max_attempts then
    return nil, "max_attempts"
  end
  local delay = back_off(self, class, attempt, err)
  if delay >= left then
    return nil, "timeout"
  end
  local cost = take_cost(self, class)
  if not cost then
    return nil, "quota"
  end
  return delay, cost
end

function Policy:succeeded(cost)
  if self.capacity < CAPACITY then
    self.capacity = math.min(CAPACITY, self.capacity + (cost or REWARD))
  end
end

-- ---- a fixed number of attempts ------------------------------------------------------------------

local Constant = {}
Constant.__index = Constant

--- Makes a policy with a fixed number of attempts and the same pause before each.
-- @param max_attempts number: requests, the first one included
-- @param pause number: seconds
-- @param may_retry function(err) -> boolean
function retry.constant(max_attempts, pause, may_retry)
  return setmetatable({ max_attempts = max_attempts, pause = pause, may_retry = may_retry }, Constant)
end

function Constant:decide(err, attempt, left)
  if not self.may_retry(err) then
    return nil
  elseif attempt >= self.max_attempts then
    return nil, "max_attempts"
  elseif self.pause >= left then
    return nil, "timeout"
  end
  return self.pause, 0
end

function Constant.succeeded() end

--- The policy of a request that is never retried.
retry.never = retry.constant(1, 0, function() return false end)

return retry
