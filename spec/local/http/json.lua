-- Writes and reads JSON. An object is written from a list of { name, value } pairs, which keeps the order of its
-- members. A list is marked, so that an empty list becomes [] and not {}.

local cjson = require "cjson.safe"
local errors = require "http.errors"

local decoder = cjson.new()
decoder.decode_invalid_numbers(false)

local json = { null = cjson.null }

local List, Raw = {}, {}

-- Marks a sequence as a JSON list.
function json.list(items)
  return setmetatable(items, List)
end

-- Marks a string that is already JSON.
function json.raw(text)
  return setmetatable({ text }, Raw)
end

-- cjson escapes every slash; Glacier does not.
local function encode_scalar(value)
  return (cjson.encode(value):gsub("\\/", "/"))
end

local function encode_object(pairs_)
  local members = {}
  for i, pair in ipairs(pairs_) do
    members[i] = encode_scalar(pair[1]) .. ":" .. json.encode(pair[2])
  end
  return "{" .. table.concat(members, ",") .. "}"
end

function json.encode(value)
  if type(value) ~= "table" then return encode_scalar(value) end
  if getmetatable(value) == Raw then return value[1] end
  if getmetatable(value) ~= List then return encode_object(value) end
  local items = {}
  for i, item in ipairs(value) do items[i] = json.encode(item) end
  return "[" .. table.concat(items, ",") .. "]"
end

-- Decodes a request's body. Raises SerializationException unless it is an object.
function json.decode_object(text)
  local _, _, not_utf8 = ngx.re.find(text, "^", "u")
  local value = not not_utf8 and text:find "^%s*{" and decoder.decode(text)
  if not value then
    errors.raise("SerializationException", "The request body is not a JSON object.")
  end
  return value
end

return json
