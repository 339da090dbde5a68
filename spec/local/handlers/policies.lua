-- The two policies of a vault: SetVaultAccessPolicy, GetVaultAccessPolicy,
-- DeleteVaultAccessPolicy, and InitiateVaultLock, CompleteVaultLock, AbortVaultLock, GetVaultLock.
-- They are stored and not enforced. In the vault's table, `access_policy` is a string and `lock` is
-- { policy, id, created, expires, locked }.

local clock = require "http.clock"
local errors = require "http.errors"
local identifier = require "http.identifier"
local json = require "http.json"
local members = require "http.members"
local settings = require "http.settings"
local store = require "store.vaults"

local policies = {}

local LONGEST_POLICY = 20480 -- bytes

-- Returns the policy in the request: a JSON object in a string.
local function policy_in(call)
  local text = members.required(json.decode_object(call.body.text), "Policy", "string")
  if #text > LONGEST_POLICY or not pcall(json.decode_object, text) then
    errors.raise("InvalidParameterValueException", "Invalid vault policy.")
  end
  return text
end

-- Changes the vault that the request names; returns what `change` returns.
local function update(call, change)
  return store.exclusively(call.owner, function()
    local vault = store.get(call.owner, call.path.vaultName)
    local result = change(vault)
    store.put(call.owner, vault)
    return result
  end)
end

local function not_found(call, what)
  errors.raise("ResourceNotFoundException", "No %s is set for: %s", what,
    store.arn(call.owner, call.path.vaultName))
end

function policies.set_access(call)
  local text = policy_in(call)
  update(call, function(vault) vault.access_policy = text end)
  return { status = 204 }
end

function policies.get_access(call)
  local text = store.get(call.owner, call.path.vaultName).access_policy
  if not text then not_found(call, "vault access policy") end
  return { status = 200, json = { { "Policy", text } } }
end

-- Idempotent.
function policies.delete_access(call)
  update(call, function(vault) vault.access_policy = nil end)
  return { status = 204 }
end

-- Returns the vault's lock, or nil. A lock that was not completed in time counts as removed, with its policy.
local function lock_of(vault)
  local lock = vault.lock
  if lock and (lock.locked or clock.now() < lock.expires) then return lock end
end

function policies.initiate_lock(call)
  local text = policy_in(call)
  local id = update(call, function(vault)
    local lock = lock_of(vault)
    if lock then
      errors.raise("AccessDeniedException", "The vault lock is already %s.",
        lock.locked and "locked" or "in progress")
    end
    local now = clock.now()
    vault.lock = { policy = text, id = identifier.random(24), created = clock.extended(now),
      expires = now + settings.lock_window }
    return vault.lock.id
  end)
  return { status = 201, headers = { ["x-amz-lock-id"] = id } }
end

-- Idempotent if the ID is right.
function policies.complete_lock(call)
  update(call, function(vault)
    local lock = lock_of(vault)
    if not lock then not_found(call, "vault lock policy") end
    if lock.id ~= call.path.lockId then
      errors.raise(lock.locked and "AccessDeniedException" or "InvalidParameterValueException",
        "Invalid lock ID: %s", call.path.lockId)
    end
    lock.locked = true
  end)
  return { status = 204 }
end

-- Idempotent until the vault is locked.
function policies.abort_lock(call)
  update(call, function(vault)
    if vault.lock and vault.lock.locked then
      errors.raise("AccessDeniedException", "The vault is locked.")
    end
    vault.lock = nil
  end)
  return { status = 204 }
end

function policies.get_lock(call)
  local lock = lock_of(store.get(call.owner, call.path.vaultName))
  if not lock then not_found(call, "vault lock policy") end
  return {
    status = 200,
    json = {
      { "CreationDate", lock.created },
      { "ExpirationDate", lock.locked and json.null or clock.extended(lock.expires) },
      { "Policy", lock.policy },
      { "State", lock.locked and "Locked" or "InProgress" },
    },
  }
end

return policies
