--- The options of `glacier.client`: their names and types, checked before anything else happens.
local fail = require "glacier.fail"

local options = {}

local function a(kind)
  return function(value)
    return type(value) == kind, kind
  end
end

local function seconds(value)
  return type(value) == "number" and value > 0, "number (seconds, more than 0)"
end

local function header_text(value)
  return type(value) == "string" and not value:find("%c"), "string (without control characters)"
end

local function either(first, second)
  return function(value)
    local kind = type(value)
    return kind == first or kind == second, first .. " or " .. second
  end
end

-- One row an option: a function that says whether a value may be meant, and what would be.
local known = {
  region = a "string",
  endpoint_url = a "string",
  credentials = either("table", "function"),
  ca_bundle = a "string",
  verify = a "boolean",
  connect_timeout = seconds,
  read_timeout = seconds,
  transport = a "function",
  wait = a "function",
  env = a "table",
  user_agent_extra = header_text,
}

local function names()
  local list = {}
  for name in pairs(known) do
    list[#list + 1] = name
  end
  table.sort(list)
  return table.concat(list, ", ")
end

--- Checks the options of `glacier.client`.
-- Raises `ParamValidationError` (kind "validation"), listing every option that is unknown or of the
-- wrong type, one a line.
-- @param given table or nil
-- @return table: the same, or an empty one
function options.check(given)
  local problems = {}
  if given ~= nil and type(given) ~= "table" then
    fail.raise("validation", "ParamValidationError", ("glacier.client: options must be a table, not a %s"):format(type(given)))
  end
  for name, value in pairs(given or {}) do
    local check = known[name]
    if not check then
      problems[#problems + 1] = ("Unknown option: %q, must be one of: %s"):format(tostring(name), names())
    else
      local good, wanted = check(value)
      if not good then
        problems[#problems + 1] = ("Invalid type for option %s, type: %s, valid types: %s"):format(name, type(value), wanted)
      end
    end
  end
  if problems[1] then
    table.sort(problems)
    fail.raise("validation", "ParamValidationError", "glacier.client:\n" .. table.concat(problems, "\n"))
  end
  return given or {}
end

return options
