--- The body of a response. It is read while it arrives, and checked at its end.
local core = require "glacier.core"
local errors = core.errors
local output = require "glacier.body.output"
local copcall = require "glacier.async.copcall"

local Reader = {}
Reader.__index = Reader
Reader.__name = "glacier.reader"

local reader = {}

--- Makes a reader.
-- @param incoming table: `:next()` -> string, or nil at the end, or nil and an error object;
--   `:close()`, legal any number of times
-- @param declared table: hash = the tree hash that the service sent, or nil; length = the length that it sent in
--   bytes, or nil; operation and attempts, for the errors
function reader.new(incoming, declared)
  return setmetatable({
    incoming = incoming, declared = declared, tree = core.tree_hash(true), rest = "", at = 1,
  }, Reader)
end

-- Wraps a string as an incoming body that is one chunk.
local function whole(body)
  return {
    next = function()
      local chunk = body
      body = ""
      return chunk ~= "" and chunk or nil
    end,
    close = function() end,
  }
end

--- Makes the reader of a successful response's body. With a transfer or content coding, Content-Length is not the
-- length of the body that is read, so it is ignored.
-- @param invocation table: of `prepare.call`
-- @param response response of `glacier.core`
-- @param body table or nil: of the transport; nil if the response has its whole body
-- @return table
function reader.of_response(invocation, response, body)
  local coded = response:header "transfer-encoding" or response:header "content-encoding"
  return reader.new(body or whole(response:body()), {
    operation = invocation.operation, attempts = invocation.attempts, hash = response:header "x-amz-sha256-tree-hash",
    length = not coded and tonumber(response:header "content-length") or nil,
  })
end

-- Ends the reader: all later reads raise this error.
local function give_up(self, err)
  self.incoming:close()
  self.rest, self.at = "", 1
  err.operation, err.attempts = self.declared.operation, self.declared.attempts
  self.err = err
end

local function break_off(self, code, message)
  give_up(self, errors.new("transport", code, message, { retryable = true }))
  return error(self.err, 0)
end

local function check_end(self)
  local expected, actual = self.declared, self.tree:hex()
  if expected.length and expected.length ~= self.tree:length() then
    break_off(self, "ConnectionClosedError",
      ("Connection was closed: %.0f bytes read, but total bytes expected is %.0f."):format(
        self.tree:length(), expected.length))
  elseif expected.hash and expected.hash:lower() ~= actual then
    break_off(self, "ChecksumError",
      ("Checksum x-amz-sha256-tree-hash failed, expected checksum %s did not match calculated checksum %s."):format(
        expected.hash, actual))
  end
  self.over = true
end

local function misuse(message)
  return errors.invalid(nil, message)
end

-- Returns the next bytes; nil at the end. Raises errors of the transfer. If the host's wait raises or never returns,
-- the reader cannot be used any more, because its position is unknown.
local function pull(self)
  if self.err then
    error(self.err, 0)
  elseif self.pulling then
    misuse "read: another read of this body is in progress or was interrupted"
  elseif self.over then
    return nil
  end
  self.pulling = true
  local chunk, err = self.incoming:next()
  self.pulling = false
  if self.err then -- closed during the wait
    error(self.err, 0)
  elseif err then
    give_up(self, err)
    error(err, 0)
  elseif not chunk then
    check_end(self)
    return nil
  end
  self.tree:update(chunk)
  return chunk
end

-- Waits for unread bytes: `rest` from index `at` on. Returns whether there are any.
local function fill(self)
  while self.at > #self.rest do
    local chunk = pull(self)
    if not chunk then
      return false
    end
    self.rest, self.at = chunk, 1
  end
  return true
end

-- Removes up to `count` bytes from `rest` and returns them.
local function take(self, count)
  local chunk = self.rest:sub(self.at, self.at + count - 1)
  self.at = self.at + #chunk
  return chunk
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

-- Returns the next bytes, as many as have arrived, or nil at the end. This is not used as an iterator, because on Lua
-- 5.1 a generic `for` cannot call a function that yields.
local function next_chunk(self)
  return fill(self) and take(self, #self.rest) or nil
end

local function read_all(self)
  local list, chunk = {}, next_chunk(self)
  while chunk do
    list[#list + 1] = chunk
    chunk = next_chunk(self)
  end
  return table.concat(list)
end

local function read_line(self, keep_end)
  local list, newline = {}, nil
  while not newline and fill(self) do
    newline = self.rest:find("\n", self.at, true)
    list[#list + 1] = take(self, newline and newline - self.at + 1 or #self.rest)
  end
  local line = table.concat(list)
  if newline and not keep_end then
    return line:sub(1, -2)
  end
  return line ~= "" and line or nil
end

--- Reads like a file of Lua.
-- Raises the errors of a transfer, and at the end `ChecksumError` (kind "transport") if the bytes do not have the tree
-- hash that the service sent. After an error, all later reads raise it again.
-- @param what number, string or nil: the most bytes to return; "a" or "*a": all bytes that are left; "l" or "*l" (the
--   default): a line without its end; "L" or "*L": a line with its end
-- @return string; at the end nil, or "" for "a"
function Reader:read(what)
  local format = type(what) == "string" and what:gsub("^%*", ""):sub(1, 1) or what or "l"
  if type(format) == "number" and format >= 0 and format % 1 == 0 then
    return read_count(self, format)
  elseif format == "a" then
    return read_all(self)
  elseif format == "l" or format == "L" then
    return read_line(self, format == "L")
  end
  return misuse "read: expected a number of bytes, \"a\", \"l\" or \"L\""
end

--- Iterates over the lines, without their ends.
-- @return function() -> string
function Reader:lines()
  return function()
    return read_line(self, false)
  end
end

local function write_all(self, file)
  local chunk = next_chunk(self)
  while chunk do
    file:write(chunk)
    chunk = next_chunk(self)
  end
  file:commit()
end

--- Writes the rest of the body to a file. The file appears under its name only when it is complete and checked. A path
-- that is not a regular file, such as a device or a pipe, is written directly.
-- Raises the errors of `read`, and `ParamValidationError` if the file cannot be written. After an error the body is
-- closed, unless the file could not be opened.
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

--- Closes the body and discards the rest. It may be called any number of times. Later reads raise
-- `ParamValidationError`, and so does a read that waits in another coroutine. After the end was read, it does nothing.
function Reader:close()
  if not self.err and not self.over then
    give_up(self, errors.new("validation", "ParamValidationError", "read: the reader was closed"))
  end
end

Reader.__close = Reader.close

return reader
