--- What the body of an upload is read from: a string, an open file or a reader function.
local core = require "glacier.core"
local fail = require "glacier.fail"
local wait = require "glacier.wait"

local source = {}

-- Bytes: how much is read at once; how much of a reader, which cannot be rewound, is kept for
-- sending it again; how much is hashed before others get their turn.
local CHUNK, KEPT, STRETCH = 256 * 1024, 16 * 1024 * 1024, 8 * 1024 * 1024

local function refuse(why)
  return fail.raise("validation", "ParamValidationError",
    "Parameter validation failed:\nInvalid value for parameter body, " .. why)
end

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

local function read_file(file, count)
  local piece, problem = file:read(count)
  if not piece and problem then
    refuse("it cannot be read: " .. tostring(problem))
  end
  return piece
end

local function of_file(file)
  if io.type(file) ~= "file" then
    refuse "it is no open file"
  end
  local start = file:seek()
  return {
    read = function(count)
      return read_file(file, count)
    end,
    rewind = start and function()
      file:seek("set", start)
    end,
  }
end

local function of_function(reader)
  return {
    read = function(count)
      local piece
      repeat
        piece = reader(count)
        if piece ~= nil and type(piece) ~= "string" then
          refuse(("its reader returned a %s, not a string or nil"):format(type(piece)))
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
-- @return table: `read(n)`, and `rewind()` where it can be read again
function source.open(value)
  if type(value) == "string" then
    return of_string(value)
  elseif type(value) == "function" then
    return of_function(value)
  elseif type(value) == "userdata" then
    return of_file(value)
  end
  return refuse(("type: %s, valid types: string, open file, function"):format(type(value)))
end

--- The tree hash of all that is left of a source.
-- @param opened table: of `source.open`
-- @param turn table or nil: of `wait.turn`; others get theirs while this goes on
-- @return tree of `glacier.core`
function source.hash(opened, turn)
  local tree, before = core.tree(), 0
  for piece in opened.read, CHUNK do
    tree:update(piece)
    if turn and tree:length() - before >= STRETCH then
      before = tree:length()
      wait.breathe(turn)
    end
  end
  return tree
end

-- A reader's bytes, for they will be needed twice: once to be hashed and signed, once to be sent.
local function keep(opened)
  local pieces, length = {}, 0
  for piece in opened.read, CHUNK do
    pieces[#pieces + 1], length = piece, length + #piece
    if length > KEPT then
      refuse(("it cannot be rewound and is longer than %d bytes: client:upload sends it in parts"):format(KEPT))
    end
  end
  return of_string(table.concat(pieces))
end

--- Opens a source that can be read again, and hashes it.
-- @param value as of `source.open`
-- @param turn table: of `wait.turn`
-- @return table: { source = with `read(n)` and `rewind()`, tree = of `glacier.core` }
function source.announce(value, turn)
  local opened = source.open(value)
  if not opened.rewind then
    opened = keep(opened)
  end
  local tree = source.hash(opened, turn)
  opened.rewind()
  return { source = opened, tree = tree }
end

return source
