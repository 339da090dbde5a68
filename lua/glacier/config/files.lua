--- Reads the small files that settings name.
local core = require "glacier.core"
local paths = require "glacier.config.paths"

local files = {}

--- Reads a whole file. It never waits for the writer of a pipe.
-- @param path string
-- @param limit number: in bytes; a longer file is refused
-- @return string: the content; or nil, what is wrong (without the path), and true where nothing is at the path, or a
--   directory
function files.read(path, limit)
  local fault = paths.fault(path)
  if fault then
    return nil, fault, false
  end
  return core.read_file(path, limit)
end

return files
