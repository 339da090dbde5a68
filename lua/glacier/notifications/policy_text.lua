--- Writes policies as JSON with a fixed order of members. lua-cjson is not used, because it has no fixed order, writes
-- an empty table as an object, and its escapes differ between versions.
local policy_text = {}

-- The order in which a policy's members are written. Other members follow in alphabetical order.
local order = {}
for position, name in ipairs {
  "Version", "Id", "Statement", "Sid", "Effect", "Principal", "Action", "Resource", "Condition", "Service",
  "StringEquals", "ArnLikeIfExists",
} do
  order[name] = position
end

-- The members that are lists even if they are empty. Any other empty table is an object.
local lists = { Statement = true, Action = true, Resource = true, NotAction = true, NotResource = true }

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quoted(text)
  return '"' .. text:gsub('[%z\1-\31"\\\127]', function(byte)
    return escapes[byte] or ("\\u%04x"):format(byte:byte())
  end) .. '"'
end

local function sorted_members(value)
  local list = {}
  for name in next, value do
    list[#list + 1] = name
  end
  table.sort(list, function(a, b)
    local first, second = order[a] or math.huge, order[b] or math.huge
    if first ~= second then
      return first < second
    end
    return a < b
  end)
  return list
end

local write

local function write_list(value)
  local items = {}
  for position, item in ipairs(value) do
    items[position] = write(item)
  end
  return "[" .. table.concat(items, ",") .. "]"
end

local function write_object(value)
  local members = {}
  for position, name in ipairs(sorted_members(value)) do
    members[position] = quoted(name) .. ":" .. write(value[name], name)
  end
  return "{" .. table.concat(members, ",") .. "}"
end

function write(value, name)
  if type(value) ~= "table" then
    return type(value) == "string" and quoted(value) or tostring(value)
  elseif value[1] ~= nil or (next(value) == nil and lists[name]) then
    return write_list(value)
  end
  return write_object(value)
end

--- Writes a policy, or a part of one.
-- @param value table: contains strings, numbers, booleans, and tables of the same kind; it is not checked
-- @return string: JSON
function policy_text.json(value)
  return write(value)
end

return policy_text
