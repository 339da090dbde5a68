-- Identifiers in the service's own form: random, of letters, digits, `-` and `_`.

local rand = require "openssl.rand"

local identifier = {}

-- URL-safe base64 without padding.
function identifier.encode(bytes)
  return (ngx.encode_base64(bytes, true):gsub("[+/]", { ["+"] = "-", ["/"] = "_" }))
end

-- The bytes that `text` encodes, or nil where it is not such a text.
function identifier.decode(text)
  return ngx.decode_base64((text:gsub("[-_]", { ["-"] = "+", ["_"] = "/" })))
end

-- The service's own may begin with a dash; these do not, so that no command line takes one for an
-- option.
function identifier.random(length)
  local text = identifier.encode(rand.bytes(math.ceil(length * 3 / 4))):sub(1, length)
  return (text:gsub("^%-", "_"))
end

return identifier
