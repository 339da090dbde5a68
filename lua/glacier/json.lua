--- Reads and writes JSON with lua-cjson. It uses an instance of its own, which the settings that a program
-- makes on the shared one do not reach. "nan" and hexadecimal numbers are not JSON.
local cjson = require "cjson"

local json = {}

local own = cjson.new()
own.decode_invalid_numbers(false)

--- The value that stands for null.
json.null = cjson.null

--- Reads a text.
-- @param text string or nil
-- @return the value; nil where the text is not JSON. Out of memory is Lua's own error
function json.decode(text)
  local good, value = pcall(own.decode, text)
  if good then
    return value
  elseif value == "not enough memory" then
    return error(value, 0)
  end
end

--- Writes a value.
-- @return string
json.encode = own.encode

return json
