--- The download manager: saves a job's output in a file, in ranges with checked hashes. A later call can complete it.
local arguments = require "glacier.download.arguments"
local copcall = require "glacier.async.copcall"
local errors = require("glacier.core").errors
local journal = require "glacier.download.journal"
local new_context = require("glacier.async.context").new
local output = require "glacier.body.output"
local perform = require "glacier.call.perform"
local ranges = require "glacier.download.ranges"

local download = {}

local NAMES = { "vaultName", "accountId", "jobId", "path", "partSize", "concurrency", "progress" }

-- The default size of a range in bytes. A small range loses little if the download is killed, but each range costs a
-- request. Large outputs have larger ranges, so that there are at most MOST_RANGES.
local USUAL, MOST_RANGES = 4 * 1024 * 1024, 10000

local CHUNK = 256 * 1024 -- bytes that are read and written at a time

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

-- Adds to the message why the job may be missing. The error for a missing vault has the same code.
local function explain(err, planned)
  if type(err) == "table" and err.code == "ResourceNotFoundException" and not err.message:find "^Vault not found" then
    err.message = ("%s (the output of a job is available for 24 hours after its completion; after that, start "
      .. "another job: a download of the same archive to %s resumes this one)"):format(
        err.message, planned.path)
  end
  return err
end

local function raise_unready(job, why)
  return errors.raise("waiter", "WaiterError", "download: " .. why, { operation = "DescribeJob", response = job })
end

-- Returns the size of an archive retrieval's output in bytes: of the whole archive, or of the range that was retrieved.
local function archive_size(job)
  local first, last = tostring(job.RetrievalByteRange):match "^(%d+)%-(%d+)$"
  return first and tonumber(last) - tonumber(first) + 1 or job.ArchiveSizeInBytes
end

-- Gets the size and the tree hash of the output.
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

-- ---- without ranges -----------------------------------------------------------------------------

local function write_all(planned, body, file)
  local done = 0
  planned.progress(done, planned.total)
  local chunk = body:read(CHUNK)
  while chunk do -- a generic `for` would not let the body yield on Lua 5.1
    file:write(chunk)
    done = done + #chunk
    planned.progress(done, planned.total)
    chunk = body:read(CHUNK)
  end
  file:commit()
  return { size = done, checksum = (body.tree:hex()) }
end

-- Downloads an inventory, which has no hashes, an archive of unknown size, or an archive to a device or a pipe. Each
-- attempt begins with a new file, before its request: a file that cannot be written needs no request.
local function without_ranges(runtime, planned)
  local context, file = new_context(runtime.wait, nil, runtime.clock), nil
  local good, result = copcall.call(ranges.with_retries, runtime, context, function()
    if file then
      file:discard()
    end
    file = output.open("download", planned.path)
    return call(runtime, "GetJobOutput", planned)
  end, function(answer)
    return write_all(planned, answer.body, file)
  end)
  if not good then
    if file then
      file:discard()
    end
    return error(result, 0)
  end
  return result
end

-- ---- in ranges -----------------------------------------------------------------------------------

local function in_ranges(runtime, planned)
  local source = planned.hash and planned.hash:lower() or "job:" .. planned.jobId
  local file = journal.open(planned.path, planned.total, source, planned.partSize or part_size_for(planned.total))
  if not file then
    return without_ranges(runtime, planned)
  end
  return { size = planned.total, checksum = ranges.download(runtime, planned, file) }
end

local function run(runtime, planned)
  describe(runtime, planned)
  if planned.is_archive and type(planned.total) == "number" and planned.total > 0 then
    return in_ranges(runtime, planned)
  end
  return without_ranges(runtime, planned)
end

--- Downloads the output of a completed job. See README.md.
--
-- An archive is downloaded in ranges of `partSize`, `concurrency` of them at a time. Each range is checked against the
-- tree hash that the service sends with it, and is fetched again if it is damaged. The ranges are written to a partial
-- file, `.glacier-*.part`, and recorded in `.glacier-*.journal`. Both are in the directory of the target. When all
-- ranges are written and the tree hash of the whole matches the job's, the partial file is renamed to the target.
--
-- After an error or a kill, another call continues with the missing ranges, even for another job that retrieved the
-- same bytes. If several downloads to one path run at the same time, each has its own partial file and journal; the
-- last one to finish replaces the target. An inventory is downloaded without ranges.
--
-- Raises `ParamValidationError` for invalid arguments and if the file cannot be written; `WaiterError` if the job is
-- not complete or has failed; `ChecksumError` (kind "transport") if the tree hash of the whole is wrong; and the errors
-- of DescribeJob and GetJobOutput.
-- @param runtime table: of `runtime.new`
-- @param given table: vaultName, accountId or nil, jobId, path (string); partSize (bytes: 1 MiB times a power of 2; by
--   default 4 MiB, or more so that there are at most 10,000 ranges; a resumed download keeps its part size),
--   concurrency (4), progress = function(done, total): bytes, called first with the bytes of the earlier calls, then
--   after each range, or after each chunk of an output that has no ranges; its errors interrupt the download
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
