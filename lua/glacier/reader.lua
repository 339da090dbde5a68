--- A response's body, read as it comes and checked at its end.
local core = require "glacier.core"
local fail = require "glacier.fail"

local Reader = {}
Reader.__index = Reader
Reader.__name = "glacier.reader"

local reader = {}

--- Makes a reader.
-- @param incoming table: `next()` -> string, or nil at the end, or nil and an error object;
--   `close()`
-- @param expected string or nil: the tree hash that the service sent of these bytes
function reader.new(incoming, expected)
  return setmetatable({ incoming = incoming, expected = expected, tree = core.tree(), rest = "" }, Reader)
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

local function read_count(self, count)
  while #self.rest < count do
    local piece = pull(self)
    if not piece then
      break
    end
    self.rest = self.rest .. piece
  end
  local taken = self.rest:sub(1, count)
  self.rest = self.rest:sub(count + 1)
  return (taken ~= "" or count == 0) and taken or nil
end

local function read_all(self)
  local pieces = { self.rest }
  self.rest = ""
  for piece in pull, self do
    pieces[#pieces + 1] = piece
  end
  return table.concat(pieces)
end

local function read_line(self, keep_end)
  local from = 1
  while true do
    local at = self.rest:find("\n", from, true)
    if at then
      local line = self.rest:sub(1, keep_end and at or at - 1)
      self.rest = self.rest:sub(at + 1)
      return line
    end
    from = #self.rest + 1
    local piece = pull(self)
    if not piece then
      return read_count(self, math.max(#self.rest, 1))
    end
    self.rest = self.rest .. piece
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
  for piece in function() return read_count(self, 65536) end do
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
  local good, err = pcall(write_all, self, file, path)
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
  if not self.over and not self.err then
    self.err = fail.new("validation", "ParamValidationError", "read: the reader was closed")
    self.incoming.close()
  end
end

Reader.__close = Reader.close

return reader
