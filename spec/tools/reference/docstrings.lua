--- Reads the docstrings of Lua files. A docstring is directly above what it describes. It has the lines `--- text`,
-- `-- text`, `-- @param name type: text` and `-- @return type: text`.
local docstrings = {}

-- Appends a line of a comment to the text that it continues.
local function add_line(doc, line)
  local tag, rest = line:match "^@(%a+)%s*(.*)$"
  if tag == "param" then
    local name, text = rest:match "^(%S+)%s*(.*)$"
    doc.current = { name = name, text = text }
    doc.params[#doc.params + 1] = doc.current
  elseif tag == "return" then
    doc.current = { text = rest }
    doc.returns[#doc.returns + 1] = doc.current
  else
    local into = doc.current or doc
    into.text = into.text == "" and line or into.text .. " " .. line:match "^%s*(.*)$"
  end
end

-- Splits a text at its first colon into the type and the rest.
local function split_type(entry)
  local kind, text = entry.text:match "^([^:]-):%s+(.*)$"
  entry.type, entry.text = kind or entry.text, text or ""
end

local function finish(doc)
  for _, list in ipairs { doc.params, doc.returns } do
    for _, entry in ipairs(list) do
      split_type(entry)
    end
  end
  doc.current = nil
  return doc
end

--- Reads a file.
-- @param path string
-- @return table: symbol, as written in the code ("Client:call", "all.as_completed") -> { text =, params = list of
--   { name =, type =, text = }, returns = list of { type =, text = } }; and the list of symbols in their order
function docstrings.read(path)
  local found, order, doc = {}, {}, nil
  for line in io.lines(path) do
    local first, more = line:match "^%-%-%- ?(.*)$", line:match "^%-%- ?(.*)$"
    if first then
      doc = { text = "", params = {}, returns = {} }
      add_line(doc, first)
    elseif more and doc then
      add_line(doc, more)
    else
      local symbol = line:match "^function ([%w_.:]+)" or line:match "^([%w_]+%.[%w_]+) ="
      if doc and symbol then
        found[symbol] = finish(doc)
        order[#order + 1] = symbol
      end
      doc = nil
    end
  end
  return found, order
end

return docstrings
