-- The request as it came over the wire.
--
--   method   "PUT"
--   path     from the request line, as sent, without the query
--   query    what follows the first `?`, as sent; "" where there is none
--   headers  lower-case name -> values joined with a comma, each trimmed and with its inner runs
--            of spaces made one: the form in which they are signed
--   body     { text, file, length, sha256 }: a small body is in `text`, a large one in the file
--            that `file` names; `sha256` is that of the bytes received, in hex

local digest = require "openssl.digest"

local request = {}

local function trimmed(value)
  return (value:gsub("^%s+", ""):gsub("%s+$", ""):gsub("  +", " "))
end

local function headers()
  local found = {}
  for name, values in pairs(ngx.req.get_headers(0, true)) do
    name = name:lower()
    for _, value in ipairs(type(values) == "table" and values or { values }) do
      found[name] = (found[name] and found[name] .. "," or "") .. trimmed(tostring(value))
    end
  end
  return found
end

local function to_hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

local function hash_file(name)
  local sum, length = digest.new "sha256", 0
  local file = assert(io.open(name, "rb"))
  for block in function() return file:read(1048576) end do
    sum:update(block)
    length = length + #block
  end
  file:close()
  return to_hex(sum:final()), length
end

local function body()
  ngx.req.read_body()
  local file = ngx.req.get_body_file()
  if file then
    local sha256, length = hash_file(file)
    return { file = file, length = length, sha256 = sha256 }
  end
  local text = ngx.req.get_body_data() or ""
  return { text = text, length = #text, sha256 = to_hex(digest.new("sha256"):final(text)) }
end

function request.read()
  local path, query = ngx.var.request_uri:match "^([^?]*)%??(.*)$"
  return {
    method = ngx.req.get_method(),
    path = path,
    query = query,
    headers = headers(),
    body = body(),
  }
end

return request
