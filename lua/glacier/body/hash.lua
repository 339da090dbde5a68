--- Computes the hashes of a string or a regular file on threads of the core, without copying bytes into Lua.
local core = require "glacier.core"

local hash = {}

--- Starts to hash a body.
-- @param value any
-- @param options table: threads (nil: as many as processors, at most 8; 0: none), skip_linear (boolean: without the
--   plain SHA-256), events (event set of `glacier.core` that becomes ready at the end)
-- @param offset number or nil: of the first byte; by default the position of the file, or 0 for a string
-- @param length number or nil: by default all bytes that follow
-- @return userdata of `core.hash_body`; nil for a value that is neither a string nor a regular file
-- @return number: the length of the body
function hash.start(value, options, offset, length)
  if type(value) == "string" or io.type(value) == "file" then
    return core.hash_body(value, offset, length, options.threads, options.skip_linear, options.events)
  end
end

return hash
