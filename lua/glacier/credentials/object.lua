--- Reads JSON objects from other programs: responses of services, output of programs, cached tokens.
local core = require "glacier.core"
local errors = require "glacier.credentials.errors"
local json = require "glacier.json"

local object = {}

--- Reads an object.
-- @param text string or nil
-- @return table; nil if the text is not a JSON object
function object.decode(text)
  local value = json.decode(text)
  return type(value) == "table" and value or nil
end

--- Returns the value of a member that is a string; nil if it is missing, null, empty or of another type.
function object.text(from, name)
  local value = from[name]
  return type(value) == "string" and value ~= "" and value or nil
end

--- Finds the members that must be strings with at least one character, and are not.
-- @param names list of strings
-- @param nullable string or nil: the name of a member that must exist, but may be null or empty
-- @return string: the names of these members, joined by commas; nil if there are none
function object.missing(from, names, nullable)
  local list = {}
  for _, name in ipairs(names) do
    list[#list + 1] = not object.text(from, name) and name or nil
  end
  if nullable and type(from[nullable]) ~= "string" and from[nullable] ~= json.null then
    list[#list + 1] = nullable
  end
  return list[1] and table.concat(list, ", ")
end

--- Reads the member that holds the time when keys expire, in any format of `core.parse_date`.
-- @return number: seconds since the epoch; or nil and the problem
function object.expiration(from, name)
  local value = from[name]
  local epoch = core.parse_date(value)
  if epoch then
    return epoch
  end
  local shown = type(value) == "string" and '"' .. errors.quote(value) .. '"' or "of type " .. type(value)
  return nil, ("%s cannot be read as a date: %s"):format(name, shown)
end

return object
