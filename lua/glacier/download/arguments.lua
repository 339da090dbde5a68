--- The arguments of `client:download`, `client:retrieve` and `client:list_archives`, checked all at once.
local core = require "glacier.core"
local errors = require "glacier.errors"

local arguments = {}

-- The service's limits for ranges whose tree hash it sends: 1 MiB times a power of 2.
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

-- { test, what would be valid }. The other arguments are members of the service's operations.
local own = {
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

local function check_own(given, names, problems)
  for _, name in ipairs(names) do
    local row, value = own[name], given[name]
    if row and value ~= nil and not row[1](value) then
      problems[#problems + 1] = ("Invalid value for parameter %s, value: %s, type: %s, valid: %s"):format(
        name, tostring(value):sub(1, 64), type(value), row[2])
    end
  end
end

-- What an operation of the service would object to in its parameters.
local function check_members(operation, params, problems)
  local good, err = pcall(core.prepare, operation, params, "http://localhost")
  if good then
    return
  elseif type(err) ~= "table" or err.code ~= "ParamValidationError" then
    error(err, 0)
  end
  problems[#problems + 1] = err.message:gsub("^Parameter validation failed:\n", "")
end

--- Checks arguments. Raises `ParamValidationError`, which lists every problem, one a line.
-- @param caller string: the method that messages name
-- @param given table or nil
-- @param names list of strings: every argument that the method has
-- @param required list of strings: those that must be there besides the members of DescribeJob
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
  check_own(given, names, problems)
  if problems[1] then
    errors.invalid(caller, ("%s: Parameter validation failed:\n%s"):format(caller, table.concat(problems, "\n")))
  end
  return given
end

return arguments
