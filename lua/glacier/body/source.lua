--- What the body of an upload is read from: a string, an open file or a reader function.
local core = require "glacier.core"
local errors = require "glacier.errors"

local source = {}

-- Bytes: how much is read at once; how much of a reader, which cannot be rewound, is kept for
-- sending it again; how much is hashed before others get their turn.
local CHUNK, KEPT, YIELD_BYTES = 256 * 1024, 16 * 1024 * 1024, 8 * 1024 * 1024

-- Where a source came from, for those who do not say.
local BODY = { words = "Parameter validation failed:\nInvalid value for parameter body, " }

--- Raises the `ParamValidationError` of a source.
-- @param origin table: of `source.open`
-- @param why string
function source.refuse(origin, why)
  return errors.invalid(origin.operation, origin.words .. why)
end
local refuse = source.refuse

local function of_string(text)
  local position = 1
  return {
    read = function(count)
      local piece = text:sub(position, position + count - 1)
      position = position + #piece
      return piece ~= "" and piece or nil
    end,
    rewind = function()
      position = 1
    end,
  }
end

local function check_open(file, origin)
  if io.type(file) ~= "file" then
    refuse(origin, "it is no open file")
  end
end

local function read_file(file, count, origin)
  check_open(file, origin)
  local piece, problem = file:read(count)
  if not piece and problem then
    refuse(origin, "it cannot be read: " .. tostring(problem))
  end
  return piece
end

-- Its own place in the file is looked up before each read: others may move the file's.
local function of_file(file, origin)
  check_open(file, origin)
  local start = file:seek()
  local position = start
  return {
    read = function(count)
      check_open(file, origin)
      if start then
        file:seek("set", position)
      end
      local piece = read_file(file, count, origin)
      position = start and position + #(piece or "")
      return piece
    end,
    rewind = start and function()
      position = start
    end,
  }
end

local function of_function(reader, origin)
  return {
    read = function(count)
      local piece
      repeat
        piece = reader(count)
        if piece ~= nil and type(piece) ~= "string" then
          refuse(origin, ("its reader returned a %s, not a string or nil"):format(type(piece)))
        end
      until piece ~= ""
      return piece
    end,
  }
end

--- Opens a source for reading once.
-- Raises `ParamValidationError` for a value that is none.
-- @param value string, open file (read from where it stands), or function(n) -> string or nil: at
--   most about n bytes, nil at the end
-- @param origin table or nil: { words = what comes before the reason in an error's message,
--   operation = API name or nil }; without it, the body of a call
-- @return table: `read(n)`, and `rewind()` where it can be read again
function source.open(value, origin)
  origin = origin or BODY
  if type(value) == "string" then
    return of_string(value)
  elseif type(value) == "function" then
    return of_function(value, origin)
  elseif type(value) == "userdata" then
    return of_file(value, origin)
  end
  return refuse(origin, ("type: %s, valid types: string, open file, function"):format(type(value)))
end

--- The tree hash of all that is left of a source.
-- @param opened table: of `source.open`
-- @param context table or nil: of `new_context`; others get theirs while this goes on
-- @param skip_linear boolean or nil: the plain SHA-256 is not wanted
-- @return tree of `glacier.core`
function source.hash(opened, context, skip_linear)
  local tree, before = core.tree_hash(skip_linear), 0
  local piece = opened.read(CHUNK)
  while piece do -- a generic `for` would not let a reader yield on Lua 5.1
    tree:update(piece)
    if context and tree:length() - before >= YIELD_BYTES then
      before = tree:length()
      context:yield()
    end
    piece = opened.read(CHUNK)
  end
  return tree
end

-- A reader's bytes, for they will be needed twice: once to be hashed and signed, once to be sent.
local function keep(opened, origin)
  local pieces, length = {}, 0
  local piece = opened.read(CHUNK)
  while piece do
    pieces[#pieces + 1], length = piece, length + #piece
    if length > KEPT then
      refuse(origin,
        ("it cannot be rewound and is longer than %d bytes: client:upload sends it in parts"):format(KEPT))
    end
    piece = opened.read(CHUNK)
  end
  return of_string(table.concat(pieces))
end

--- What a source has, to its last hashed byte: what a file has gained since is not part of it.
-- @param opened table: `read(n)`, `rewind()`
-- @param length number: bytes that were hashed
-- @param origin table or nil: of `source.open`
-- @return table: `read(n)` -> n bytes at most (256 KiB without n), nil at the end; it raises
--   `ParamValidationError` where they are not there any more. `rewind()` comes before the first read
function source.exactly(opened, length, origin)
  local left = 0
  return {
    read = function(count)
      if left == 0 then
        return nil
      end
      local piece = opened.read(math.min(count or CHUNK, left))
      if not piece then
        refuse(origin or BODY, "it has become shorter since it was hashed")
      end
      left = left - #piece
      return piece
    end,
    rewind = function()
      opened.rewind()
      left = length
    end,
  }
end

--- Hashes a source, and makes it one that can be read again.
-- @param opened table: of `source.open`
-- @param context table: of `new_context`
-- @param origin table or nil: of `source.open`
-- @return table: { source = with `read(n)` and `rewind()`, tree = of `glacier.core` }
function source.hash_body(opened, context, origin)
  if not opened.rewind then
    opened = keep(opened, origin or BODY)
  end
  local tree = source.hash(opened, context)
  opened.rewind()
  return { source = opened, tree = tree }
end

--- The origin of a call's body, for the errors about it.
-- @param operation string: API name
function source.body_of(operation)
  return { words = BODY.words, operation = operation }
end

return source
