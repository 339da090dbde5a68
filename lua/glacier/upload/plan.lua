--- The arguments of `client:upload`. They are checked all at once, and determine the parts of the upload.
local errors = require("glacier.core").errors
local parameters = require "glacier.call.parameters"
local parts = require "glacier.body.parts"
local source = require "glacier.body.source"

local plan = {}

local MIB = 1024 * 1024

-- The service's limits: "Uploading Large Archives in Parts" of the developer guide.
local MOST_PARTS, LARGEST = 10000, 4096 * MIB

-- The default size of parts. Several parts fit into memory, and the cost of a request is small compared to a part.
local USUAL = 4 * MIB

local WORDS = "upload: Parameter validation failed:\n"

--- The maximum number of parts of an upload.
plan.MOST_PARTS = MOST_PARTS

--- Returns a part size with which the body needs at most 10,000 parts.
-- @param total number or nil: bytes; nil if the number is unknown
-- @return number; the largest possible size for a body that is too large for any
function plan.part_size(total)
  local size = USUAL
  while size < LARGEST and size * MOST_PARTS < (total or 0) do
    size = size * 2
  end
  return size
end

local function line_of(name, why)
  return ("Invalid value for parameter %s, %s"):format(name, why)
end

--- Returns the origin of an upload's body, for error messages.
-- @param name string: the parameter that it came in
-- @return table: of `source.open`
function plan.origin(name)
  return { operation = "upload", words = WORDS .. line_of(name, "") }
end

--- Raises `ParamValidationError` about the body of an upload.
-- @param planned table: of `plan.new`
-- @param why string
function plan.raise_invalid(planned, why)
  return source.raise_invalid(planned.origin, why)
end

local function is_count(value)
  return type(value) == "number" and value >= 1 and value % 1 == 0 and value < math.huge
end

-- { test, description of valid values }
local checks = {
  path = { function(value) return type(value) == "string" end, "string" },
  body = {
    function(value) return type(value) == "string" or type(value) == "function" or io.type(value) == "file" end,
    "string, open file, function",
  },
  reader = {
    function(value) return type(value) == "function" or io.type(value) == "file" end, "function, open file",
  },
  partSize = { parameters.is_part_size, "number (1 MiB times a power of 2, 4 GiB at most)" },
  concurrency = { is_count, "number (integer, at least 1)" },
  progress = { function(value) return type(value) == "function" end, "function" },
  abort_on_failure = { function(value) return type(value) == "boolean" end, "boolean" },
}

-- All parameters, in the order of messages.
local all = {
  "vaultName", "accountId", "archiveDescription", "uploadId", "path", "body", "reader", "partSize", "concurrency",
  "progress", "abort_on_failure",
}

-- Returns the name of the parameter that holds the body.
local function body_name(given, violations)
  local names = {}
  for _, name in ipairs { "path", "body", "reader" } do
    names[#names + 1] = given[name] ~= nil and name or nil
  end
  if #names == 0 then
    violations[#violations + 1] = 'Missing required parameter in input: one of "path", "body", "reader"'
  elseif #names > 1 then
    violations[#violations + 1] = "Conflicting parameters, only one may be given: " .. table.concat(names, ", ")
  end
  return names[1]
end

--- Returns why a body is too large for parts of this size; nil if it is not.
-- @param total number or nil: bytes
-- @param size number: bytes
function plan.excess(total, size)
  local most = size * MOST_PARTS
  return total and total > most and ("it has %.0f bytes, but %d parts of %.0f bytes have only %.0f"):format(
    total, MOST_PARTS, size, most) or nil
end

local function open_body(given, violations)
  local name = body_name(given, violations)
  if violations[1] then
    return nil
  end
  local opened, why = parts.open(name, given[name], plan.origin(name))
  local size = given.partSize or opened and plan.part_size(opened.total)
  -- A resumed upload keeps the part size that it began with.
  why = why or plan.excess(opened.total, not given.uploadId and size or LARGEST)
  if why then
    violations[1] = line_of(name, why)
  end
  return opened, name, size
end

local function check(given)
  local violations = {}
  parameters.check_names(given, all, violations)
  parameters.check_members("UploadArchive", {
    vaultName = given.vaultName, accountId = given.accountId, archiveDescription = given.archiveDescription, body = "",
  }, violations)
  parameters.check_members("ListParts", {
    vaultName = "-", uploadId = given.uploadId == nil and "-" or given.uploadId,
  }, violations)
  parameters.check_values(given, all, checks, violations)
  return violations
end

--- Checks the arguments and opens the body.
-- Raises `ParamValidationError`, which lists every problem, one per line. The body is then closed.
-- @param given table or nil
-- @return table: vaultName, accountId or nil, archiveDescription or nil, uploadId or nil, body (of
--   `glacier.body.parts`), origin (of `source.open`), part_size, concurrency, progress
--   (a function), abort_on_failure
function plan.new(given)
  if given == nil then
    given = {}
  elseif type(given) ~= "table" then
    errors.invalid("upload", WORDS .. ("Invalid type for parameter input, type: %s, valid types: table"):format(
      type(given)))
  end
  local violations = check(given)
  local opened, name, size = open_body(given, violations)
  if violations[1] then
    if opened then
      opened.close()
    end
    errors.invalid("upload", WORDS .. table.concat(violations, "\n"))
  end
  return {
    vaultName = given.vaultName, accountId = given.accountId, archiveDescription = given.archiveDescription,
    uploadId = given.uploadId, body = opened, origin = plan.origin(name), part_size = math.floor(size),
    concurrency = given.concurrency or 4, progress = given.progress or function() end,
    abort_on_failure = given.abort_on_failure,
  }
end

return plan
