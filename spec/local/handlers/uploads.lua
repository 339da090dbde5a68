-- The multipart uploads of a vault as a whole: InitiateMultipartUpload, ListMultipartUploads,
-- CompleteMultipartUpload, AbortMultipartUpload. An upload is a record { id, created,
-- description or nil, part_size, state }; the state is "open", "completed" (then `archive` is the id
-- of its archive) or "aborted". Its parts are in parts.lua.

local archives = require "handlers.archives"
local checksum = require "http.checksum"
local clock = require "http.clock"
local content = require "store.content"
local errors = require "http.errors"
local identifier = require "http.identifier"
local json = require "http.json"
local paging = require "http.paging"
local parts = require "handlers.parts"
local records = require "store.records"
local store = require "store.vaults"
local upload_headers = require "http.upload_headers"

local uploads = {}

local ID_LENGTH = 92
local LARGEST_PART = 4294967296 -- bytes
local LONGEST_PAGE = 50

local function part_size(call)
  local size = upload_headers.number(call, "x-amz-part-size")
  local allowed = checksum.MIB
  while allowed < size and allowed < LARGEST_PART do allowed = allowed * 2 end
  if size ~= allowed then
    errors.raise("InvalidParameterValueException", "Invalid x-amz-part-size: %d", size)
  end
  return size
end

function uploads.initiate(call)
  local owner, vault_name = call.owner, call.path.vaultName
  store.get(owner, vault_name)
  local upload = {
    id = identifier.random(ID_LENGTH),
    created = clock.extended(clock.now()),
    description = upload_headers.description(call),
    part_size = part_size(call),
    state = "open",
  }
  records.put(owner, vault_name, "uploads", upload.id, upload)
  return {
    status = 201,
    headers = {
      Location = ("/%s/vaults/%s/multipart-uploads/%s"):format(owner.account, vault_name,
        upload.id),
      ["x-amz-multipart-upload-id"] = upload.id,
    },
  }
end

local function id_of(upload) return upload.id end

local function is_open(upload) return upload.state == "open" end

function uploads.list(call)
  local owner, vault_name = call.owner, call.path.vaultName
  store.get(owner, vault_name)
  local page, marker = paging.page(records.list(owner, vault_name, "uploads"), call.query,
    LONGEST_PAGE, id_of, is_open)
  for i, upload in ipairs(page) do page[i] = parts.upload_description(owner, vault_name, upload) end
  return { status = 200, json = { { "Marker", marker }, { "UploadsList", json.list(page) } } }
end

-- Raises unless the parts cover the declared size without a gap.
local function check_ranges(list, size)
  local total = 0
  for _, part in ipairs(list) do
    if part.first ~= total then
      errors.raise("InvalidParameterValueException", "Missing content range: %d-%d", total,
        part.first - 1)
    end
    total = part.last + 1
  end
  if total ~= size or total == 0 then
    errors.raise("InvalidParameterValueException", "Invalid x-amz-archive-size: %d", size)
  end
end

-- Creates the archive from a list of all parts. If the size or the hash is wrong, it raises and changes nothing.
local function assemble(call, upload, list)
  local size, hash = upload_headers.number(call, "x-amz-archive-size"), upload_headers.tree_hash(call)
  check_ranges(list, size)
  local leaves = parts.leaves(upload, list)
  if checksum.root(leaves) ~= hash then
    errors.raise("InvalidParameterValueException", "Invalid x-amz-sha256-tree-hash: %s", hash)
  end
  content.write_leaves(upload.id, leaves)
  return archives.add(call.owner, call.path.vaultName, upload.description, hash,
    { name = upload.id, part_size = upload.part_size, length = size })
end

-- Idempotent: a completed upload returns the same archive again.
function uploads.complete(call)
  local owner, vault_name = call.owner, call.path.vaultName
  local archive = store.exclusively(owner, function()
    local upload = parts.upload_of(call, "open", "completed")
    if upload.archive then return archives.get(owner, vault_name, upload.archive) end
    local list = parts.all(owner, vault_name, upload)
    local created = assemble(call, upload, list)
    upload.state, upload.archive = "completed", created.id
    records.put(owner, vault_name, "uploads", upload.id, upload)
    parts.forget(owner, vault_name, upload, list) -- last: if a record has no room, the upload keeps its parts
    return created
  end)
  return archives.created(owner, vault_name, archive)
end

-- Deletes the upload's parts.
local function discard(owner, vault_name, upload)
  local list = parts.all(owner, vault_name, upload)
  parts.forget(owner, vault_name, upload, list)
  for _, part in ipairs(list) do parts.remove_file(upload, part) end
end

-- Idempotent. A completed upload cannot be aborted.
function uploads.abort(call)
  local owner, vault_name = call.owner, call.path.vaultName
  store.exclusively(owner, function()
    local upload = parts.upload_of(call, "open", "aborted")
    discard(owner, vault_name, upload)
    upload.state = "aborted"
    records.put(owner, vault_name, "uploads", upload.id, upload)
  end)
  return { status = 204 }
end

-- Deletes the parts of all open uploads. Called when their vault is deleted.
function uploads.discard_all(owner, vault_name)
  for _, upload in ipairs(records.list(owner, vault_name, "uploads")) do
    if is_open(upload) then discard(owner, vault_name, upload) end
  end
end

return uploads
