-- The members of a request's JSON object, by name and type ("string", "number", "table"). A null counts
-- as a missing member.

local errors = require "http.errors"
local json = require "http.json"

local members = {}

-- Returns the member's value or nil. Raises SerializationException if its type is wrong.
function members.optional(object, name, kind)
  local value = object[name]
  if value == nil or value == json.null then return nil end
  if type(value) ~= kind then
    errors.raise("SerializationException", "The member %s has the wrong type.", name)
  end
  return value
end

-- Returns the member's value as `optional` does, but raises MissingParameterValueException if it is missing.
function members.required(object, name, kind)
  local value = members.optional(object, name, kind)
  if value == nil then
    errors.raise("MissingParameterValueException", "Required parameter missing: %s", name)
  end
  return value
end

-- Returns the table. Raises unless it is a list whose items have the type `kind`.
function members.list(value, name, kind)
  local count = 0
  for _ in pairs(value) do count = count + 1 end
  for i = 1, count do
    if type(value[i]) ~= kind then
      errors.raise("SerializationException", "The member %s has the wrong type.", name)
    end
  end
  return value
end

return members
