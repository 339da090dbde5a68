--- Reads and writes JSON with lua-cjson. It uses the only instance of the module, which the settings that a
-- program makes on the shared one do not reach.
local cjson = require "cjson"
local core = require "glacier.core"

local json = {}

local instance = cjson.new()
instance.decode_invalid_numbers(false) -- "nan" and hexadecimal numbers are not JSON

--- The value that stands for null.
json.null = cjson.null

--- lua-cjson's function, for `core.parse`. Other users call `json.decode`.
json.reader = instance.decode

--- Reads a text. Integers are exact, whatever the locale is. Raises only if memory runs out.
-- @param text string or nil
-- @return the value; nil if the text is not JSON
function json.decode(text)
  return text and core.decode(json.reader, text)
end

--- Writes a value.
-- @return string
json.encode = instance.encode

return json
