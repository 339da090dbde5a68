-- The parts of a multipart upload: UploadMultipartPart, ListParts. A part is a record { first,
-- last, hash }: the range in bytes and the tree hash in hex. Its data is a file of the content that
-- has the upload's name; the file has the part's number.

local archives = require "handlers.archives"
local content = require "store.content"
local errors = require "http.errors"
local json = require "http.json"
local paging = require "http.paging"
local records = require "store.records"
local store = require "store.vaults"
local upload_headers = require "http.upload_headers"

local parts = {}

local MOST_PARTS = 10000
local LONGEST_PAGE = 50

-- Returns the upload that the request names. Raises ResourceNotFoundException unless it is in one of
-- these states and its vault exists.
function parts.upload_of(call, ...)
  store.get(call.owner, call.path.vaultName)
  local id = call.path.uploadId
  local upload = records.get(call.owner, call.path.vaultName, "uploads", id)
  for i = 1, upload and select("#", ...) or 0 do
    if upload.state == select(i, ...) then return upload end
  end
  errors.raise("ResourceNotFoundException", "The upload ID was not found: %s", id)
end

-- Returns the members that describe an upload in the responses of ListParts and ListMultipartUploads.
function parts.upload_description(owner, vault_name, upload)
  return {
    { "ArchiveDescription", upload.description or json.null },
    { "CreationDate", upload.created },
    { "MultipartUploadId", upload.id },
    { "PartSizeInBytes", upload.part_size },
    { "VaultARN", store.arn(owner, vault_name) },
  }
end

local function kind(upload)
  return "parts of " .. upload.id
end

-- IDs sort in the order of the ranges.
local function part_id(first)
  return ("%015.0f"):format(first)
end

local function number_of(upload, part)
  return part.first / upload.part_size
end

local function leaves_name(upload, part)
  return upload.id .. "." .. number_of(upload, part)
end

-- Returns the first and last byte of the part, from the Content-Range header.
local function range(call, upload)
  local header = upload_headers.required(call, "content-range")
  local first, last = header:match "^bytes (%d+)%-(%d+)/%*$"
  first, last = tonumber(first), tonumber(last)
  local size = upload.part_size
  if not first or last < first or first % size ~= 0 or last - first >= size
    or first / size >= MOST_PARTS then
    errors.raise("InvalidParameterValueException", "Invalid Content-Range: %s", header)
  elseif last - first + 1 ~= call.body.length then
    errors.raise("InvalidParameterValueException",
      "Content-Range: %s is incompatible with Content-Length: %d", header, call.body.length)
  end
  return first, last
end

-- A part that is sent again replaces the earlier one.
function parts.upload(call)
  local owner, vault_name = call.owner, call.path.vaultName
  local upload = parts.upload_of(call, "open")
  upload_headers.require_data(call)
  local hash = upload_headers.tree_hash(call)
  local first, last = range(call, upload)
  archives.check_hash(call.body, hash)
  local part = { first = first, last = last, hash = hash }
  store.exclusively(owner, function()
    parts.upload_of(call, "open")
    content.keep(upload.id, number_of(upload, part), call.body)
    content.write_leaves(leaves_name(upload, part), call.body.leaves)
    records.put(owner, vault_name, kind(upload), part_id(first), part)
  end)
  return { status = 204, headers = { ["x-amz-sha256-tree-hash"] = hash } }
end

-- Returns all parts of the upload, sorted by range.
function parts.all(owner, vault_name, upload)
  local list = records.ids(owner, vault_name, kind(upload))
  for i, id in ipairs(list) do list[i] = records.get(owner, vault_name, kind(upload), id) end
  return list
end

-- Returns the leaves of all parts, in order.
function parts.leaves(upload, list)
  local all = {}
  for _, part in ipairs(list) do
    for _, leaf in ipairs(content.leaves(leaves_name(upload, part))) do all[#all + 1] = leaf end
  end
  return all
end

-- Deletes the records and the leaves of the parts, not their data.
function parts.forget(owner, vault_name, upload, list)
  for _, part in ipairs(list) do
    records.delete(owner, vault_name, kind(upload), part_id(part.first))
    content.remove(leaves_name(upload, part), 0)
  end
end

-- Deletes a part's data.
function parts.remove_file(upload, part)
  content.remove_file(upload.id, number_of(upload, part))
end

local function same(id) return id end

function parts.list(call)
  local owner, vault_name = call.owner, call.path.vaultName
  local upload = parts.upload_of(call, "open")
  local page, marker = paging.page(records.ids(owner, vault_name, kind(upload)), call.query,
    LONGEST_PAGE, same)
  for i, id in ipairs(page) do
    local part = records.get(owner, vault_name, kind(upload), id)
    page[i] = {
      { "RangeInBytes", ("%.0f-%.0f"):format(part.first, part.last) },
      { "SHA256TreeHash", part.hash },
    }
  end
  local answer = parts.upload_description(owner, vault_name, upload)
  answer[#answer + 1] = { "Marker", marker }
  answer[#answer + 1] = { "Parts", json.list(page) }
  return { status = 200, json = answer }
end

return parts
