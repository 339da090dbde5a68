-- Uploads for specs of the local service: tree hashes, by the published algorithm with luaossl, and the
-- requests that carry data. Shares no code with the client or the service.

local digest = require "openssl.digest"
local hex = require "spec.support.hex"

local archive_requests = {}

local MIB = 1048576

local function sha256(text)
  return digest.new("sha256"):final(text)
end

-- The left child of a node gets as many bytes as possible: 1 MiB times a power of two, but less than
-- the whole node.
local function node(text)
  if #text <= MIB then return sha256(text) end
  local left = MIB
  while left * 2 < #text do left = left * 2 end
  return sha256(node(text:sub(1, left)) .. node(text:sub(left + 1)))
end

--- Returns the tree hash of the text in hex.
function archive_requests.tree_hash(text)
  return hex(node(text))
end

--- Returns the body and headers of an upload of the text, for signed_http.sign. `more` has further
-- headers; false removes one.
function archive_requests.of(text, more)
  local headers = {
    ["x-amz-content-sha256"] = hex(sha256(text)),
    ["x-amz-sha256-tree-hash"] = archive_requests.tree_hash(text),
  }
  for name, value in pairs(more or {}) do headers[name] = value end
  return { body = text, headers = headers }
end

--- Returns `length` bytes; no two MiBs are the same.
function archive_requests.data(length)
  local blocks = {}
  for i = 1, math.ceil(length / MIB) do blocks[i] = ("%08d"):format(i):rep(MIB / 8) end
  return table.concat(blocks):sub(1, length)
end

--- Uploads the text as an archive with `send` (of signed_http.caller); returns the archive's ID.
function archive_requests.archive(send, vault, text, description)
  local headers = { ["x-amz-archive-description"] = description }
  local response = send("POST", vault .. "/archives", archive_requests.of(text, headers))
  assert(response.status == 201, response.body)
  return response.headers["x-amz-archive-id"]
end

return archive_requests
