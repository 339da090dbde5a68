--- The INI grammar of AWS's shared config and credentials files.
--
-- It is the grammar that botocore reads: CPython's configparser.RawConfigParser with its defaults, UTF-8 and universal
-- newlines, plus botocore's one level of nested blocks (configloader.py):
--
-- - A section begins with a header `[name]`. The keys of `[DEFAULT]` belong to every other section.
-- - A line `key = value` or `key : value` is split at the first `=` or `:`. Keys are converted to lower case, here in
--   ASCII only.
-- - A line that is indented deeper than its key continues the value of that key.
-- - A value that begins on the line below its key is a block of `key = value` lines. Their keys stay as written.
-- - A comment is a whole line that begins with `#` or `;`.
-- - A repeated header is an error, except `[DEFAULT]`. A key that is repeated in a section is an error. In a nested
--   block, the last one counts.
--
-- Messages never quote a line, because a malformed line may hold a secret key.
local core = require "glacier.core"

local ini = {}

-- White space beyond ASCII, in UTF-8, as Python's str.strip() and \s know it.
local WIDE_SPACE = {
  ["\194\133"] = true, ["\194\160"] = true, ["\225\154\128"] = true,
  ["\226\128\168"] = true, ["\226\128\169"] = true, ["\226\128\175"] = true,
  ["\226\129\159"] = true, ["\227\128\128"] = true,
}
for last = 128, 138 do
  WIDE_SPACE["\226\128" .. string.char(last)] = true
end

local BYTE_ORDER_MARK = "\239\187\191"

-- %s follows the host's locale, so white space is matched by its bytes.
local function space_after(text, position)
  if text:find("^[\t-\r\28-\32]", position) then
    return 1
  end
  for length = 2, 3 do
    if WIDE_SPACE[text:sub(position, position + length - 1)] then
      return length
    end
  end
end

local function space_before(text, position)
  if text:find("^[\t-\r\28-\32]", position) then
    return 1
  end
  for length = 2, 3 do
    if WIDE_SPACE[text:sub(position - length + 1, position)] then
      return length
    end
  end
end

-- Returns the text without the white space around it, and the number of white-space characters before it.
local function strip(text)
  local first, last, indent = 1, #text, 0
  local length = space_after(text, first)
  while length do
    first, indent = first + length, indent + 1
    length = space_after(text, first)
  end
  length = last >= first and space_before(text, last)
  while length do
    last = last - length
    length = last >= first and space_before(text, last)
  end
  return text:sub(first, last), indent
end

-- string.lower follows the host's locale, so it could change bytes of a UTF-8 sequence.
local function lower(text)
  return (text:gsub("[A-Z]", function(letter)
    return string.char(letter:byte() + 32)
  end))
end

local function new_section(name, line)
  return { name = name, line = line, options = {}, order = {} }
end

-- Makes `name` the current section. Only `[DEFAULT]` may come twice. Returns the problem, or nil.
local function open_section(state, name, line)
  state.option = nil
  if name == "DEFAULT" then
    state.section = state.defaults
    return
  end
  local earlier = state.by_name[name]
  if earlier then
    return "the section is already defined in line " .. earlier.line
  end
  state.section = new_section(name, line)
  state.by_name[name] = state.section
  state.sections[#state.sections + 1] = state.section
end

-- Adds a key with the first line of its value to the current section. Returns the problem, or nil.
local function add_option(state, text, line)
  local delimiter = text:find("[=:]")
  if not delimiter then
    return "expected '=' or ':' after a key"
  end
  local key = lower((strip(text:sub(1, delimiter - 1))))
  if key == "" then
    return "a value without a key"
  end
  local section = state.section
  local earlier = section.options[key]
  if earlier then
    return "the key is already set in line " .. earlier.line .. " of the same section"
  end
  state.option = { line = line, { text = strip(text:sub(delimiter + 1)), line = line } }
  section.options[key] = state.option
  section.order[#section.order + 1] = key
end

local function no_section(line)
  if line:sub(1, #BYTE_ORDER_MARK) == BYTE_ORDER_MARK then
    return "the file begins with a byte order mark; save it as UTF-8 without one"
  end
  return "expected a section header before this line"
end

-- Reads one line. Returns the problem, or nil.
local function read_line(state, line, number)
  if not core.utf8_valid(line) then
    return "not valid UTF-8"
  end
  local text, indent = strip(line)
  if text:find("^[#;]") then
    return nil
  elseif text == "" or (state.option and indent > state.indent) then
    if state.option then
      table.insert(state.option, { text = text, line = number })
    end
    return nil
  end
  state.indent = indent
  local name = text:match("^%[(.+)%]")
  if name then
    return open_section(state, name, number)
  elseif not state.section then
    return no_section(line)
  end
  return add_option(state, text, number)
end

-- Reads the `key = value` lines of a nested block. Returns a map and the map of its line numbers; or nil, the problem
-- and its line. botocore splits the lines with str.splitlines(), which splits at more than newlines.
local function read_block(option)
  local values, lines = {}, {}
  for _, part in ipairs(option) do
    local text = part.text:gsub("[\v\f\28-\30]", "\n")
    text = text:gsub("\194\133", "\n"):gsub("\226\128[\168\169]", "\n")
    for piece in text:gmatch("[^\n]+") do
      local entry = strip(piece)
      local delimiter = entry:find("=", 1, true)
      if delimiter then
        local key = strip(entry:sub(1, delimiter - 1))
        values[key], lines[key] = strip(entry:sub(delimiter + 1)), part.line
      elseif entry ~= "" then
        return nil, "a line without '=' in a nested block", part.line
      end
    end
  end
  return values, lines
end

-- Returns the value of an option: a string, or the results of `read_block`.
local function read_value(option)
  while #option > 1 and option[#option].text == "" do
    table.remove(option)
  end
  if #option > 1 and option[1].text == "" then
    return read_block(option)
  end
  local texts = {}
  for index, part in ipairs(option) do
    texts[index] = part.text
  end
  return table.concat(texts, "\n")
end

-- Adds the options of `from` that `values` does not have yet. Returns the problem and its line, or nil.
local function read_options(from, values, lines)
  local value_lines = lines[values]
  for _, key in ipairs(from.order) do
    if values[key] == nil then
      local option = from.options[key]
      local value, detail, line = read_value(option)
      if value == nil then
        return detail, line
      end
      values[key], value_lines[key] = value, option.line
      if type(value) == "table" then
        lines[value] = detail
      end
    end
  end
end

-- Makes the results of `ini.parse`.
local function finish(state)
  local sections, lines = {}, {}
  for index, section in ipairs(state.sections) do
    local values = {}
    lines[values] = {}
    local why, line = read_options(section, values, lines)
    if not why then
      why, line = read_options(state.defaults, values, lines)
    end
    if why then
      return nil, why, line
    end
    sections[index] = { name = section.name, line = section.line, values = values }
  end
  return sections, lines
end

--- Parses the text of a file, with newlines of any kind.
-- @param text string
-- @return list, table: the sections in the file's order without `[DEFAULT]`, each { name = string, line = number,
--   values = map of key to string or, for a nested block, to a map }; and the line numbers: a table whose keys are
--   these maps and whose values are maps of key to line. Or nil, the problem (without text of the file), and its line
--   number
function ini.parse(text)
  local state = { sections = {}, by_name = {}, defaults = new_section("DEFAULT"), indent = 0 }
  local number = 0
  for line in (text:gsub("\r\n?", "\n") .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    local why = read_line(state, line, number)
    if why then
      return nil, why, number
    end
  end
  return finish(state)
end

return ini
