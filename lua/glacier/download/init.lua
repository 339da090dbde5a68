--- The download manager: a job's output into a file, in ranges that are checked, and that a later call completes.
local arguments = require "glacier.download.arguments"
local copcall = require "glacier.async.copcall"
local errors = require "glacier.errors"
local journal = require "glacier.download.journal"
local new_context = require("glacier.async.context").new
local output = require "glacier.body.output"
local perform = require "glacier.call.perform"
local ranges = require "glacier.download.ranges"

local download = {}

local NAMES = { "vaultName", "accountId", "jobId", "path", "partSize", "concurrency", "progress" }

-- Bytes of a range where nothing else is asked for: what a killed download fetches again is small, and requests cost
-- little beside it. More for outputs of more than MOST_RANGES of them, so that the journal stays small.
local USUAL, MOST_RANGES = 4 * 1024 * 1024, 10000

local PIECE = 256 * 1024 -- bytes of a body in one piece that are read and written at once

local function part_size_for(total)
  local size = USUAL
  while size * MOST_RANGES < total do
    size = size * 2
  end
  return size
end

-- ---- the job -------------------------------------------------------------------------------------

local function call(runtime, operation, planned)
  return perform.run(runtime, operation,
    { vaultName = planned.vaultName, accountId = planned.accountId, jobId = planned.jobId })
end

-- Says why the job may be gone. A missing vault has the same code.
local function explain(err, planned)
  if type(err) == "table" and err.code == "ResourceNotFoundException" and not err.message:find "^Vault not found" then
    err.message = ("%s (the service serves the output of a job for 24 hours after it has completed; when they are "
      .. "over, start another job: a download of the same archive to %s goes on with what is there)"):format(
        err.message, planned.path)
  end
  return err
end

local function raise_unready(job, why)
  return errors.raise("waiter", "WaiterError", "download: " .. why, { operation = "DescribeJob", response = job })
end

-- The bytes that the output of an archive's retrieval has: of the archive, or of the range that was retrieved.
local function archive_size(job)
  local first, last = tostring(job.RetrievalByteRange):match "^(%d+)%-(%d+)$"
  return first and tonumber(last) - tonumber(first) + 1 or job.ArchiveSizeInBytes
end

-- Finds out what there is to download.
local function describe(runtime, planned)
  local job = call(runtime, "DescribeJob", planned)
  if job.StatusCode == "Failed" then
    raise_unready(job, "the job failed: " .. tostring(job.StatusMessage or "no reason given"))
  elseif not job.Completed then
    raise_unready(job, 'the job is in progress; client:wait_until("job_completed", ...) waits for it')
  end
  planned.is_archive = job.Action == "ArchiveRetrieval"
  planned.total = planned.is_archive and archive_size(job) or job.InventorySizeInBytes
  planned.hash = planned.is_archive and job.SHA256TreeHash or nil
end

-- ---- in one piece --------------------------------------------------------------------------------

local function write_all(planned, body, file)
  local done = 0
  planned.progress(done, planned.total)
  local piece = body:read(PIECE)
  while piece do -- a generic `for` would not let the body yield on Lua 5.1
    file:write(piece)
    done = done + #piece
    planned.progress(done, planned.total)
    piece = body:read(PIECE)
  end
  file:commit()
  return { size = done, checksum = (body.tree:hex()) }
end

local function save_once(runtime, planned)
  local file = output.open("download", planned.path)
  local body
  local good, result = copcall.call(function()
    body = call(runtime, "GetJobOutput", planned).body
    return write_all(planned, body, file)
  end)
  if good then
    return result
  end
  file:discard()
  if body then
    body:close()
  end
  return error(result, 0)
end

-- An inventory, which has no hashes, and an archive into a device or a pipe.
local function in_one_piece(runtime, planned)
  local context = new_context(runtime.wait, nil, runtime.clock)
  return ranges.with_retries(runtime, context, function()
    return save_once(runtime, planned)
  end)
end

-- ---- in ranges -----------------------------------------------------------------------------------

local function in_ranges(runtime, planned)
  local source = planned.hash and planned.hash:lower() or "job:" .. planned.jobId
  local file = journal.open(planned.path, planned.total, source, planned.partSize or part_size_for(planned.total))
  if not file then
    return in_one_piece(runtime, planned)
  end
  return { size = planned.total, checksum = ranges.download(runtime, planned, file) }
end

local function run(runtime, planned)
  describe(runtime, planned)
  if planned.is_archive and type(planned.total) == "number" and planned.total > 0 then
    return in_ranges(runtime, planned)
  end
  return in_one_piece(runtime, planned)
end

--- Downloads the output of a job that is complete. See README.md.
--
-- An archive comes in ranges of `partSize`, `concurrency` of them at a time. Each is checked against the tree hash that
-- the service sends with it, and fetched again where it is damaged. All are written into a partial file,
-- `.glacier-*.part` beside the target, and noted in `.glacier-*.journal`; both are in the folder of the target. The
-- target appears when all is there and its tree hash is that of the job. Another call after an error or a kill goes on
-- with what is there, also for another job that retrieved the same bytes. Downloads to one path at the same time have
-- files of their own, and the last to be complete gives the target its content. An inventory comes in one piece.
--
-- Raises `ParamValidationError` for wrong arguments and where the file cannot be written; `WaiterError` where the job
-- is not complete, or failed; `ChecksumError` (kind "transport") where the whole is not what the job retrieved; and the
-- errors of DescribeJob and GetJobOutput.
-- @param runtime table: of `runtime.new`
-- @param given table: vaultName, accountId or nil, jobId, path (string); partSize (bytes: 1 MiB times a power of 2; by
--   default 4 MiB or what makes 10,000 ranges; a download that goes on keeps its own), concurrency (4), progress =
--   function(done, total): bytes, called first with what is there already, then after each range
-- @return table: path, size (bytes), checksum (the tree hash)
function download.run(runtime, given)
  arguments.check("download", given, NAMES, { "jobId", "path" })
  local planned = {
    vaultName = given.vaultName, accountId = given.accountId, jobId = given.jobId, path = given.path,
    partSize = given.partSize and math.floor(given.partSize), concurrency = given.concurrency or 4,
    progress = given.progress or function() end,
  }
  local good, result = copcall.call(run, runtime, planned)
  if not good then
    return error(explain(result, planned), 0)
  end
  result.path = planned.path
  return result
end

return download
