--- Words with the quotes and backslashes of Python's shlex.split, which are almost those of a shell.
local words = {}

-- Reads a double-quoted string whose opening quote is before `position`. Returns its text and the position after the
-- closing quote; nil if there is no closing quote. A backslash escapes only a double quote or a backslash.
local function double_quoted(text, position)
  local pieces = {}
  while true do
    local stop = text:find('["\\]', position)
    if not stop then
      return nil
    end
    pieces[#pieces + 1] = text:sub(position, stop - 1)
    if text:sub(stop, stop) == '"' then
      return table.concat(pieces), stop + 1
    end
    local escaped = text:match('^["\\]', stop + 1)
    pieces[#pieces + 1] = escaped or "\\"
    position = escaped and stop + 2 or stop + 1
  end
end

-- Returns one quoted or unquoted part of a word, and the position after it; nil if a quote is not closed, or if nothing
-- follows a backslash.
local function word_piece(text, position)
  local plain, after = text:match("^([^ \t\r\n'\"\\]+)()", position)
  if plain then
    return plain, after
  elseif text:find('^"', position) then
    return double_quoted(text, position + 1)
  elseif text:find("^\\", position) then
    local escaped = text:match("^.", position + 1)
    return escaped, position + 2
  end
  return text:match("^'([^']*)'()", position)
end

--- Splits text into words as Python's shlex.split does. Nothing is expanded.
-- @param text string
-- @return a list of strings; or nil and the problem
function words.split(text)
  local list, pieces, position = {}, {}, 1
  while position <= #text do
    if text:find("^[ \t\r\n]", position) then
      list[#list + 1] = pieces[1] and table.concat(pieces)
      pieces, position = pieces[1] and {} or pieces, position + 1
    else
      local piece, after = word_piece(text, position)
      if not piece then
        return nil, "a quote is not closed, or the last character is a backslash"
      end
      pieces[#pieces + 1], position = piece, after
    end
  end
  list[#list + 1] = pieces[1] and table.concat(pieces)
  return list
end

return words
