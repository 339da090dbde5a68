--- Decides whether another attempt after a failure can help.

-- The codes of a service that limits the rate of requests. Status 429 has the same meaning.
local throttling_codes = {
  Throttling = true, ThrottlingException = true, ThrottledException = true, RequestThrottled = true,
  RequestThrottledException = true, TooManyRequestsException = true, RequestLimitExceeded = true,
  ProvisionedThroughputExceededException = true, TransactionInProgressException = true,
  BandwidthLimitExceeded = true, SlowDown = true, PriorRequestNotComplete = true, EC2ThrottledException = true,
}

-- IDPCommunicationError is an error of the Security Token Service.
local transient_codes = { RequestTimeout = true, RequestTimeoutException = true, IDPCommunicationError = true }
local transient_statuses = { [500] = true, [502] = true, [503] = true, [504] = true }

-- After these codes another attempt cannot help, whatever the status is.
local permanent_codes = {
  LimitExceededException = true, PolicyEnforcedException = true,
  InsufficientCapacityException = true, NoLongerSupportedException = true,
}

--- Classifies a failure for the retry policies.
-- @param err table: an error object, or { kind = "service", code = string or nil, status = number }
-- @return string: "throttling" or "transient"; nil if trying again cannot help
local function classify(err)
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

return classify
