-- Random identifiers in Glacier's format: letters, digits, `-` and `_`.

local rand = require "openssl.rand"

local identifier = {}

-- URL-safe base64 without padding.
function identifier.encode(bytes)
  return (ngx.encode_base64(bytes, true):gsub("[+/]", { ["+"] = "-", ["/"] = "_" }))
end

-- Returns the decoded bytes, or nil if the text is invalid.
function identifier.decode(text)
  return ngx.decode_base64((text:gsub("[-_]", { ["-"] = "+", ["_"] = "/" })))
end

-- Glacier's identifiers may begin with a dash. These do not, so that they are not taken for options on
-- a command line.
function identifier.random(length)
  local text = identifier.encode(rand.bytes(math.ceil(length * 3 / 4))):sub(1, length)
  return (text:gsub("^%-", "_"))
end

return identifier
