--- Sends the parts of a multipart upload, several at a time.
local perform = require "glacier.call.perform"
local prepare = require "glacier.call.prepare"
local errors = require "glacier.errors"
local group = require "glacier.async.group"
local task = require "glacier.async.task"
local refuse = require "glacier.upload.refuse"
local plan = require "glacier.upload.plan"
local copcall = require "glacier.async.copcall"
local source = require "glacier.body.source"

local parts = {}

--- Raises `ChecksumError` where the service does not have the bytes that were hashed here.
-- @param output table: of the operation that sent them
-- @param hash string: their tree hash
function parts.verify(output, hash)
  local theirs = output.checksum
  if theirs and theirs:lower() ~= hash then
    errors.raise("transport", "ChecksumError",
      ("Checksum x-amz-sha256-tree-hash failed, expected checksum %s did not match calculated checksum %s."):format(
        theirs, hash), { retryable = true, operation = "upload", archiveId = output.archiveId })
  end
end

-- Makes the job that sends a part, unless the service has it already. It leaves part.hash.
local function task_of(runtime, planned, begun, part)
  local last = part.first + part.length - 1
  return task.new(runtime, function(context)
    local tree = source.hash(part, context)
    part.hash = (tree:hex())
    local there = begun.listed[part.first]
    if begun.completed or there and there.last == last and there.hash == part.hash then
      return
    end
    context:yield()
    local invocation = prepare.call(runtime, "UploadMultipartPart", {
      vaultName = planned.vaultName, accountId = planned.accountId, uploadId = begun.uploadId,
      range = ("bytes %.0f-%.0f/*"):format(part.first, last), body = part.read,
    }, { source = part, tree = tree })
    parts.verify(perform.call(runtime, invocation, context), part.hash)
  end)
end

local function check_number(planned, begun, number)
  if number > plan.MOST_PARTS and not begun.completed then
    refuse.one(planned.name, ("it is longer than %d parts of %.0f bytes: it needs a larger partSize"):format(
      plan.MOST_PARTS, begun.part_size))
  end
end

--- Sends all parts that the service does not have, and tells of progress: before the first, and
-- after each. What is under way when something fails is given up.
-- @param runtime table: of `runtime.new`
-- @param planned table: of `plan.new`
-- @param begun table: uploadId, part_size, listed = { [first byte] = { last =, hash = } },
--   completed = whether there is nothing to send any more
-- @return list of strings: the tree hash of each part
function parts.send(runtime, planned, begun)
  local hashes, number, done = {}, 0, 0
  local running = group.new(function()
    local part = planned.body.next(begun.part_size)
    if part then
      number = number + 1
      check_number(planned, begun, number)
      return { task = task_of(runtime, planned, begun, part), part = part, number = number }
    end
  end, planned.concurrency)
  local function send_all()
    local entry = running:next()
    while entry do -- a generic `for` would not let the wait yield on Lua 5.1
      entry.task:result()
      hashes[entry.number], done = entry.part.hash, done + entry.part.length
      planned.progress(done, planned.body.total, begun.uploadId)
      entry = running:next()
    end
  end
  planned.progress(0, planned.body.total, begun.uploadId)
  local good, err = copcall.call(send_all)
  if not good then
    running:cancel()
    return error(err, 0)
  end
  return hashes
end

return parts
