--- The files that `body:save` and `client:download` write. A file appears under its name only when it is complete. The
-- core does the work (core/output.h). It follows symbolic links and keeps them. A new file gets the mode and owner of
-- the file that it replaces. A path that is not a regular file is written directly.
local background = require "glacier.async.background"
local core = require "glacier.core"
local errors = core.errors
local paths = require "glacier.config.paths"

local output = {}

local Output = {}
Output.__index = Output
Output.__name = "glacier.output"

local function raise_error(self, why)
  -- Without string.format, which cuts a string at its first NUL on Lua 5.1 and 5.2.
  return errors.invalid(nil, self.caller .. ": cannot write " .. self.path .. ": " .. why)
end

local function check(self, result, why)
  if result == nil then
    return raise_error(self, why)
  end
  return result
end

--- Opens a file for writing. The bytes of a regular file appear under its name only after `commit`.
-- This function and the methods that write, read, flush or commit raise `ParamValidationError` if they fail.
-- @param caller string: the name of the function for messages, such as "save"
-- @param path string
-- @param tag string or nil: letters and digits, which are a part of the partial file's name. The partial file is in
--   the directory of the target. With a tag it keeps what an earlier process wrote, so that a download can continue.
--   Without a tag it is new.
-- @return output
function output.open(caller, path, tag)
  if type(path) ~= "string" then
    errors.invalid(nil, ("%s: expected a path, got a %s"):format(caller, type(path)))
  end
  local self = setmetatable({ caller = caller, path = path }, Output)
  local fault = paths.fault(path)
  if fault then
    raise_error(self, fault)
  end
  self.file = check(self, core.output(path, tag))
  return self
end

--- Waits for a flush.
-- Raises `ReadTimeoutError` (kind "transport") if the deadline of the context passes.
-- @param flush flush of `glacier.core`
-- @param context context: other coroutines run meanwhile
-- @param events event set of `glacier.core`, or nil: the set that the flush was given
-- @return true; or nil and the problem
function output.finish_flush(flush, context, events)
  local good, why = background.finish(flush, context, events)
  if good == false then
    errors.raise("transport", "ReadTimeoutError", "The timeout of the whole call passed while the disk was written",
      { retryable = true })
  end
  return good, why
end

--- Appends bytes.
-- @param bytes string
function Output:write(bytes)
  check(self, self.file:write(bytes))
end

--- Writes at an offset.
-- @param offset number: bytes from the beginning
-- @param bytes string
function Output:write_at(offset, bytes)
  check(self, self.file:write_at(offset, bytes))
end

--- Waits until the disk has all bytes. A thread of the core does the work.
-- Also raises `ReadTimeoutError` (kind "transport") if the deadline of the context passes.
-- @param context context: other coroutines run meanwhile
-- @param events event set of `glacier.core`, or nil
function Output:flush(context, events)
  check(self, output.finish_flush(self.file:flush(events), context, events))
end

--- Returns the size of the partial file, in bytes.
function Output:size()
  return self.file:size()
end

--- Closes the file and gives it its name. If that fails, an existing file stays unchanged.
function Output:commit()
  check(self, self.file:commit())
end

--- Closes the partial file and keeps it. It can be opened again by its tag.
function Output:keep()
  self.file:keep()
end

--- Closes the partial file and removes it. May be called at any time; without `commit` or `keep` the collector
-- does the same.
function Output:discard()
  self.file:discard()
end

return output
