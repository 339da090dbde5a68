--- What an archive is read from, part by part: ranges of a string or of a file, each read when it
-- is needed, or a reader, whose parts are held in memory until they are sent.
--
-- A body is { total = bytes, nil while they are not known, next = function(size) -> part, nil at
-- the end, fits = function(size) -> whether all of it is one part of that size, close = function(),
-- check_end = function(): raises where it has grown }. A part is { first = offset in the body,
-- length = bytes, read = function(n) -> at most n bytes (256 KiB without n), nil at the end, rewind =
-- function() }; reading raises `ParamValidationError` where a file does not have them any more.
local refuse = require "glacier.upload.refuse"
local source = require "glacier.body.source"

local body = {}

-- Bytes of a reader that are read and held at once.
local PIECE = 256 * 1024

-- ---- ranges ----------------------------------------------------------------------------------

local function range(name, read_at, first, length)
  local position = 0
  return {
    first = first, length = length,
    read = function(count)
      count = math.min(count or PIECE, length - position)
      if count == 0 then
        return nil
      end
      local piece = read_at(first + position, count)
      if not piece then
        refuse.one(name, ("it has become shorter since the upload began: %.0f bytes"):format(first + position))
      end
      position = position + #piece
      return piece
    end,
    rewind = function()
      position = 0
    end,
  }
end

local function of_ranges(name, total, read_at)
  local position = 0
  return {
    total = total,
    next = function(size)
      if position < total then
        local part = range(name, read_at, position, math.min(size, total - position))
        position = position + part.length
        return part
      end
    end,
    fits = function(size)
      return total <= size
    end,
    check_end = function() end,
    close = function() end,
  }
end

local function of_string(text)
  return of_ranges("body", #text, function(offset, count)
    return text:sub(offset + 1, offset + count)
  end)
end

local function of_seekable(name, file, start, total)
  local function read_at(offset, count)
    if io.type(file) ~= "file" then
      refuse.one(name, "it was closed")
    end
    file:seek("set", start + offset)
    local piece, problem = file:read(count)
    if not piece and problem then
      refuse.one(name, "it cannot be read: " .. tostring(problem))
    end
    return piece
  end
  local made = of_ranges(name, total, read_at)
  function made.check_end()
    if read_at(total, 1) then
      refuse.one(name, ("it has become longer since the upload began: it had %.0f bytes"):format(total))
    end
  end
  return made
end

-- ---- readers ---------------------------------------------------------------------------------

-- Cuts what a reader gives, in pieces of any size, into what is wanted. Returns a function(n) ->
-- exactly n bytes, less at the end, nil after it; and a function that says whether there is more.
local function cutter(opened)
  local rest, at, over = "", 1, false
  local function more()
    if at > #rest and not over then
      rest, at = opened.read(PIECE) or "", 1
      over = rest == ""
    end
    return not over
  end
  return function(count)
    local list, missing = {}, count
    while missing > 0 and more() do
      local piece = rest:sub(at, at + missing - 1)
      list[#list + 1], at, missing = piece, at + #piece, missing - #piece
    end
    return list[1] and table.concat(list)
  end, more
end

-- A part from its pieces, of which only the last may be shorter than PIECE.
local function of_pieces(pieces, first, length)
  local number, at = 1, 1
  return {
    first = first, length = length,
    read = function(count)
      local piece = pieces[number]
      if piece then
        local taken = piece:sub(at, at + (count or PIECE) - 1)
        at = at + #taken
        if at > #piece then
          number, at = number + 1, 1
        end
        return taken
      end
    end,
    rewind = function()
      number, at = 1, 1
    end,
  }
end

local function read_part(take, first, size)
  local pieces, length = {}, 0
  while length < size do
    local piece = take(math.min(PIECE, size - length))
    if not piece then
      break
    end
    pieces[#pieces + 1], length = piece, length + #piece
  end
  return length > 0 and of_pieces(pieces, first, length) or nil
end

local function of_reader(name, opened)
  local take, more = cutter(opened)
  local made = { check_end = function() end, close = function() end }
  local position, held = 0, nil
  function made.next(size)
    local part = held or read_part(take, position, size)
    held = nil
    position = part and part.first + part.length or position
    if not more() then
      made.total = position
    end
    return part
  end
  function made.fits(size)
    held = made.next(size)
    if not held then
      refuse.one(name, "it is empty, and the service keeps no empty archives")
    end
    return made.total ~= nil
  end
  return made
end

-- ---- opening ---------------------------------------------------------------------------------

-- A file whose size says something is read by ranges, a pipe or what the kernel makes up as it is
-- read is not. Returns the body, or nil and why there is none.
local function of_file(name, file)
  local start = file:seek()
  local total = start and file:seek "end" - start
  if not start then
    return of_reader(name, source.open(file, refuse.origin(name)))
  end
  file:seek("set", start)
  local probe, problem = file:read(1)
  if not probe then
    return nil, problem and "it cannot be read: " .. tostring(problem)
      or "it is empty, and the service keeps no empty archives"
  elseif total > 0 then
    return of_seekable(name, file, start, total)
  end
  file:seek("set", start)
  return of_reader(name, source.open(file, refuse.origin(name)))
end

local function of_path(name, path)
  local file, problem = io.open(path, "rb")
  if not file then
    return nil, "it cannot be opened: " .. tostring(problem)
  end
  local made, why = of_file(name, file)
  if not made then
    file:close()
    return nil, why
  end
  function made.close()
    file:close()
  end
  return made
end

--- Opens the body of an upload. Nothing of a reader is read.
-- @param name string: the parameter that it came in: "path", "body" or "reader"
-- @param value string (a path; the bytes of a body), open file (from where it stands, and left to
--   the caller to close), or function(n) -> string or nil
-- @return the body; or nil and why there is none
function body.open(name, value)
  if name == "path" then
    return of_path(name, value)
  elseif type(value) == "function" then
    return of_reader(name, source.open(value, refuse.origin(name)))
  elseif type(value) == "string" then
    if value == "" then
      return nil, "it is empty, and the service keeps no empty archives"
    end
    return of_string(value)
  end
  return of_file(name, value)
end

return body
