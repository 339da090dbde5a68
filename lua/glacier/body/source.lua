--- Sources of bytes that are sent or hashed: a string, an open file or a reader function.
--
-- A source is a table with
--   read(n)         at most n bytes (256 KiB without n), though a reader function may return more; nil at the end
--   rewind()        starts again; nil if the source can be read only once
--   total           bytes; nil if the number is unknown
--   read_at(at, n)  at most n bytes at an offset; only if the total is known; not of a range
--   ends_at()       bytes in the file now, with those before the source; only of a file whose total is known
--   locate(at, n)   returns where the core can read these n bytes: a string or an open file, the offset in it, and n;
--                   only if the total is known
local background = require "glacier.async.background"
local core = require "glacier.core"
local errors = core.errors

local source = {}

-- In bytes.
local CHUNK = 256 * 1024
local KEPT = 16 * 1024 * 1024 -- the most that is kept of a reader, to be sent again
local YIELD_BYTES = 8 * 1024 * 1024 -- after this number of hashed bytes other coroutines may run

-- The default origin of a source.
local BODY = { words = "Parameter validation failed:\nInvalid value for parameter body, " }

--- Returns the origin of a call's body, for error messages.
-- @param operation string: API name
-- @return table: { words = the text before the reason in a message, operation = string }
function source.body_of(operation)
  return { words = BODY.words, operation = operation }
end

--- Raises the `ParamValidationError` of a source.
-- @param origin table: of `source.open`
-- @param why string
function source.raise_invalid(origin, why)
  return errors.invalid(origin.operation, origin.words .. why)
end
local raise_invalid = source.raise_invalid

-- ---- kinds of sources ----------------------------------------------------------------------------

local function of_string(text)
  local position = 1
  return {
    total = #text,
    read = function(count)
      local chunk = text:sub(position, position + (count or CHUNK) - 1)
      position = position + #chunk
      return chunk ~= "" and chunk or nil
    end,
    rewind = function()
      position = 1
    end,
    read_at = function(at, count)
      return text:sub(at + 1, at + count)
    end,
    locate = function(at, count)
      return text, at, count
    end,
  }
end

local function check_open(file, origin)
  if io.type(file) ~= "file" then
    raise_invalid(origin, "it is not an open file")
  end
end

local function read_file(file, count, origin)
  check_open(file, origin)
  local chunk, why = file:read(count)
  if not chunk and why then
    raise_invalid(origin, "it cannot be read: " .. tostring(why))
  end
  return chunk
end

-- Opens a file without positions, such as a pipe.
local function of_pipe(file, origin)
  return {
    read = function(count)
      return read_file(file, count or CHUNK, origin)
    end,
  }
end

-- Opens a file with positions. The position is set before each read, because other code may move it. A file whose
-- content the kernel generates during the read has the size 0, so its total is unknown.
local function of_file(file, origin)
  check_open(file, origin)
  local start = file:seek()
  if not start then
    return of_pipe(file, origin)
  end
  local total, position = file:seek "end" - start, 0
  file:seek("set", start)
  local function read_at(at, count)
    check_open(file, origin)
    file:seek("set", start + at)
    return read_file(file, count, origin)
  end
  return {
    total = total > 0 and total or nil,
    read = function(count)
      local chunk = read_at(position, count or CHUNK)
      position = position + #(chunk or "")
      return chunk
    end,
    rewind = function()
      position = 0
    end,
    read_at = read_at,
    ends_at = total > 0 and function()
      return file:seek "end"
    end or nil,
    locate = function(at, count)
      check_open(file, origin)
      return file, start + at, count
    end,
  }
end

local function of_function(reader, origin)
  return {
    read = function(count)
      local chunk
      repeat
        chunk = reader(count or CHUNK)
        if chunk ~= nil and type(chunk) ~= "string" then
          raise_invalid(origin, ("its reader returned a %s, not a string or nil"):format(type(chunk)))
        end
      until chunk ~= ""
      return chunk
    end,
  }
end

--- Opens a source.
-- Raises `ParamValidationError` for a value that is not a source.
-- @param value string, open file (read from its position on), or function(n) -> string or nil: about n bytes, but any
--   number is accepted; nil at the end
-- @param origin table or nil: { words = the text before the reason in an error's message, operation = API name or nil
--   }; without it, the body of a call
-- @return source
function source.open(value, origin)
  origin = origin or BODY
  if type(value) == "string" then
    return of_string(value)
  elseif type(value) == "function" then
    return of_function(value, origin)
  elseif type(value) == "userdata" then
    return of_file(value, origin)
  end
  return raise_invalid(origin, ("type: %s, valid types: string, open file, function"):format(type(value)))
