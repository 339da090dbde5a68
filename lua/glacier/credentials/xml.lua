--- A small parser of XML 1.0, for responses of the query protocol. It keeps elements, and the text of elements without
-- children; it skips attributes, comments and processing instructions. It rejects document types, and therefore
-- entities that are not predefined. Its time is linear in the length of the document.
local core = require "glacier.core"

local xml = {}

-- Limits of a document. A response of STS has a few KiB and four levels.
local MAX_BYTES, MAX_DEPTH = 1024 * 1024, 64

local NAME = "([A-Za-z_:\128-\255][A-Za-z0-9_:.\128-\255-]*)"
local BLANK = "[ \t\n]*"
local END_TAG = "^" .. NAME .. BLANK .. ">()"
local START_TAG = "^" .. NAME .. "()"
local ATTRIBUTE = "^[ \t\n]+" .. NAME .. BLANK .. "=" .. BLANK .. "([\"'])()"
local TAG_END = "^" .. BLANK .. "(/?)>()"

local entities = { lt = "<", gt = ">", amp = "&", quot = '"', apos = "'" }

-- Encodes a code point in UTF-8; nil if XML 1.0 does not allow the character.
local function character(code)
  if code < 32 and code ~= 9 and code ~= 10 and code ~= 13 or code >= 0xD800 and code < 0xE000
    or code == 0xFFFE or code == 0xFFFF or code > 0x10FFFF then
    return nil
  elseif code < 0x80 then
    return string.char(code)
  end
  local tail, lead = "", code < 0x800 and 0xC0 or code < 0x10000 and 0xE0 or 0xF0
  for _ = 1, code < 0x800 and 1 or code < 0x10000 and 2 or 3 do
    tail = string.char(0x80 + code % 64) .. tail
    code = math.floor(code / 64)
  end
  return string.char(lead + code) .. tail
end

local function entity(name)
  local digits = #name <= 9 and name:match "^#x(%x+)$"
  if digits then
    return character(tonumber(digits, 16))
  end
  digits = #name <= 9 and name:match "^#(%d+)$"
  return digits and character(tonumber(digits, 10)) or entities[name]
end

-- Replaces the entities in a text; nil if one is unknown.
local function decode(text)
  local valid = true
  local decoded = text:gsub("&([^&;]*)(;?)", function(name, stop)
    local value = stop == ";" and entity(name)
    valid = valid and value
    return value or ""
  end)
  return valid and decoded or nil
end

-- Adds a text to the innermost open element. Returns the problem, or nil.
local function add_text(state, text)
  local element = state[#state]
  if element then
    element.pieces[#element.pieces + 1] = text
  elseif text:find "[^ \t\n]" then
    return "text outside of the root element"
  end
end

-- Each of the following readers gets the position after the first characters of a markup. It returns the position after
-- the markup; or nil or false, and the problem.

local function read_comment(state, position)
  local close = state.document:find("--", position, true)
  if not close or state.document:sub(close + 2, close + 2) ~= ">" then
    return nil, "a comment is not closed"
  end
  return close + 3
end

local function read_instruction(state, position)
  local _, close = state.document:find("?>", position, true)
  return close and close + 1, "a processing instruction is not closed"
end

local function read_cdata(state, position)
  local close, last = state.document:find("]]>", position, true)
  if not close then
    return nil, "a CDATA section is not closed"
  end
  local why = not state[1] and "a CDATA section outside of the root element"
    or add_text(state, state.document:sub(position, close - 1))
  return not why and last + 1, why
end

local function read_declaration()
  return nil, "a document type, which is not supported"
end

-- Adds the innermost open element to its parent. If there are several children with one name, the first is kept.
local function close_element(state)
  local element = table.remove(state)
  local parent, name = state[#state], element.name:match "^.*:(.*)$" or element.name
  element.text = not next(element.children) and table.concat(element.pieces) or nil
  element.pieces = nil
  if parent then
    parent.children[name] = parent.children[name] or element
  else
    state.root = element
  end
end

local function read_end_tag(state, position)
  local name, after = state.document:match(END_TAG, position)
  if not name or not state[1] or state[#state].name ~= name then
    return nil, "an end tag does not match the open element"
  end
  close_element(state)
  return after
end

local function skip_attributes(document, position)
  local _, quote, value = document:match(ATTRIBUTE, position)
  while quote do
    local close = document:find("[<" .. quote .. "]", value)
    if not close or document:sub(close, close) == "<" then
      return nil
    end
    position = close + 1
    _, quote, value = document:match(ATTRIBUTE, position)
  end
  return position
end

local function read_start_tag(state, position)
  local name, after = state.document:match(START_TAG, position)
  after = name and skip_attributes(state.document, after)
  local slash
  if after then
    slash, after = state.document:match(TAG_END, after)
  end
  if not slash then
    return nil, "a malformed start tag"
  elseif state.root then
    return nil, "a second root element"
  elseif #state >= MAX_DEPTH then
    return nil, ("more than %d levels"):format(MAX_DEPTH)
  end
  state[#state + 1] = { name = name, children = {}, pieces = {} }
  if slash == "/" then
    close_element(state)
  end
  return after
end

-- The first characters of each markup, and its reader.
local readers = {
  { "<!--", read_comment }, { "<![CDATA[", read_cdata }, { "<!", read_declaration }, { "<?", read_instruction },
  { "</", read_end_tag }, { "<", read_start_tag },
}

local function read_markup(state, position)
  for _, row in ipairs(readers) do
    if state.document:sub(position, position + #row[1] - 1) == row[1] then
      return row[2](state, position + #row[1])
    end
  end
end

local function read(state)
  local position = 1
  while true do
    local open = state.document:find("<", position, true)
    local text = decode(state.document:sub(position, (open or 0) - 1))
    local why = not text and "an unknown entity" or add_text(state, text)
    if why or not open then
      return why
    end
    position, why = read_markup(state, open)
    if not position then
      return why
    end
  end
end

--- Reads a document.
-- @param text string
-- @return table: the root element, { children = { [name] = element }, text = string }. Names have no prefixes. Only an
--   element without children has `text`, with entities and CDATA sections decoded. Or nil and the problem.
function xml.parse(text)
  if #text > MAX_BYTES then
    return nil, ("more than %d bytes"):format(MAX_BYTES)
  elseif not core.utf8_valid(text) or text:find "[%z\1-\8\11\12\14-\31]" then
    return nil, "characters that XML does not allow"
  end
  local state = { document = text:gsub("^\239\187\191", ""):gsub("\r\n?", "\n") }
  local why = read(state)
  if not why and (state[1] or not state.root) then
    why = "an element is not closed"
  end
  return not why and state.root or nil, why
end

--- Returns the text of a nested element.
-- @param element table or nil: of `xml.parse`
-- @param ... names of elements, from the outermost to the innermost
-- @return string; nil if there is no such element, or if it has children
function xml.text(element, ...)
  for _, name in ipairs { ... } do
    element = element and element.children[name]
  end
  return element and element.text
end

return xml
