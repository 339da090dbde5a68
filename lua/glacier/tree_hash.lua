--- Glacier's tree hash: the SHA-256 of each MiB, joined in pairs ("Computing Checksums", developer guide). Hashes are
-- 64 lower-case hexadecimal digits.
local core = require "glacier.core"
local new_context = require("glacier.async.context").new
local source = require "glacier.body.source"

local tree_hash = {}

local ORIGIN = { words = "tree_hash: Invalid value, " } -- the text before the reason in an error's message

--- Returns the tree hash of a string, an open file (from its position, which moves to the end) or a reader function.
-- Raises `ParamValidationError` for anything else. In OpenResty, other coroutines can run during the hashing.
-- @param value string, open file or function(n) -> string or nil
-- @return string
function tree_hash.hash(value)
  local opened = source.open(value, ORIGIN)
  local start = io.type(value) == "file" and value:seek()
  local hashed = source.hash(opened, new_context(nil, nil, core.monotonic), { skip_linear = true }, ORIGIN)
  if start then
    value:seek("set", start + hashed.length)
  end
  return hashed.tree
end

--- Makes an incremental hasher: `:update(bytes)` adds bytes, `:hex()` returns the tree hash of all bytes so far. More
-- bytes may be added after `:hex()`.
-- @return userdata; the second result of its `:hex()` is the plain SHA-256; `:length()` returns the number of bytes
function tree_hash.hasher()
  return core.tree_hash()
end

--- The tree hash of consecutive parts, from the list of their tree hashes. Every part but the last has the
-- same size, 1 MiB × 2ⁿ. Raises `ParamValidationError` for an empty list or an invalid hash.
-- @param list list of strings
-- @return string
tree_hash.combine = core.combine_tree_hashes

return tree_hash
