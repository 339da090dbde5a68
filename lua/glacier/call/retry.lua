--- Which failures are worth another attempt, how long to wait before it, and how many of them a
-- client's calls may make together. Numbers: the standard mode of the AWS SDKs as of 2026, and
-- their legacy mode.
local retry = {}

-- An overloaded service says so with one of these, or with status 429.
local throttling_codes = {
  Throttling = true, ThrottlingException = true, ThrottledException = true, RequestThrottled = true,
  RequestThrottledException = true, TooManyRequestsException = true, RequestLimitExceeded = true,
  ProvisionedThroughputExceededException = true, TransactionInProgressException = true,
  BandwidthLimitExceeded = true, SlowDown = true, PriorRequestNotComplete = true, EC2ThrottledException = true,
}

-- The last one is of the Security Token Service.
local transient_codes = { RequestTimeout = true, RequestTimeoutException = true, IDPCommunicationError = true }
local transient_statuses = { [500] = true, [502] = true, [503] = true, [504] = true }

-- What no further attempt can change, whatever its status.
local permanent_codes = {
  LimitExceededException = true, PolicyEnforcedException = true,
  InsufficientCapacityException = true, NoLongerSupportedException = true,
}

-- What a retry takes from the quota; what a call without one gives back.
local COST = { transient = 14, throttling = 5 }
local REWARD, CAPACITY = 1, 500

-- Seconds: the longest back-off, and by how much the service may lengthen one.
local LONGEST, HINT = 20, 5

--- What kind of failure an error object is.
-- @return string: "throttling" or "transient"; or nil where trying again cannot help
function retry.classify(err)
  if err.kind == "transport" then
    return err.retryable and "transient" or nil
  end
  if err.kind ~= "service" or permanent_codes[err.code] then
    return nil
  end
  if throttling_codes[err.code] or err.status == 429 then
    return "throttling"
  end
  if transient_codes[err.code] or transient_statuses[err.status] then
    return "transient"
  end
end

-- The service's own wish, x-amz-retry-after in milliseconds, in seconds; nil if there is none or it
-- makes no sense.
local function hint_of(err)
  local metadata = err.response and err.response.ResponseMetadata
  local value = metadata and metadata.HTTPHeaders["x-amz-retry-after"]
  return value and value:match "^%d+$" and tonumber(value) / 1000
end

local Policy = {}
Policy.__index = Policy

--- Makes the policy that all calls of a client share.
-- @param mode string: "standard", "legacy" or "adaptive"
-- @param max_attempts number: requests in all, of one call
-- @param random function() -> number from 0 to below 1
function retry.new(mode, max_attempts, random)
  return setmetatable({ mode = mode, max_attempts = max_attempts, random = random, capacity = CAPACITY }, Policy)
end

local function back_off(self, class, attempt, err)
  if self.mode == "legacy" then
    return self.random() * 2 ^ (attempt - 1)
  end
  local scale = class == "throttling" and 1 or 0.05
  local delay = self.random() * math.min(scale * 2 ^ (attempt - 1), LONGEST)
  local hint = hint_of(err)
  return hint and math.max(delay, math.min(hint, delay + HINT)) or delay
end

-- Takes what a retry of that kind costs; nil where the quota does not have it.
local function take(self, class)
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

--- Decides about another attempt.
-- @param err table: the error object of attempt number `attempt` (from 1)
-- @param left number: how many seconds the call still has
-- @return number: seconds to wait before the next attempt, and what it took from the quota; or nil
--   and, where the failure would have been worth one, why there is none: "max_attempts", "timeout"
--   or "quota"
function Policy:decide(err, attempt, left)
  local class = retry.classify(err)
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
  local taken = take(self, class)
  if not taken then
    return nil, "quota"
  end
  return delay, taken
end

--- Gives back to the quota after a success.
-- @param taken number or nil: what the last retry of the call took; nil without one
function Policy:succeeded(taken)
  self.capacity = math.min(CAPACITY, self.capacity + (taken or REWARD))
end

return retry
