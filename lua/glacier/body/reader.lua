--- A response's body, read as it comes and checked at its end.
local core = require "glacier.core"
local errors = require "glacier.errors"
local output = require "glacier.body.output"
local copcall = require "glacier.async.copcall"

local Reader = {}
Reader.__index = Reader
Reader.__name = "glacier.reader"

local reader = {}

--- Makes a reader.
-- @param incoming table: `:next()` -> string, or nil at the end, or nil and an error object;
--   `:close()`, legal any number of times
-- @param announced table: hash = the tree hash that the service sent of these bytes, or nil;
--   length = their number, or nil; operation and attempts, for the errors
function reader.new(incoming, announced)
  return setmetatable({
    incoming = incoming, announced = announced, tree = core.tree_hash(true), rest = "", at = 1,
  }, Reader)
end

-- Ends the reader: whatever is read from now on fails like this.
local function give_up(self, err)
  self.incoming:close()
  self.rest, self.at = "", 1
  err.operation, err.attempts = self.announced.operation, self.announced.attempts
  self.err = err
end

local function break_off(self, code, message)
  give_up(self, errors.new("transport", code, message, { retryable = true }))
  return error(self.err, 0)
end

local function check_end(self)
  local expected, found = self.announced, self.tree:hex()
  if expected.length and expected.length ~= self.tree:length() then
    break_off(self, "ConnectionClosedError",
      ("Connection was closed: %.0f bytes read, but total bytes expected is %.0f."):format(
        self.tree:length(), expected.length))
  elseif expected.hash and expected.hash:lower() ~= found then
    break_off(self, "ChecksumError",
      ("Checksum x-amz-sha256-tree-hash failed, expected checksum %s did not match calculated checksum %s."):format(
        expected.hash, found))
  end
  self.over = true
end

local function misuse(message)
  return errors.invalid(nil, message)
end

-- The next bytes; nil at the end. Raises what went wrong. Whoever is interrupted in here (the host's
-- wait may raise, or never come back) has lost the place.
local function pull(self)
  if self.err then
    error(self.err, 0)
  elseif self.pulling then
    misuse "read: another read of this body is under way, or was broken off"
  elseif self.over then
    return nil
  end
  self.pulling = true
  local piece, err = self.incoming:next()
  self.pulling = false
  if self.err then -- closed meanwhile
    error(self.err, 0)
  elseif err then
    give_up(self, err)
    error(err, 0)
  elseif not piece then
    check_end(self)
    return nil
  end
  self.tree:update(piece)
  return piece
end

-- Whether there is something unread, for which it is waited: `rest` from `at` on.
local function fill(self)
  while self.at > #self.rest do
    local piece = pull(self)
    if not piece then
      return false
    end
    self.rest, self.at = piece, 1
  end
  return true
end

-- What there is, `count` bytes at most.
local function take(self, count)
  local taken = self.rest:sub(self.at, self.at + count - 1)
  self.at = self.at + #taken
  return taken
end

local function read_count(self, count)
  local list = {}
  local there = fill(self)
  while count > 0 and there do
    list[#list + 1] = take(self, count)
    count = count - #list[#list]
    there = count > 0 and fill(self)
  end
  return (there or list[1]) and table.concat(list) or nil
end

-- The next bytes, as many as there are, or nil at the end. This is no iterator: on Lua 5.1 a function
-- that yields cannot be called by a generic `for`.
local function next_piece(self)
  return fill(self) and take(self, #self.rest) or nil
end

local function read_all(self)
  local list, piece = {}, next_piece(self)
  while piece do
    list[#list + 1] = piece
    piece = next_piece(self)
  end
  return table.concat(list)
end

local function read_line(self, keep_end)
  local list, found = {}, nil
  while not found and fill(self) do
    found = self.rest:find("\n", self.at, true)
    list[#list + 1] = take(self, found and found - self.at + 1 or #self.rest)
  end
  local line = table.concat(list)
  if found and not keep_end then
    return line:sub(1, -2)
  end
  return line ~= "" and line or nil
end

--- Reads, as a file of Lua's does.
-- Raises the errors of a transfer, and `ChecksumError` (kind "transport") at the end of bytes that
-- are not those whose tree hash the service sent. Whatever is read after a failure fails as well.
-- @param what number: at most so many bytes; "a" or "*a": all that is left; "l" or "*l" (the
--   default), "L" or "*L": a line, with "L" with its end
-- @return string; nil at the end, where "a" gives ""
function Reader:read(what)
  local format = type(what) == "string" and what:gsub("^%*", ""):sub(1, 1) or what or "l"
  if type(format) == "number" and format >= 0 and format % 1 == 0 then
    return read_count(self, format)
  elseif format == "a" then
    return read_all(self)
  elseif format == "l" or format == "L" then
    return read_line(self, format == "L")
  end
  return misuse "read: a number of bytes, \"a\", \"l\" or \"L\" expected"
end

--- Iterates over the lines.
function Reader:lines()
  return function()
    return read_line(self, false)
  end
end

local function write_all(self, file)
  local piece = next_piece(self)
  while piece do
    file:write(piece)
    piece = next_piece(self)
  end
  file:commit()
end

--- Writes what is left to a file. The file appears under its name only when it is whole and checked. What is not a
-- regular file, such as a device or a pipe, is written directly. See `glacier.body.output`. Raises as `read` does,
-- and `ParamValidationError` where it cannot be written. The body is then closed, unless the file could not be
-- opened.
-- @param path string
-- @return number: bytes of the whole body
function Reader:save(path)
  local file = output.open("save", path)
  local good, err = copcall.call(write_all, self, file)
  if not good then
    file:discard()
    self:close()
    return error(err, 0)
  end
  return self.tree:length()
end

--- Gives up what was not read yet. Legal any number of times.
function Reader:close()
  if not self.err and not self.over then
    give_up(self, errors.new("validation", "ParamValidationError", "read: the reader was closed"))
  end
end

Reader.__close = Reader.close

return reader
