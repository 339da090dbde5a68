-- Random identifiers: in Glacier's format (letters, digits, `-` and `_`), and UUIDs.

local checksum = require "http.checksum"
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

-- Returns a random UUID.
function identifier.uuid()
  local hex = checksum.hex(rand.bytes(16))
  return (hex:gsub("^(" .. ("%x"):rep(8) .. ")(%x%x%x%x)%x(%x%x%x)%x(%x%x%x)(%x+)$", "%1-%2-4%3-8%4-%5"))
end

return identifier
