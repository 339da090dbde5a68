-- UploadArchive, DeleteArchive, and the archives of a vault for other modules. An archive is a record
-- { id, description, created, hash, length, name, part_size }: content.lua documents the last three,
-- `hash` is the tree hash in hex.

local checksum = require "http.checksum"
local clock = require "http.clock"
local content = require "store.content"
local errors = require "http.errors"
local identifier = require "http.identifier"
local jobs = require "handlers.jobs"
local records = require "store.records"
local store = require "store.vaults"
local upload_headers = require "http.upload_headers"

local archives = {}

local ID_LENGTH = 138
local LARGEST_UPLOAD = 4294967296 -- bytes in one request

-- Returns the archive. Raises ResourceNotFoundException if the vault does not have it.
function archives.get(owner, vault_name, id)
  local archive = records.get(owner, vault_name, "archives", id)
  if not archive then
    errors.raise("ResourceNotFoundException", "The archive ID was not found: %s", id)
  end
  return archive
end

-- Every change updates the date of the vault's inventory.
local function count(owner, vault, archives_more, bytes_more)
  vault.archives = (vault.archives or 0) + archives_more
  vault.bytes = (vault.bytes or 0) + bytes_more
  vault.inventoried = clock.extended(clock.now())
  store.put(owner, vault)
end

-- Adds an archive with the content { name, part_size, length } and returns its record. The caller must
-- hold the lock of store.exclusively.
function archives.add(owner, vault_name, description, hash, stored)
  local vault = store.get(owner, vault_name)
  local archive = {
    id = identifier.random(ID_LENGTH),
    description = description or "",
    created = clock.extended(clock.now()),
    hash = hash,
    name = stored.name,
    part_size = stored.part_size,
    length = stored.length,
  }
  records.put(owner, vault_name, "archives", archive.id, archive)
  count(owner, vault, 1, archive.length)
  return archive
end

-- Returns the response to the request that created the archive.
function archives.created(owner, vault_name, archive)
  local location = ("/%s/vaults/%s/archives/%s"):format(owner.account, vault_name, archive.id)
  return {
    status = 201,
    headers = {
      Location = location,
      ["x-amz-archive-id"] = archive.id,
      ["x-amz-sha256-tree-hash"] = archive.hash,
    },
  }
end

-- Raises InvalidParameterValueException unless the tree hash of the body is `declared`.
function archives.check_hash(body, declared)
  local computed = checksum.root(body.leaves)
  if computed ~= declared then
    errors.raise("InvalidParameterValueException", "Checksum mismatch: expected %s, computed %s",
      declared, computed)
  end
end

function archives.upload(call)
  local owner, vault_name, body = call.owner, call.path.vaultName, call.body
  store.get(owner, vault_name)
  upload_headers.require_data(call)
  local hash, description = upload_headers.tree_hash(call), upload_headers.description(call)
  if body.length == 0 or body.length > LARGEST_UPLOAD then
    errors.raise("InvalidParameterValueException", "Invalid Content-Length: %d", body.length)
  end
  archives.check_hash(body, hash)
  local stored = { name = identifier.random(24), part_size = body.length, length = body.length }
  content.keep(stored.name, 0, body)
  content.write_leaves(stored.name, body.leaves)
  local archive = store.exclusively(owner, function()
    return archives.add(owner, vault_name, description, hash, stored)
  end)
  return archives.created(owner, vault_name, archive)
end

-- Returns whether a successful job still serves the archive's data.
local function is_offered(owner, vault_name, id)
  for _, job in ipairs(jobs.all(owner, vault_name)) do
    if job.archive_id == id and job.status == "Succeeded" then return true end
  end
end

local function remove(owner, vault_name, archive)
  records.delete(owner, vault_name, "archives", archive.id)
  count(owner, store.get(owner, vault_name), -1, -archive.length)
  if not is_offered(owner, vault_name, archive.id) then
    content.remove(archive.name, content.files(archive))
  end
end

-- Idempotent: deleting an archive that no longer exists succeeds. Only an ID in another format is an error.
function archives.delete(call)
  local owner, vault_name, id = call.owner, call.path.vaultName, call.path.archiveId
  store.exclusively(owner, function()
    store.get(owner, vault_name)
    local archive = records.get(owner, vault_name, "archives", id)
    if archive then
      remove(owner, vault_name, archive)
    elseif #id ~= ID_LENGTH or id:find "[^%w_-]" then
      archives.get(owner, vault_name, id)
    end
  end)
  return { status = 204 }
end

return archives
