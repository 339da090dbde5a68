-- The request as it was received.
--
--   method   "PUT"
--   path     from the request line, as sent, without the query
--   query    what follows the first `?`, as sent; "" where there is none
--   headers  lower-case name -> values joined with commas, trimmed, with inner runs of spaces
--            replaced by one space: the form in which they are signed
--   header_texts  lower-case name -> the first value as sent
--   body     { text, file, length, sha256, leaves }: a small body is in `text`, a large one in the
--            file with the name `file`; `sha256` is in hex, `leaves` as in checksum.lua

local checksum = require "http.checksum"

local request = {}

local function trimmed(value)
  return (value:gsub("^%s+", ""):gsub("%s+$", ""):gsub("  +", " "))
end

local function headers()
  local joined, texts = {}, {}
  for sent_name, values in pairs(ngx.req.get_headers(0, true)) do
    local name = sent_name:lower()
    for _, value in ipairs(type(values) == "table" and values or { values }) do
      local text = tostring(value)
      joined[name] = (joined[name] and joined[name] .. "," or "") .. trimmed(text)
      texts[name] = texts[name] or text
    end
  end
  return joined, texts
end

local function reader_of(text)
  local at = 1
  return function(count)
    if at > #text then return nil end
    at = at + count
    return text:sub(at - count, at - 1)
  end
end

local function body()
  ngx.req.read_body()
  local name = ngx.req.get_body_file()
  if not name then
    local text = ngx.req.get_body_data() or ""
    local sums = checksum.of(reader_of(text))
    sums.text = text
    return sums
  end
  local file = assert(io.open(name, "rb"))
  local sums = checksum.of(function(count) return file:read(count) end)
  file:close()
  sums.file = name
  return sums
end

function request.read()
  local path, query = ngx.var.request_uri:match "^([^?]*)%??(.*)$"
  local joined, texts = headers()
  return {
    method = ngx.req.get_method(),
    path = path,
    query = query,
    headers = joined,
    header_texts = texts,
    body = body(),
  }
end

return request