end

--- Makes a source of a range of another source, with its own position. Bytes that are appended to the file later do not
-- belong to it.
-- @param opened source that can be rewound
-- @param first number: offset of its first byte
-- @param length number
-- @param origin table or nil: of `source.open`; reading raises its error if the bytes do not exist any more
-- @return source, with `first`, `length` and `raise_invalid`, a function(why) that raises the origin's error
function source.range(opened, first, length, origin)
  local position = 0
  local function invalid(why)
    return raise_invalid(origin or BODY, why)
  end
  return {
    first = first, length = length, total = length, raise_invalid = invalid,
    read = function(count)
      count = math.min(count or CHUNK, length - position)
      if count == 0 then
        return nil
      end
      local chunk = opened.read_at(first + position, count) or ""
      if chunk == "" then
        local size = opened.ends_at and opened.ends_at() or first + position
        invalid(("it has become shorter: it ends at byte %.0f"):format(size))
      end
      position = position + #chunk
      return chunk
    end,
    rewind = function()
      position = 0
    end,
    locate = opened.total and function(at, count)
      return opened.locate(first + at, count)
    end or nil,
  }
end

-- ---- hashing -------------------------------------------------------------------------------------

-- Starts to hash a source in the core, on threads if it is large. Returns nil if the core cannot read the source.
local function start_hash(opened, options)
  if not (opened.total and opened.locate) then
    return nil
  end
  local value, offset, length = opened.locate(0, opened.total)
  return (core.hash_body(value, offset, length, options.threads, options.skip_linear, options.events))
end

local function hash_in_core(opened, context, options, origin)
  local started = start_hash(opened, options)
  if not started then
    return nil
  end
  local tree, linear = background.finish(started, context, options.events)
  if tree == nil then
    raise_invalid(origin, linear)
  elseif not tree then
    error(errors.new("transport", "ReadTimeoutError", "The timeout of the whole call passed while its body was hashed",
      { retryable = true }), 0)
  end
  return { tree = tree, linear = linear, length = opened.total }
end

-- Hashes in Lua, chunk by chunk.
local function hash_chunks(opened, context, options)
  local hash, before = core.tree_hash(options.skip_linear), 0
  local chunk = opened.read()
  while chunk do -- a generic `for` would not let a reader yield on Lua 5.1
    hash:update(chunk)
    if hash:length() - before >= YIELD_BYTES then
      before = hash:length()
      context:yield()
    end
    chunk = opened.read()
  end
  local tree, linear = hash:hex()
  return { tree = tree, linear = linear, length = hash:length() }
end

--- Hashes a source from its beginning. Other coroutines run during the hashing.
-- Raises `ParamValidationError` if the source cannot be read; `ReadTimeoutError` if the context's deadline passes while
-- threads hash.
-- @param opened source, at its beginning
-- @param context context
-- @param options table or nil: skip_linear (boolean: without the plain SHA-256), threads (number or nil), events (event
--   set of `glacier.core`, or nil)
-- @param origin table or nil: of `source.open`
-- @return table: tree and linear (hexadecimal), length
function source.hash(opened, context, options, origin)
  options = options or {}
  return hash_in_core(opened, context, options, origin or BODY) or hash_chunks(opened, context, options)
end

-- Reads all bytes of a reader. They are needed twice: first to hash and sign them, then to send them.
local function keep(opened, origin)
  local chunks, length = {}, 0
  local chunk = opened.read()
  while chunk do
    chunks[#chunks + 1], length = chunk, length + #chunk
    if length > KEPT then
      raise_invalid(origin,
        ("it cannot be rewound and is longer than %d bytes; use client:upload instead"):format(KEPT))
    end
    chunk = opened.read()
  end
  return of_string(table.concat(chunks))
end

--- Hashes the body of a call.
-- @param opened source
-- @param context context
-- @param options table or nil: of `source.hash`
-- @param origin table or nil: of `source.open`
-- @return table: source = the source to send, at its beginning; tree, linear, length
function source.hash_body(opened, context, options, origin)
  if not opened.rewind then
    opened = keep(opened, origin or BODY)
  end
  local hashed = source.hash(opened, context, options, origin)
  hashed.source = source.range(opened, 0, hashed.length, origin)
  return hashed
end

return source
