-- CreateVault, DescribeVault, DeleteVault, ListVaults.

local clock = require "http.clock"
local errors = require "http.errors"
local jobs = require "handlers.jobs"
local json = require "http.json"
local paging = require "http.paging"
local records = require "store.records"
local store = require "store.vaults"
local uploads = require "handlers.uploads"

local vaults = {}

local MOST_VAULTS = 1000 -- the most vaults of one account in one region
local LONGEST_PAGE = 10

-- Idempotent: an existing vault stays unchanged.
function vaults.create(call)
  local owner, name = call.owner, call.path.vaultName
  store.exclusively(owner, function()
    if store.find(owner, name) then return end
    if #store.names(owner) >= MOST_VAULTS then
      errors.raise("LimitExceededException", "You have reached the limit of %d vaults.",
        MOST_VAULTS)
    end
    store.put(owner, { name = name, created = clock.extended(clock.now()) })
  end)
  return { status = 201, headers = { Location = ("/%s/vaults/%s"):format(owner.account, name) } }
end

local function description(owner, vault)
  return {
    { "CreationDate", vault.created },
    { "LastInventoryDate", vault.inventoried or json.null },
    { "NumberOfArchives", vault.archives or 0 },
    { "SizeInBytes", vault.bytes or 0 },
    { "VaultARN", store.arn(owner, vault.name) },
    { "VaultName", vault.name },
  }
end

function vaults.describe(call)
  local vault = store.get(call.owner, call.path.vaultName)
  return { status = 200, json = description(call.owner, vault) }
end

-- Idempotent: deleting a vault that does not exist succeeds. Everything in the vault is deleted, too.
function vaults.delete(call)
  local owner, name = call.owner, call.path.vaultName
  store.exclusively(owner, function()
    local vault = store.find(owner, name)
    if vault and (vault.archives or 0) > 0 then
      errors.raise("InvalidParameterValueException", "Vault not empty or recently written to: %s",
        store.arn(owner, name))
    end
    uploads.discard_all(owner, name)
    jobs.discard_all(owner, name)
    records.clear(owner, name)
    store.remove(owner, name)
  end)
  return { status = 204 }
end

-- Returns the first name of the page. The marker is the ARN of the first vault of the page.
local function first_name(owner, marker)
  if not marker then return "" end
  local prefix = store.arn(owner, "")
  if marker:sub(1, #prefix) ~= prefix or #marker == #prefix then
    errors.raise("InvalidParameterValueException", "Invalid marker: %s", marker)
  end
  return marker:sub(#prefix + 1)
end

function vaults.list(call)
  local owner = call.owner
  local length = paging.length(call.query.limit, LONGEST_PAGE)
  local first = first_name(owner, call.query.marker)
  local page, marker = {}, json.null
  for _, name in ipairs(store.names(owner)) do
    if name >= first then
      if #page == length then
        marker = store.arn(owner, name)
        break
      end
      local vault = store.find(owner, name)
      if vault then page[#page + 1] = description(owner, vault) end
    end
  end
  return { status = 200, json = { { "Marker", marker }, { "VaultList", json.list(page) } } }
end

return vaults
