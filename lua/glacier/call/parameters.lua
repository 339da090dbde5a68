--- Checks the parameters of methods that send several operations: upload, download, retrieve, list_archives. Each check
-- adds its problems to a list, as lines in botocore's words.
local core = require "glacier.core"

local parameters = {}

-- The smallest and the largest part size in bytes. Part sizes are 1 MiB times a power of 2: the service accepts no
-- other part sizes in an upload, and sends tree hashes only for ranges of such sizes.
local MIB, LARGEST = 1024 * 1024, 4096 * 1024 * 1024

--- Returns whether a number of bytes is a valid part size: 1 MiB times a power of 2, 4 GiB at most.
function parameters.is_part_size(value)
  local size = MIB
  while size < LARGEST and size ~= value do
    size = size * 2
  end
  return size == value
end

--- Reports each parameter that is not in `names`.
function parameters.check_names(given, names, violations)
  local known = {}
  for _, name in ipairs(names) do
    known[name] = true
  end
  for name in pairs(given) do
    if not known[name] then
      violations[#violations + 1] = ("Unknown parameter in input: \"%s\", must be one of: %s"):format(
        tostring(name), table.concat(names, ", "))
    end
  end
  table.sort(violations)
end

--- Reports the problems that an operation finds in its parameters.
function parameters.check_members(operation, params, violations)
  local good, err = pcall(core.prepare, operation, params, "http://localhost")
  if good then
    return
  elseif type(err) ~= "table" or err.code ~= "ParamValidationError" then
    error(err, 0)
  end
  violations[#violations + 1] = err.message:gsub("^Parameter validation failed:\n", "")
end

--- Reports each value that does not pass its check.
-- @param checks table: by name { function(value) -> boolean, description of valid values }
function parameters.check_values(given, names, checks, violations)
  for _, name in ipairs(names) do
    local row, value = checks[name], given[name]
    if row and value ~= nil and not row[1](value) then
      violations[#violations + 1] = ("Invalid value for parameter %s, value: %s, type: %s, valid: %s"):format(
        name, tostring(value):sub(1, 64), type(value), row[2])
    end
  end
end

return parameters
