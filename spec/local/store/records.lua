-- Lists of records in memory that the workers share: archives, uploads, parts and jobs of a vault, and
-- records of the account in a region (the vault is then ""). A record is a table that JSON can encode.
-- It has a kind and an id, which contain no slash.

local cjson = require "cjson"
local errors = require "http.errors"

local records = {}

local shared = ngx.shared.records

local function key(owner, vault, ...)
  return table.concat({ owner.account, owner.region, vault, ... }, "/")
end

function records.put(owner, vault, kind, id, record)
  local ok, problem = shared:safe_set(key(owner, vault, kind, id), cjson.encode(record))
  if not ok then errors.raise("ServiceUnavailableException", "No room left: %s", problem) end
end

-- Returns the record or nil.
function records.get(owner, vault, kind, id)
  local text = shared:get(key(owner, vault, kind, id))
  return text and cjson.decode(text)
end

function records.delete(owner, vault, kind, id)
  shared:delete(key(owner, vault, kind, id))
end

local function keys(prefix)
  local list = {}
  for _, stored in ipairs(shared:get_keys(0)) do
    if stored:sub(1, #prefix) == prefix then list[#list + 1] = stored end
  end
  return list
end

-- Returns the sorted ids of all records of a kind.
function records.ids(owner, vault, kind)
  local prefix = key(owner, vault, kind, "")
  local ids = keys(prefix)
  for i, stored in ipairs(ids) do ids[i] = stored:sub(#prefix + 1) end
  table.sort(ids)
  return ids
end

-- Returns all records of a kind, the oldest first. They must have `created` and `id`.
function records.list(owner, vault, kind)
  local list = {}
  for _, id in ipairs(records.ids(owner, vault, kind)) do
    list[#list + 1] = records.get(owner, vault, kind, id)
  end
  table.sort(list, function(a, b)
    if a.created ~= b.created then return a.created < b.created end
    return a.id < b.id
  end)
  return list
end

-- Deletes every record of the vault.
function records.clear(owner, vault)
  for _, stored in ipairs(keys(key(owner, vault, ""))) do shared:delete(stored) end
end

return records
