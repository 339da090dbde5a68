--- The upload manager: an archive in one call, or in parts, several at a time. An upload in parts can be resumed.
local context_of = require "glacier.async.context"
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local errors = core.errors
local paginate = require "glacier.paginate"
local parameters = require "glacier.call.parameters"
local parts = require "glacier.upload.parts"
local perform = require "glacier.call.perform"
local plan = require "glacier.upload.plan"

local upload = {}

local function in_one_call(runtime, planned)
  local context = context_of.new(runtime.wait, runtime.settings.timeout, runtime.clock)
  local part = planned.body.next(planned.part_size)
  planned.progress(0, part.length)
  local output = parts.upload(runtime, planned, part, context, "UploadArchive", {
    vaultName = planned.vaultName, accountId = planned.accountId, archiveDescription = planned.archiveDescription,
  }, function()
    planned.body.check_end()
    return false
  end)
  local good, err = copcall.call(planned.progress, part.length, part.length)
  if not good then -- the archive is stored, so the caller must get its ID
    copcall.raise_fatal(err)
  end
  return output
end

-- Calls an operation on the multipart upload.
local function call_on(runtime, planned, operation, upload_id, more)
  local params = { vaultName = planned.vaultName, accountId = planned.accountId, uploadId = upload_id }
  for name, value in pairs(more or {}) do
    params[name] = value
  end
  return perform.run(runtime, operation, params)
end

-- Starts an upload, or returns the given one, whose part size is unknown until its parts are listed.
local function start(runtime, planned)
  if planned.uploadId then
    return { uploadId = planned.uploadId, listed = {}, last = -1 }
  end
  local output = call_on(runtime, planned, "InitiateMultipartUpload", nil, {
    archiveDescription = planned.archiveDescription, partSize = ("%.0f"):format(planned.part_size),
  })
  return { uploadId = output.uploadId, part_size = planned.part_size, listed = {}, last = -1 }
end

local function note_page(started, page)
  if not parameters.is_part_size(page.PartSizeInBytes) then
    errors.raise("transport", "ResponseParserError",
      "upload: ListParts returned an invalid part size: " .. tostring(page.PartSizeInBytes))
  end
  started.part_size = page.PartSizeInBytes
  for _, part in ipairs(page.Parts or {}) do
    local first, last = tostring(part.RangeInBytes):match "^(%d+)%-(%d+)$"
    if first then
      started.listed[tonumber(first)] = { last = tonumber(last), hash = part.SHA256TreeHash }
      started.last = math.max(started.last, tonumber(last))
    end
  end
end

local function note_pages(runtime, planned, started)
  local function list_parts(operation, params)
    return call_on(runtime, planned, operation, planned.uploadId, params)
  end
  local next_page = paginate.pages(list_parts, "ListParts")
  local page = next_page()
  while page do -- a generic `for` would not let a call yield on Lua 5.1
    note_page(started, page)
    page = next_page()
  end
end

-- A tree hash that no body has. See `check_completed`.
local NO_HASH = ("0"):rep(64)

-- Finds out whether an upload whose parts cannot be listed was completed. CompleteMultipartUpload is idempotent: for a
-- completed upload it returns the archive, or rejects the wrong hash. For an upload that does not exist, it raises
-- ResourceNotFoundException before the body is read.
local function check_completed(runtime, planned)
  local good, err = copcall.call(call_on, runtime, planned, "CompleteMultipartUpload", planned.uploadId, {
    archiveSize = ("%.0f"):format(planned.body.total or planned.part_size), checksum = NO_HASH,
  })
  if not good and (type(err) ~= "table" or err.code ~= "InvalidParameterValueException") then
    error(err, 0)
  end
end

-- Notes the parts of the upload that the service has.
local function list(runtime, planned, started)
  local good, err = copcall.call(note_pages, runtime, planned, started)
  if not good then
    if type(err) ~= "table" or err.code ~= "ResourceNotFoundException" then
      error(err, 0)
    end
    check_completed(runtime, planned)
    started.completed, started.part_size = true, planned.part_size
  end
end

-- Rejects a body that is shorter than the parts that the service has, or that needs more parts than are allowed. Does
-- nothing while the body's size is unknown.
local function check_fit(planned, started)
  local total = planned.body.total
  local why = not started.completed and plan.excess(total, started.part_size) or nil
  if total and started.last >= total then
    why = ("it has %.0f bytes, but the service has parts of this uploadId up to byte %.0f"):format(total, started.last)
  end
  if why then
    plan.raise_invalid(planned, why)
  end
end

-- Sends the missing parts and completes the upload. Returns the output and the hash of the whole.
local function carry_out(runtime, planned, started)
  if planned.uploadId then
    list(runtime, planned, started)
  end
  check_fit(planned, started)
  local hashes = parts.send(runtime, planned, started)
  planned.body.check_end()
  check_fit(planned, started)
  if not hashes[1] then
    plan.raise_invalid(planned, "it is empty: the service stores no empty archives")
  end
  local whole = core.combine_tree_hashes(hashes)
  local output = call_on(runtime, planned, "CompleteMultipartUpload", started.uploadId, {
    archiveSize = ("%.0f"):format(planned.body.total), checksum = whole,
  })
  return { output = output, hash = whole }
end

-- Adds to the error the fields that resuming needs, unless the upload does not exist any more: uploadId, and partSize
-- if it is known. Aborts the upload instead if the caller has set abort_on_failure.
local function give_up(runtime, planned, started, err)
  local aborted, why
  if planned.abort_on_failure then
    aborted, why = copcall.call(call_on, runtime, planned, "AbortMultipartUpload", started.uploadId)
    copcall.raise_fatal(why)
  end
  if type(err) == "table" then
    if not aborted and err.code ~= "ResourceNotFoundException" then
      err.uploadId, err.partSize = started.uploadId, started.part_size
    end
    err.aborted, err.abort_error = aborted, not aborted and why or nil
  end
  return error(err, 0)
end

local function in_parts(runtime, planned)
  local started = start(runtime, planned)
  local good, outcome = copcall.call(carry_out, runtime, planned, started)
  if not good then
    return give_up(runtime, planned, started, outcome)
  end
  parts.verify(outcome.output, outcome.hash)
  outcome.output.uploadId = started.uploadId
  return outcome.output
end

local function send(runtime, planned)
  if not planned.uploadId and planned.body.fits(planned.part_size) then
    return in_one_call(runtime, planned)
  end
  return in_parts(runtime, planned)
end

--- Uploads an archive: with one request if it fits into one part, else in parts. See README.md.
-- Raises `ParamValidationError` for invalid arguments before anything is sent, and later for a body that is empty, too
-- long, or gets another length during the upload; errors of the operations; `ChecksumError` (kind "transport") if the
-- service has other bytes, with `archiveId` if it has stored the archive. If the upload can be resumed, its error has
-- `uploadId`, and `partSize` unless a resumed upload failed before it was known.
-- @param runtime table: of `runtime.new`
-- @param given table: vaultName, accountId, archiveDescription as of UploadArchive; one of path (string), body (string,
--   open file, function) and reader (function, open file); partSize (bytes), concurrency (4), uploadId (resumes that
--   upload), progress = function(done_bytes, total_bytes or nil, uploadId or nil); its errors interrupt the upload, but
--   are ignored after a single call has stored the archive; abort_on_failure (false)
-- @return table: the output of UploadArchive; or of CompleteMultipartUpload, with `uploadId`
function upload.run(runtime, given)
  local planned = plan.new(given)
  local good, outcome = copcall.call(send, runtime, planned)
  planned.body.close()
  return good and outcome or error(outcome, 0)
end

return upload
