--- The arguments of `client:download`, `client:retrieve` and `client:list_archives`, checked all at once.
local errors = require("glacier.core").errors
local parameters = require "glacier.call.parameters"
local paths = require "glacier.config.paths"

local arguments = {}

local function is_count(value)
  return type(value) == "number" and value >= 1 and value % 1 == 0 and value < math.huge
end

local function is_seconds(value)
  return type(value) == "number" and value >= 0 and value < math.huge
end

local function is_of(kind)
  return function(value)
    return type(value) == kind
  end
end

-- { test, description of valid values }. The other arguments are members of the service's operations.
local checks = {
  path = { function(value) return type(value) == "string" and not paths.fault(value) end, "string (a path)" },
  partSize = { parameters.is_part_size, "number (1 MiB times a power of 2, 4 GiB at most)" },
  concurrency = { is_count, "number (integer, at least 1)" },
  progress = { is_of "function", "function" },
  on_wait = { is_of "function", "function" },
  delay = { is_seconds, "number (seconds)" },
  tier = { is_of "string", "string" },
  format = { function(value) return value == "JSON" or value == "CSV" end, '"JSON" or "CSV"' },
}

--- Checks arguments. Raises `ParamValidationError`, which lists every problem, one per line.
-- @param caller string: the name of the method, for messages
-- @param given table or nil
-- @param names list of strings: all arguments of the method
-- @param required list of strings: the required arguments, besides vaultName
-- @return table: `given`
function arguments.check(caller, given, names, required)
  local violations = {}
  if given == nil then
    given = {}
  elseif type(given) ~= "table" then
    errors.invalid(caller,
      ("%s: Parameter validation failed:\nInvalid type for parameter input, type: %s, valid types: table"):format(
        caller, type(given)))
  end
  parameters.check_names(given, names, violations)
  local needs_job = false
  for _, name in ipairs(required) do
    needs_job = needs_job or name == "jobId"
    if name ~= "jobId" and given[name] == nil then
      violations[#violations + 1] = ('Missing required parameter in input: "%s"'):format(name)
    end
  end
  local job_id = given.jobId
  if job_id == nil and not needs_job then
    job_id = "-"
  end
  parameters.check_members("DescribeJob", {
    vaultName = given.vaultName, accountId = given.accountId, jobId = job_id,
  }, violations)
  if given.archiveId ~= nil then
    parameters.check_members("DeleteArchive", { vaultName = "-", archiveId = given.archiveId }, violations)
  end
  parameters.check_values(given, names, checks, violations)
  if violations[1] then
    errors.invalid(caller, ("%s: Parameter validation failed:\n%s"):format(caller, table.concat(violations, "\n")))
  end
  return given
end

return arguments
