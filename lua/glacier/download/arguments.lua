--- The arguments of `client:download`, `client:retrieve` and `client:list_archives`, checked all at once.
local core = require "glacier.core"
local errors = require "glacier.errors"

local arguments = {}

-- Bytes: the smallest and the largest part size. The service sends tree hashes only for ranges of 1 MiB times a power
-- of 2.
local MIB, LARGEST = 1024 * 1024, 4096 * 1024 * 1024

local function is_part_size(value)
  local size = MIB
  while size < LARGEST and size ~= value do
    size = size * 2
  end
  return size == value
end

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
  path = { function(value) return type(value) == "string" and value ~= "" and not value:find("\0", 1, true) end,
    "string (a path)" },
  partSize = { is_part_size, "number (1 MiB times a power of 2, 4 GiB at most)" },
  concurrency = { is_count, "number (integer, at least 1)" },
  progress = { is_of "function", "function" },
  on_wait = { is_of "function", "function" },
  delay = { is_seconds, "number (seconds)" },
  tier = { is_of "string", "string" },
  format = { function(value) return value == "JSON" or value == "CSV" end, '"JSON" or "CSV"' },
}

local function check_names(given, names, problems)
  local known = {}
  for _, name in ipairs(names) do
    known[name] = true
  end
  for name in pairs(given) do
    if not known[name] then
      problems[#problems + 1] = ("Unknown parameter in input: \"%s\", must be one of: %s"):format(
        tostring(name), table.concat(names, ", "))
    end
  end
  table.sort(problems)
end

local function check_values(given, names, problems)
  for _, name in ipairs(names) do
    local row, value = checks[name], given[name]
    if row and value ~= nil and not row[1](value) then
      problems[#problems + 1] = ("Invalid value for parameter %s, value: %s, type: %s, valid: %s"):format(
        name, tostring(value):sub(1, 64), type(value), row[2])
    end
  end
end

-- Adds the problems that an operation finds in its parameters.
local function check_members(operation, params, problems)
  local good, err = pcall(core.prepare, operation, params, "http://localhost")
  if good then
    return
  elseif type(err) ~= "table" or err.code ~= "ParamValidationError" then
    error(err, 0)
  end
  problems[#problems + 1] = err.message:gsub("^Parameter validation failed:\n", "")
end

--- Checks arguments. Raises `ParamValidationError`, which lists every problem, one per line.
-- @param caller string: the name of the method, for messages
-- @param given table or nil
-- @param names list of strings: all arguments of the method
-- @param required list of strings: the required arguments, besides vaultName
-- @return table: `given`
function arguments.check(caller, given, names, required)
  local problems = {}
  if given == nil then
    given = {}
  elseif type(given) ~= "table" then
    errors.invalid(caller,
      ("%s: Parameter validation failed:\nInvalid type for parameter input, type: %s, valid types: table"):format(
        caller, type(given)))
  end
  check_names(given, names, problems)
  local needs_job = false
  for _, name in ipairs(required) do
    needs_job = needs_job or name == "jobId"
    if name ~= "jobId" and given[name] == nil then
      problems[#problems + 1] = ('Missing required parameter in input: "%s"'):format(name)
    end
  end
  local job_id = given.jobId
  if job_id == nil and not needs_job then
    job_id = "-"
  end
  check_members("DescribeJob", { vaultName = given.vaultName, accountId = given.accountId, jobId = job_id }, problems)
  if given.archiveId ~= nil then
    check_members("DeleteArchive", { vaultName = "-", archiveId = given.archiveId }, problems)
  end
  check_values(given, names, problems)
  if problems[1] then
    errors.invalid(caller, ("%s: Parameter validation failed:\n%s"):format(caller, table.concat(problems, "\n")))
  end
  return given
end

return arguments
