--- Reads the small files that settings name.
local core = require "glacier.core"

local files = {}

--- Reads a whole file. It never waits for the writer of a pipe.
-- @param path string
-- @param limit number: bytes; a longer file is an error
-- @return string: the content; or nil, the problem (without the path), and true if the path does not exist or is a
--   directory
function files.read(path, limit)
  if path == "" or path:find("\0", 1, true) then
    return nil, require("glacier.config.paths").fault(path), false
  end
  return core.read_file(path, limit)
end

return files
