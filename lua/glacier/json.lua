--- JSON, read by lua-cjson. An instance of our own: settings that a program makes on the shared one
-- do not reach it. "nan" and hexadecimal numbers are no JSON.
local cjson = require "cjson"

local json = {}

local own = cjson.new()
own.decode_invalid_numbers(false)

--- What stands for null in a value.
json.null = cjson.null

--- Reads a text.
-- @param text string or nil
-- @return the value; nil where the text is no JSON
function json.decode(text)
  local good, value = pcall(own.decode, text)
  if good then
    return value
  end
end

--- Writes a value.
-- @return string
json.encode = own.encode

return json
