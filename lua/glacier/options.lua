--- The options of `glacier.client`: their names and types, checked before anything else happens.
local errors = require "glacier.errors"

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

local function count(value)
  return type(value) == "number" and value >= 1 and value % 1 == 0, "number (integer, at least 1)"
end

local function threads(value)
  return type(value) == "number" and value >= 0 and value % 1 == 0, "number (integer, at least 0)"
end

local function retry_mode(value)
  return value == "standard" or value == "legacy" or value == "adaptive", "standard, legacy, adaptive"
end

local function either(first, second)
  return function(value)
    local kind = type(value)
    return kind == first or kind == second, first .. " or " .. second
  end
end

local function wait(value)
  local good = type(value) == "function" or type(value) == "table" and type(value.sleep) == "function"
    and (value.readable == nil or type(value.readable) == "function")
  return good, "function, or table { sleep = function, readable = function }"
end

-- One row for each option: a function that returns whether a value is valid, and a description of valid values.
local known = {
  region = a "string",
  endpoint_url = a "string",
  credentials = either("table", "function"),
  profile = a "string",
  use_fips_endpoint = a "boolean",
  use_dualstack_endpoint = a "boolean",
  connect_timeout = seconds,
  read_timeout = seconds,
  timeout = seconds,
  max_attempts = count,
  hash_threads = threads,
  retry_mode = retry_mode,
  ca_bundle = a "string",
  verify = a "boolean",
  proxy = a "string",
  user_agent_extra = header_text,
  strict_notifications = a "boolean",
  env = a "table",
  logger = a "function",
  wait = wait,
  transport = a "function",
  mfa_code = a "function",
  clock = a "function",
  random = a "function",
}

local function names()
  local list = {}
  for name in pairs(known) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

-- Returns the number of characters to insert, remove or replace that make one text of the other.
local function distance(one, other)
  local row = {}
  for j = 0, #other do row[j] = j end
  for i = 1, #one do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #other do
      local replaced = diagonal + (one:byte(i) == other:byte(j) and 0 or 1)
      diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, replaced)
    end
  end
  return row[#other]
end

-- Names the option that is most similar to an unknown name, if it differs by one or two characters.
local function suggestion(unknown)
  local nearest, least = nil, 3
  for _, name in ipairs(names()) do
    local differs = math.abs(#name - #unknown) < least and distance(name, unknown) or least
    if differs < least then
      nearest, least = name, differs
    end
  end
  return nearest and (" (did you mean %q?)"):format(nearest) or ""
end

local function unknown_option(name)
  return ("Unknown option: %q%s, must be one of: %s"):format(name, suggestion(name), table.concat(names(), ", "))
end

--- Checks the options of `glacier.client`.
-- Raises `ParamValidationError` (kind "validation"). Its message lists every unknown option and every invalid value,
-- one per line.
-- @param given table or nil
-- @return table: `given`, or an empty table for nil
function options.check(given)
  local violations = {}
  if given ~= nil and type(given) ~= "table" then
    errors.invalid("glacier.client",
      ("glacier.client: options must be a table, not a %s"):format(type(given)))
  end
  for name, value in pairs(given or {}) do
    local check = known[name]
    if not check then
      violations[#violations + 1] = unknown_option(tostring(name))
    else
      local good, expected = check(value)
      violations[#violations + 1] = not good
        and ("Invalid value for option %s, type: %s, valid: %s"):format(name, type(value), expected) or nil
    end
  end
  errors.check("glacier.client", violations)
  return given or {}
end

return options
