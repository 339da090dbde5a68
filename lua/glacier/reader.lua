--- A response's body, read as it comes and checked at its end.
local core = require "glacier.core"
local fail = require "glacier.fail"
local protect = require "glacier.protect"

local Reader = {}
Reader.__index = Reader
Reader.__name = "glacier.reader"

local reader = {}

--- Makes a reader.
-- @param incoming table: `next()` -> string, or nil at the end, or nil and an error object;
--   `close()`
-- @param expected string or nil: the tree hash that the service sent of these bytes
function reader.new(incoming, expected)
  return setmetatable({ incoming = incoming, expected = expected, tree = core.tree(), rest = "", at = 1 }, Reader)
end

-- Whatever is read after a failure fails as well.
local function break_off(self, err)
  self.incoming.close()
  self.err = err
  return error(err, 0)
end

local function check_end(self)
  local found = self.tree:hex()
  if self.expected and self.expected:lower() ~= found then
    break_off(self, fail.new("transport", "ChecksumError",
      ("Checksum x-amz-sha256-tree-hash failed, expected checksum %s did not match calculated checksum %s."):format(
        self.expected, found), true))
  end
  self.over = true
end

-- The next bytes; nil at the end. Raises what went wrong.
local function pull(self)
  if self.err then
    error(self.err, 0)
  elseif self.over then
    return nil
  end
  local piece, err = self.incoming.next()
  if err then
    break_off(self, err)
  elseif not piece then
    check_end(self)
    return nil
  end
  self.tree:update(piece)
  return piece
end

-- What was pulled and not read yet: `rest` from `at` on.
local function left(self)
  return #self.rest - self.at + 1
end

-- Pulls one piece more behind it; false at the end.
local function extend(self)
  local piece = pull(self)
  if piece then
    self.rest, self.at = self.rest:sub(self.at) .. piece, 1
  end
  return piece ~= nil
end

local function take(self, count)
  local taken = self.rest:sub(self.at, self.at + count - 1)
  self.at = self.at + #taken
  return taken
end

local function read_count(self, count)
  while left(self) < count do
    if not extend(self) then
      break
    end
  end
  local taken = take(self, count)
  return (taken ~= "" or count == 0) and taken or nil
end

-- The pieces as they come, beginning with what was pulled already.
local function pieces(self)
  return function()
    if left(self) > 0 then
      return take(self, left(self))
    end
    return pull(self)
  end
end

local function read_all(self)
  local list = {}
  for piece in pieces(self) do
    list[#list + 1] = piece
  end
  return table.concat(list)
end

local function read_line(self, keep_end)
  local searched = 0
  while true do
    local found = self.rest:find("\n", self.at + searched, true)
    if found then
      local line = take(self, found - self.at + 1)
      return keep_end and line or line:sub(1, -2)
    end
    searched = left(self)
    if not extend(self) then
      return searched > 0 and take(self, searched) or nil
    end
  end
end

--- Reads, as a file of Lua's does.
-- Raises the errors of a transfer, and `ChecksumError` (kind "transport") at the end of bytes that
-- are not those whose tree hash the service sent.
-- @param what number: at most so many bytes; "a" or "*a": all that is left; "l" or "*l" (the
--   default), "L" or "*L": a line, with "L" with its end
-- @return string; nil at the end, where "a" gives ""
function Reader:read(what)
  local format = type(what) == "string" and what:gsub("^%*", ""):sub(1, 1) or what or "l"
  if type(format) == "number" then
    return read_count(self, format)
  elseif format == "a" then
    return read_all(self)
  elseif format == "l" or format == "L" then
    return read_line(self, format == "L")
  end
  return fail.raise("validation", "ParamValidationError", "read: a number, \"a\", \"l\" or \"L\" expected")
end

--- Iterates over the lines.
function Reader:lines()
  return function()
    return read_line(self, false)
  end
end

local function unwritable(path, problem)
  return fail.raise("validation", "ParamValidationError", ("save: cannot write %s: %s"):format(path, tostring(problem)))
end

local function write_all(self, file, path)
  for piece in pieces(self) do
    local written, problem = file:write(piece)
    if not written then
      unwritable(path, problem)
    end
  end
  local closed, problem = file:close()
  if not closed then
    unwritable(path, problem)
  end
end

--- Writes what is left to a file. It appears under its name only when it is whole and checked.
-- @param path string
-- @return number: bytes of the whole body
function Reader:save(path)
  local part = ("%s.%s.part"):format(path, core.uuid():sub(1, 8))
  local file, problem = io.open(part, "wb")
  if not file then
    unwritable(path, problem)
  end
  local good, err = protect.call(write_all, self, file, path)
  if good then
    good, err = os.rename(part, path)
  end
  if not good then
    if io.type(file) == "file" then
      file:close()
    end
    os.remove(part)
    return type(err) == "table" and error(err, 0) or unwritable(path, err)
  end
  return self.tree:length()
end

--- Gives up what was not read yet. Legal any number of times.
function Reader:close()
  self.rest, self.at = "", 1
  if not self.over and not self.err then
    self.err = fail.new("validation", "ParamValidationError", "read: the reader was closed")
    self.incoming.close()
  end
end

Reader.__close = Reader.close

return reader
