--- JSON that others write: the answers of credential services, programs and cached tokens.
local json = require "glacier.json"

local answer = {}

--- Reads an object.
-- @param text string or nil
-- @return table; nil where the text is no JSON, or no object
function answer.decode(text)
  local value = json.decode(text)
  return type(value) == "table" and value or nil
end

--- Writes an object.
-- @param fields table: names to strings
-- @return string
function answer.encode(fields)
  return json.encode(fields)
end

--- Whether an object has a member that is not null.
function answer.has(object, name)
  return object[name] ~= nil and object[name] ~= json.null
end

--- A member that is a string; nil where it is missing, empty or of another type.
function answer.text(object, name)
  local value = object[name]
  return type(value) == "string" and value ~= "" and value or nil
end

--- Which of the named members are no strings.
-- @param names list of strings
-- @return string: their names, joined by commas; nil where all are there
function answer.missing(object, names)
  local list = {}
  for _, name in ipairs(names) do
    if not answer.text(object, name) then
      list[#list + 1] = name
    end
  end
  return list[1] and table.concat(list, ", ")
end

return answer
