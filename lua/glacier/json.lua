--- Reads JSON with lua-cjson, and writes JSON. All modules here use this one instance of lua-cjson. It is separate from
-- the shared instance, so a program that changes the settings of the shared instance does not change this one.
local cjson = require "cjson"
local core = require "glacier.core"

local json = {}

local instance = cjson.new()
instance.decode_invalid_numbers(false) -- "nan" and hexadecimal numbers are not JSON

--- The value that represents null.
json.null = cjson.null

--- lua-cjson's function, for `core.parse`. Other users call `json.decode`.
json.reader = instance.decode

--- Reads a text. Integers are exact, and the locale does not matter. Raises an error only if memory runs out.
-- @param text string or nil
-- @return the value; nil if the text is not JSON
function json.decode(text)
  return text and core.decode(json.reader, text)
end

--- Writes a value. Integers are exact, and the locale does not matter. U+FFFD replaces what is not valid UTF-8, because
-- a result of the command may contain the name of a file, which may have any bytes.
-- @param value table (a list, or an object with names as keys), string, number, boolean or `json.null`
-- @return string
json.encode = core.encode

return json
