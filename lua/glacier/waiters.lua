--- Waiters: poll an operation until a vault or a job is in the expected state.
local errors = require("glacier.core").errors
local copcall = require "glacier.async.copcall"

local waiters = {}

-- Each waiter calls `operation` and passes the output to `check`. `check` returns true when the waiter is done; false
-- and a description of the current state to continue; nil and a reason when the expected state is no longer possible.
-- If `missing` is set, ResourceNotFoundException is a valid response, and `check` gets nil. The first two waiters and
-- their messages are botocore's; their delays (seconds) and attempts are those of the service's waiters-2.json. A job
-- takes hours, so its delay is longer and it has more attempts.
local known = {
  vault_exists = {
    name = "VaultExists",
    operation = "DescribeVault", delay = 3, max_attempts = 15, missing = true,
    check = function(output)
      return output ~= nil, "Matched expected service error code: ResourceNotFoundException"
    end,
  },
  vault_not_exists = {
    name = "VaultNotExists",
    operation = "DescribeVault", delay = 3, max_attempts = 15, missing = true,
    check = function(output)
      return output == nil, "Matched expected HTTP status code: 200"
    end,
  },
  job_completed = {
    name = "JobCompleted",
    operation = "DescribeJob", delay = 60, max_attempts = 2000,
    check = function(output)
      if output.StatusCode == "Failed" then
        return nil, "the job failed: " .. tostring(output.StatusMessage or "no reason given")
      end
      return output.Completed == true, "the job is in progress"
    end,
  },
}

local function raise_error(waiter, reason, last)
  return errors.raise("waiter", "WaiterError", ("Waiter %s failed: %s"):format(waiter.name, reason),
    { operation = waiter.operation, response = last })
end

local function settings_of(waiter, options)
  if options ~= nil and type(options) ~= "table" then
    errors.invalid("wait_until", "wait_until: the options must be a table")
  end
  local settings = { delay = waiter.delay, max_attempts = waiter.max_attempts }
  for key, value in pairs(options or {}) do
    local known_key = key == "delay" or key == "max_attempts" or key == "timeout"
    if not known_key or type(value) ~= "number" or value < 0 or value ~= value then
      errors.invalid("wait_until",
        ("wait_until: invalid option %s: expected the numbers delay, max_attempts or timeout"):format(tostring(key)))
    end
    settings[key] = value
  end
  return settings
end

-- Calls the operation once. Returns its output; nil if a missing resource is a valid response. The second result is the
-- response in both cases.
local function ask(host, waiter, params)
  local good, outcome = copcall.call(host.call, waiter.operation, params)
  if good then
    return outcome, outcome
  elseif waiter.missing and type(outcome) == "table" and outcome.code == "ResourceNotFoundException" then
    return nil, outcome.response
  end
  return error(outcome, 0)
end

--- Waits for a vault or a job.
-- Raises `WaiterError` (kind "waiter"; `response` is the last response) after the last attempt, if the next attempt
-- would come after the timeout, or when the expected state can no longer be reached. Other errors of the operation are
-- raised unchanged.
-- @param host table: `call(operation, params)`, `pause(seconds)`, `clock()`
-- @param name string: "vault_exists", "vault_not_exists", "job_completed"
-- @param params table: of DescribeVault or DescribeJob
-- @param options table or nil: delay (seconds), max_attempts, timeout (seconds)
-- @return table: the last response
function waiters.wait(host, name, params, options)
  local waiter = known[name]
  if not waiter then
    errors.invalid("wait_until", ("Waiter does not exist: %s"):format(tostring(name)))
  end
  local settings = settings_of(waiter, options)
  local deadline = settings.timeout and host.clock() + settings.timeout
  for attempt = 1, math.huge do
    local output, last = ask(host, waiter, params)
    local done, seen = waiter.check(output)
    if done then
      return last
    elseif done == nil then
      return raise_error(waiter, seen, last)
    elseif attempt >= settings.max_attempts then
      return raise_error(waiter, "Max attempts exceeded. Previously accepted state: " .. seen, last)
    elseif deadline and host.clock() + settings.delay > deadline then
      return raise_error(waiter, "the timeout would pass. Previously accepted state: " .. seen, last)
    end
    host.pause(settings.delay)
  end
end

return waiters
