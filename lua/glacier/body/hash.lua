--- The hashes of a string or a regular file. The core computes them on its own threads and copies nothing into Lua.
local core = require "glacier.core"

local hash = {}

--- Starts to hash a body.
-- @param value any
-- @param options table: threads (nil: as many as processors, at most 8; 0: none), skip_linear (boolean: without the
--   plain SHA-256), events (event set of `glacier.core` that becomes ready at the end), offset and length (of a file;
--   default: from its position to its end)
-- @return userdata of `core.hash_string` or `core.hash_file`; nil for a value that is neither a string nor a regular
--   file
-- @return number: the length of the body
function hash.start(value, options)
  if type(value) == "string" then
    return core.hash_string(value, options.threads, options.skip_linear, options.events), #value
  elseif io.type(value) == "file" then
    return core.hash_file(value, options.offset, options.length, options.threads, options.skip_linear, options.events)
  end
end

return hash
