--- Checks what the modules for hosts need: their library, and a coroutine that their host runs.
local copcall = require "glacier.async.copcall"
local errors = require("glacier.core").errors

local requirements = {}

--- Raises `InvalidConfigError` (kind "config"): the module cannot be used here.
-- @param module string: the name of the host's module
-- @param message string: what is missing
function requirements.raise(module, message)
  return errors.raise("config", "InvalidConfigError", ("%s: %s"):format(module, message))
end

--- Loads the library of a host.
-- Raises `InvalidConfigError` if it is not installed, or if it fails to load.
-- @param module string: the name of the host's module
-- @param library string: the name of the library's module
-- @return any: what `require` returns
function requirements.load(module, library)
  local good, loaded = pcall(require, library)
  if good then
    return loaded
  end
  copcall.raise_fatal(loaded)
  return requirements.raise(module, ("cannot load the module %q: %s"):format(library, tostring(loaded)))
end

--- Returns the coroutine that the host has to resume.
-- Raises `InvalidConfigError` in the main program.
-- @param module string: the name of the host's module
-- @param advice string: how to make such a coroutine
-- @return thread
function requirements.running(module, advice)
  local thread, is_main = coroutine.running()
  if not thread or is_main then
    requirements.raise(module, "the call does not run in a coroutine of the event loop; " .. advice)
  end
  return copcall.running()
end

return requirements
