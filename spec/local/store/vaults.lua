-- The vaults, in memory that the workers share. An owner is { account, region }. A vault is a table
-- with name, created, notifications ({ topic, events } or nil), archives, bytes, inventoried (nil
-- before its first archive), and the members of policies.lua and tags.lua. Its archives, uploads and
-- jobs are in records.lua.

local cjson = require "cjson"
local errors = require "http.errors"

local vaults = ngx.shared.vaults
local locks = ngx.shared.locks

local store = {}

local LOCK_LIFETIME = 60 -- seconds after which the lock of a crashed worker ends

local function key(owner, name)
  return owner.account .. "/" .. owner.region .. "/" .. name
end

local function partition(region)
  return region:find "^cn%-" and "aws-cn" or region:find "^us%-gov%-" and "aws-us-gov" or "aws"
end

function store.arn(owner, name)
  return ("arn:%s:glacier:%s:%s:vaults/%s"):format(partition(owner.region), owner.region,
    owner.account, name)
end

-- Runs `change` while no other request changes anything of this owner; returns its first two results.
function store.exclusively(owner, change)
  local lock = key(owner, "")
  while not locks:add(lock, true, LOCK_LIFETIME) do ngx.sleep(0.001) end
  local ok, first, second = pcall(change)
  locks:delete(lock)
  if not ok then error(first, 0) end
  return first, second
end

-- Returns the vault or nil.
function store.find(owner, name)
  local text = vaults:get(key(owner, name))
  return text and cjson.decode(text)
end

-- Returns the vault, or raises ResourceNotFoundException.
function store.get(owner, name)
  local vault = store.find(owner, name)
  if not vault then
    errors.raise("ResourceNotFoundException", "Vault not found for ARN: %s",
      store.arn(owner, name))
  end
  return vault
end

function store.put(owner, vault)
  local ok, why = vaults:safe_set(key(owner, vault.name), cjson.encode(vault))
  if not ok then errors.raise("ServiceUnavailableException", "No room left: %s", why) end
end

function store.remove(owner, name)
  vaults:delete(key(owner, name))
end

-- Returns the names of the owner's vaults in ASCII order.
function store.names(owner)
  local prefix, names = key(owner, ""), {}
  for _, stored in ipairs(vaults:get_keys(0)) do
    if stored:sub(1, #prefix) == prefix then names[#names + 1] = stored:sub(#prefix + 1) end
  end
  table.sort(names)
  return names
end

return store
