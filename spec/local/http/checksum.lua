-- SHA-256 and the tree hash. A leaf is the hash of one MiB (the last one may be shorter), a node is the
-- hash of its two children, and a node without a sibling moves up unchanged. Hashes are raw bytes unless a
-- comment says hex.

local digest = require "openssl.digest"

local checksum = {}

local MIB = 1048576
local PIECE = 131072 -- bytes in memory at a time

checksum.MIB = MIB
checksum.LENGTH = 32 -- bytes of a raw hash

function checksum.hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

function checksum.sha256(bytes)
  return digest.new("sha256"):final(bytes)
end

-- Hashes the chunks that `read(count)` returns until it returns nil; only the last chunk may be shorter than `count`.
-- Returns { length, sha256 in hex, leaves }. The worker serves other requests between two MiBs.
function checksum.of(read)
  local linear, leaf, leaves, length = digest.new "sha256", digest.new "sha256", {}, 0
  for piece in function() return read(PIECE) end do
    linear:update(piece)
    leaf:update(piece)
    length = length + #piece
    if length % MIB == 0 then
      leaves[#leaves + 1], leaf = leaf:final(), digest.new "sha256"
      ngx.sleep(0)
    end
  end
  if length % MIB > 0 or length == 0 then leaves[#leaves + 1] = leaf:final() end
  return { length = length, sha256 = checksum.hex(linear:final()), leaves = leaves }
end

local function parents(nodes)
  local above = {}
  for i = 1, #nodes, 2 do
    above[#above + 1] = nodes[i + 1] and checksum.sha256(nodes[i] .. nodes[i + 1]) or nodes[i]
  end
  return above
end

-- Returns the tree hash, in hex, of one or more leaves.
function checksum.root(leaves)
  while #leaves > 1 do leaves = parents(leaves) end
  return checksum.hex(leaves[1])
end

-- Returns the index, from 0, of the first leaf of bytes `first` to `last`, and the number of leaves.
function checksum.span(first, last)
  local index = math.floor(first / MIB)
  return index, math.floor(last / MIB) - index + 1
end

-- Returns whether the bytes `first` to `last` of `length` start at a MiB, and end at a MiB or at the end.
function checksum.megabyte_aligned(first, last, length)
  return first % MIB == 0 and (last + 1 == length or last < length and (last + 1) % MIB == 0)
end

-- Returns whether the range is tree-hash aligned: its tree hash is a node of the tree over all `length` bytes.
function checksum.tree_aligned(first, last, length)
  if not checksum.megabyte_aligned(first, last, length) then return false end
  local index, count = checksum.span(first, last)
  local width = 1
  while width < count do width = width * 2 end
  return index % width == 0 and (count == width or last + 1 == length)
end

return checksum
