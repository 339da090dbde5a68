-- AddTagsToVault, RemoveTagsFromVault, ListTagsForVault. The field `tags` of a vault maps keys to
-- values.

local errors = require "http.errors"
local json = require "http.json"
local members = require "http.members"
local store = require "store.vaults"

local tags = {}

local MOST_TAGS = 50 -- of a vault
local MOST_AT_ONCE = 10 -- in a request
local LONGEST_KEY, LONGEST_VALUE = 128, 255 -- characters

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function check(text, least, most, what)
  local _, length = text:gsub("[^\128-\191]", "")
  local allowed = ngx.re.find(text, [[^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$]], "ujo")
  if length < least or length > most or not allowed then
    errors.raise("InvalidParameterValueException", "Invalid tag %s: %s", what, text)
  end
end

local function check_number(count)
  if count < 1 or count > MOST_AT_ONCE then
    errors.raise("InvalidParameterValueException", "A request has 1 to %d tags.", MOST_AT_ONCE)
  end
end

-- Returns the checked tags of the request.
local function tags_in(call)
  local map = members.required(json.decode_object(call.body.text), "Tags", "table")
  local count = 0
  for key, value in pairs(map) do
    if type(key) ~= "string" or type(value) ~= "string" then
      errors.raise("SerializationException", "The member Tags has the wrong type.")
    end
    check(key, 1, LONGEST_KEY, "key")
    check(value, 0, LONGEST_VALUE, "value")
    if key:find "^aws:" then
      errors.raise("InvalidParameterValueException", "Invalid tag key: %s", key)
    end
    count = count + 1
  end
  check_number(count)
  return map
end

-- Changes the tags of the vault that the request names.
local function update(call, change)
  store.exclusively(call.owner, function()
    local vault = store.get(call.owner, call.path.vaultName)
    vault.tags = vault.tags or {}
    change(vault.tags)
    store.put(call.owner, vault)
  end)
  return { status = 204 }
end

function tags.add(call)
  local added = tags_in(call)
  return update(call, function(map)
    for key, value in pairs(added) do map[key] = value end
    if #sorted_keys(map) > MOST_TAGS then
      errors.raise("LimitExceededException", "A vault can have up to %d tags.", MOST_TAGS)
    end
  end)
end

-- Idempotent.
function tags.remove(call)
  local keys = members.required(json.decode_object(call.body.text), "TagKeys", "table")
  check_number(#members.list(keys, "TagKeys", "string"))
  return update(call, function(map)
    for _, key in ipairs(keys) do map[key] = nil end
  end)
end

function tags.list(call)
  local map, pairs_ = store.get(call.owner, call.path.vaultName).tags or {}, {}
  for i, key in ipairs(sorted_keys(map)) do pairs_[i] = { key, map[key] } end
  return { status = 200, json = { { "Tags", pairs_ } } }
end

return tags
