--- Glacier's tree hash: SHA-256 of each MiB, joined in pairs, as "Computing Checksums" of the
-- developer guide has it. Hashes are 64 lower-case hexadecimal digits.
local core = require "glacier.core"
local source = require "glacier.body.source"
local new_context = require("glacier.async.context").new

local tree_hash = {}

local ORIGIN = { words = "tree_hash: Invalid value, " } -- before the reason in an error's message

--- The tree hash of a string, an open file (from where it stands; its position moves) or a reader
-- function. Raises `ParamValidationError` for anything else. In OpenResty others get their turn.
-- @return string
function tree_hash.hash(value)
  local context = new_context(nil, nil, core.monotonic)
  return (source.hash(source.open(value, ORIGIN), context, true):hex())
end

--- Makes a hasher that is fed: `:update(bytes)`, then `:hex()`, after which more may be fed.
-- @return userdata; its second result of `:hex()` is the plain SHA-256, `:length()` the bytes fed
function tree_hash.hasher()
  return core.tree_hash()
end

--- The tree hash of consecutive parts, from the list of theirs. Every part but the last has the
-- same size, 1 MiB × 2ⁿ. Raises `ParamValidationError` for an empty list or what is no hash.
-- @param list list of strings
-- @return string
tree_hash.combine = core.combine_tree_hashes

return tree_hash
