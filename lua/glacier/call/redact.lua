--- Removes secrets from text that other programs have written. Each secret is replaced by `***`.
local redact = {}

-- Replaces every occurrence of `secret`, a plain string, in `text`.
local function without(text, secret)
  local pieces, position = {}, 1
  local first, last = text:find(secret, 1, true)
  while first do
    pieces[#pieces + 1] = text:sub(position, first - 1)
    position = last + 1
    first, last = text:find(secret, position, true)
  end
  return table.concat(pieces, "***") .. (pieces[1] and "***" or "") .. text:sub(position)
end

--- Removes secrets from a text.
-- @param text string
-- @param secrets list of strings; empty ones are ignored
-- @return string
function redact.text(text, secrets)
  for _, secret in ipairs(secrets) do
    if secret ~= "" then
      text = without(text, secret)
    end
  end
  return text
end

--- Removes secrets from every string in a table and its nested tables. Keys stay unchanged.
-- @param object table: a tree
-- @param secrets list of strings
function redact.tree(object, secrets)
  for key, value in pairs(object) do
    if type(value) == "string" then
      object[key] = redact.text(value, secrets)
    elseif type(value) == "table" then
      redact.tree(value, secrets)
    end
  end
end

return redact
