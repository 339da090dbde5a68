--- Splits a source into parts. A part is a range of a string or of a file, which is read when it is needed, or bytes of
-- a reader, which are kept in memory until they are sent.
--
-- A body is a table with
--   total         bytes; nil while the number is unknown
--   next(size)    the next part; nil at the end
--   fits(size)    whether the whole body fits into one part of that size
--   close()
--   check_end()   raises if the body has become longer
-- A part is a source with `first`, its offset in the body, and `length`.
local paths = require "glacier.config.paths"
local source = require "glacier.body.source"

local parts = {}

local EMPTY = "it is empty, but an archive must have at least 1 byte"

local function nothing() end

local function of_ranges(opened, origin)
  local position, total = 0, opened.total
  return {
    total = total,
    next = function(size)
      if position < total then
        local part = source.range(opened, position, math.min(size, total - position), origin)
        position = position + part.length
        return part
      end
    end,
    fits = function(size)
      return total <= size
    end,
    check_end = function()
      local more = opened.read_at(total, 1)
      if more and more ~= "" then
        source.raise_invalid(origin, ("it has become longer since the upload began: it had %.0f bytes"):format(total))
      end
    end,
    close = nothing,
  }
end

-- Combines and splits the chunks of a reader. Returns a function(n) -> exactly n bytes, fewer at the end, nil after it;
-- and a function that returns whether there are more bytes.
local function cutter(opened)
  local rest, at, over = "", 1, false
  local function more()
    if at > #rest and not over then
      rest, at = opened.read() or "", 1
      over = rest == ""
    end
    return not over
  end
  return function(count)
    local list, missing = {}, count
    while missing > 0 and more() do
      local chunk = rest:sub(at, at + missing - 1)
      list[#list + 1], at, missing = chunk, at + #chunk, missing - #chunk
    end
    return list[1] and table.concat(list)
  end, more
end

local function held_part(text, first)
  local part = source.range(source.open(text), 0, #text)
  part.first = first
  return part
end

local function of_reader(opened, origin)
  local take, more = cutter(opened)
  local body = { check_end = nothing, close = nothing }
  local position, held = 0, nil
  function body.next(size)
    local part = held
    held = nil
    if not part then
      local text = take(size)
      part = text and held_part(text, position)
    end
    position = part and part.first + part.length or position
    if not more() then
      body.total = position
    end
    return part
  end
  function body.fits(size)
    held = body.next(size)
    if not held then
      source.raise_invalid(origin, EMPTY)
    end
    return body.total ~= nil
  end
  return body
end

local function of_source(opened, origin)
  if not opened.total then
    return of_reader(opened, origin)
  elseif opened.total == 0 then
    return nil, EMPTY
  end
  return of_ranges(opened, origin)
end

-- Rejects an empty file at once. It reads a byte, because the size of some special files is wrong.
local function of_file(file, origin)
  local start = file:seek()
  if start then
    local probe, why = file:read(1)
    if not probe then
      return nil, why and "it cannot be read: " .. tostring(why) or EMPTY
    end
    file:seek("set", start)
  end
  return of_source(source.open(file, origin), origin)
end

local function of_path(path, origin)
  local fault = paths.fault(path)
  if fault then
    return nil, fault
  end
  local file, why = io.open(path, "rb")
  if not file then
    return nil, "it cannot be opened: " .. tostring(why)
  end
  local body
  body, why = of_file(file, origin)
  if not body then
    file:close()
    return nil, why
  end
  function body.close()
    file:close()
  end
  return body
end

--- Opens the body of an upload. A reader is not read yet.
-- @param name string: the name of its parameter: "path", "body" or "reader"
-- @param value string (a path, or the bytes of a body), open file (from its position on; the caller closes it), or
--   function(n) -> string or nil
-- @param origin table: of `source.open`
-- @return body; or nil and why there is none
function parts.open(name, value, origin)
  if name == "path" then
    return of_path(value, origin)
  elseif io.type(value) then
    return of_file(value, origin)
  end
  return of_source(source.open(value, origin), origin)
end

return parts
