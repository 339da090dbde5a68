--- Sends the parts of an upload, several at a time.
local copcall = require "glacier.async.copcall"
local errors = require("glacier.core").errors
local group = require "glacier.async.group"
local perform = require "glacier.call.perform"
local plan = require "glacier.upload.plan"
local prepare = require "glacier.call.prepare"
local request_body = require "glacier.call.request_body"
local source = require "glacier.body.source"
local task = require "glacier.async.task"

local parts = {}

--- Checks that the service has the bytes that were hashed here.
-- Raises `ChecksumError` (kind "transport").
-- @param output table: of the operation that sent them
-- @param hash string: their tree hash
function parts.verify(output, hash)
  local theirs = output.checksum
  if theirs and theirs:lower() ~= hash then
    local message = "Checksum x-amz-sha256-tree-hash failed, expected checksum %s did not match calculated checksum %s."
    errors.raise("transport", "ChecksumError", message:format(theirs, hash),
      { retryable = true, operation = "upload", archiveId = output.archiveId })
  end
end

-- Returns whether a part must be read, hashed and sent again, because its bytes were damaged in transit. The service
-- has no special error code for that.
local function is_damaged(err)
  if type(err) ~= "table" then
    return false
  elseif err.code == "ChecksumError" then
    return err.archiveId == nil -- an archive that exists is not uploaded twice
  end
  return err.code == "InvalidParameterValueException" and tostring(err.message):lower():find("checksum", 1, true) ~= nil
end

local function hash(runtime, planned, part, context)
  part.rewind()
  return source.hash(part, context, request_body.hash_options(runtime), planned.origin)
end

local function send_once(runtime, operation, params, part, hashed, context)
  params.body, hashed.source = part.read, part
  local output = perform.call(runtime, prepare.call(runtime, operation, params, hashed), context)
  parts.verify(output, hashed.tree)
  return output
end

--- Hashes a part and sends it. A part that was damaged in transit is read, hashed and sent again.
-- @param runtime table: of `runtime.new`
-- @param planned table: of `plan.new`
-- @param part source: of `glacier.body.parts`; its field `hash` is set to its tree hash
-- @param context context
-- @param operation string: "UploadArchive" or "UploadMultipartPart"
-- @param params table: its parameters without the body
-- @param is_known function(tree hash) -> boolean: whether the service has the part already; it may raise
-- @return table: the operation's output; nil if the service has the part
function parts.upload(runtime, planned, part, context, operation, params, is_known)
  for attempt = 1, runtime.settings.max_attempts do
    local hashed = hash(runtime, planned, part, context)
    part.hash = hashed.tree
    if is_known(part.hash) then
      return nil
    end
    context:yield()
    local good, outcome = copcall.call(send_once, runtime, operation, params, part, hashed, context)
    if good then
      return outcome
    elseif attempt == runtime.settings.max_attempts or not is_damaged(outcome) then
      return error(outcome, 0)
    end
  end
end

-- Makes the task that hashes a part, and sends it if the service does not have it yet.
local function task_of(runtime, planned, started, part)
  local last = part.first + part.length - 1
  local function is_known(tree)
    local there = started.listed[part.first]
    return started.completed or there ~= nil and there.last == last and there.hash == tree
  end
  return task.new(runtime, function(context)
    parts.upload(runtime, planned, part, context, "UploadMultipartPart", {
      vaultName = planned.vaultName, accountId = planned.accountId, uploadId = started.uploadId,
      range = ("bytes %.0f-%.0f/*"):format(part.first, last),
    }, is_known)
  end)
end

local function check_number(planned, started, number)
  if number > plan.MOST_PARTS and not started.completed then
    plan.raise_invalid(planned, ("it is longer than %d parts of %.0f bytes: it needs a larger partSize"):format(
      plan.MOST_PARTS, started.part_size))
  end
end

-- Returns a group of tasks, one for each part of the body.
local function sending(runtime, planned, started)
  local number = 0
  return group.new(function()
    local part = planned.body.next(started.part_size)
    if part then
      number = number + 1
      check_number(planned, started, number)
      return { task = task_of(runtime, planned, started, part), part = part, number = number }
    end
  end, planned.concurrency)
end

--- Sends all parts that the service does not have, and reports progress: before the first part and after each. After a
-- failure, the parts in progress are cancelled.
-- @param runtime table: of `runtime.new`
-- @param planned table: of `plan.new`
-- @param started table: uploadId, part_size, listed = { [first byte] = { last =, hash = } }, completed = whether the
--   service has everything
-- @return list of strings: the tree hash of each part
function parts.send(runtime, planned, started)
  local running, hashes, done = sending(runtime, planned, started), {}, 0
  planned.progress(0, planned.body.total, started.uploadId)
  local good, err = copcall.call(function()
    local entry = running:next()
    while entry do -- a generic `for` would not let a reader yield on Lua 5.1
      entry.task:result()
      hashes[entry.number], done = entry.part.hash, done + entry.part.length
      planned.progress(done, planned.body.total, started.uploadId)
      entry = running:next()
    end
  end)
  if not good then
    running:cancel()
    return error(err, 0)
  end
  return hashes
end

return parts
