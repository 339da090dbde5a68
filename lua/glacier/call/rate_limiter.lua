--- The adaptive retry mode's rate limiter: a token bucket. Its rate depends on the throttling of the service, by the
-- cubic rule of the AWS SDKs. It limits nothing before the first throttled request.
local classify = require "glacier.call.classify"

local rate_limiter = {}

-- The constants of the rule: after a throttled request the rate is multiplied by BETA. Then it grows with SCALE times
-- the cube of the time, but to at most MEASURED_SCALE times the measured rate.
local BETA, SCALE, MEASURED_SCALE = 0.7, 0.4, 2
local SLOWEST = 0.5 -- requests a second
local SHORTEST = 1e-6 -- seconds: a shorter wait may be lost in the rounding of a clock
local BUCKET = 0.5 -- seconds in which requests are counted
local SMOOTHING = 0.8 -- the weight of the newest count

local Limiter = {}
Limiter.__index = Limiter

--- Makes the limiter that all calls of a client share.
-- @param clock function() -> number: seconds
function rate_limiter.new(clock)
  local now = clock()
  return setmetatable({
    clock = clock, enabled = false,
    rate = 1, capacity = 1, tokens = 0, filled_at = now,
    measured = 0, count = 0, bucket = math.floor(now),
    highest = 0, fell_at = now, recovery = 0,
  }, Limiter)
end

local function fill(self)
  local now = self.clock()
  self.tokens = math.min(self.capacity, self.tokens + (now - self.filled_at) * self.rate)
  self.filled_at = now
end

local function set_rate(self, rate)
  fill(self)
  self.rate = math.max(rate, SLOWEST)
  self.capacity = math.max(rate, 1)
  self.tokens = math.min(self.tokens, self.capacity)
end

--- Returns the time to wait before sending. Call it again after each wait, until it returns 0. It has then taken a
-- token.
-- @return number: seconds
function Limiter:delay()
  if not self.enabled then
    return 0
  end
  fill(self)
  if self.tokens >= 1 then
    self.tokens = self.tokens - 1
    return 0
  end
  return math.max((1 - self.tokens) / self.rate, SHORTEST)
end

-- Counts a response. Returns the measured rate: the smoothed rate of complete buckets.
local function measure(self, now)
  local bucket = math.floor(now / BUCKET) * BUCKET
  self.count = self.count + 1
  if bucket > self.bucket then
    local current = self.count / (bucket - self.bucket)
    self.measured = current * SMOOTHING + self.measured * (1 - SMOOTHING)
    self.count, self.bucket = 0, bucket
  end
  return self.measured
end

--- Records a response, and adjusts the rate.
-- @param throttled boolean
function Limiter:answered(throttled)
  local now = self.clock()
  local measured = measure(self, now)
  local rate
  if throttled then
    self.highest = self.enabled and math.min(measured, self.rate) or measured
    self.fell_at, self.enabled = now, true
    self.recovery = (self.highest * (1 - BETA) / SCALE) ^ (1 / 3)
    rate = self.highest * BETA
  else
    rate = SCALE * (now - self.fell_at - self.recovery) ^ 3 + self.highest
  end
  set_rate(self, math.min(rate, MEASURED_SCALE * measured))
end

--- Records the result of an attempt.
-- @param err table or nil
function Limiter:observe(err)
  self:answered(err ~= nil and classify(err) == "throttling")
end

--- Waits until a request may be sent.
-- @param context context
-- @return boolean: false if the deadline would pass first
function Limiter:wait(context)
  local delay = self:delay()
  while delay > 0 do
    if delay >= context:remaining() then
      return false
    end
    context:sleep(delay)
    delay = self:delay()
  end
  return true
end

return rate_limiter
