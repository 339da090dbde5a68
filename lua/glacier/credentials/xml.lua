--- The little XML that STS answers with: elements that hold text alone, found by plain search, so that no
-- document can make it slow.
local xml = {}

local entities = { lt = "<", gt = ">", amp = "&", quot = '"', apos = "'" }

-- A code point in UTF-8; only what an answer of the service can hold, which is ASCII, else nil.
local function character(digits, base)
  local code = tonumber(digits, base)
  return code and code > 0 and code < 128 and string.char(code) or nil
end

local function entity(name)
  local hex = name:match "^#x(%x+)$"
  if hex then
    return character(hex, 16)
  end
  local decimal = name:match "^#(%d+)$"
  return decimal and character(decimal, 10) or entities[name]
end

--- The text of the first element of a name.
-- @param document string
-- @param name string: without a namespace
-- @return string with its entities decoded; nil where the element is missing, or holds elements
function xml.text(document, name)
  local _, opened = document:find("<" .. name .. ">", 1, true)
  local closing = opened and document:find("<", opened + 1, true)
  if not closing or document:sub(closing, closing + #name + 2) ~= "</" .. name .. ">" then
    return nil
  end
  return (document:sub(opened + 1, closing - 1):gsub("&([#%w]+);", entity))
end

return xml
