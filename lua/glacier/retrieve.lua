--- Retrieves an archive into a file, and lists the archives of a vault. Both find or start the job, wait for it and
-- fetch its output. A suitable job that is in progress or done is used instead of a new one.
local arguments = require "glacier.download.arguments"
local copcall = require "glacier.async.copcall"
local download = require "glacier.download"
local errors = require("glacier.core").errors
local inventory = require "glacier.inventory"
local journal = require "glacier.download.journal"
local new_context = require("glacier.async.context").new
local paginate = require "glacier.paginate"
local perform = require "glacier.call.perform"
local waiters = require "glacier.waiters"

local retrieve = {}

local RETRIEVE = {
  "vaultName", "accountId", "archiveId", "path", "tier", "jobId", "on_wait", "delay", "partSize", "concurrency",
  "progress",
}
local LIST = { "vaultName", "accountId", "format", "jobId", "on_wait", "delay" }

-- Seconds between two polls of a job, and seconds after which the wait fails. Jobs take minutes (Expedited) or at most
-- 12 hours (developer guide, "Archive Retrieval Options"), so a week is long enough.
local EXPEDITED_DELAY, USUAL_DELAY, WAIT_MAX = 30, 300, 7 * 24 * 3600

-- ---- finding a job -------------------------------------------------------------------------------

local function retrieves_whole(job)
  local range = job.RetrievalByteRange
  return not range or range == ("0-%.0f"):format((job.ArchiveSizeInBytes or 0) - 1)
end

-- Returns a function(job) -> whether the job retrieves the whole archive. The tier matters only while the job is in
-- progress.
local function retrieves(given, tier)
  return function(job)
    return job.Action == "ArchiveRetrieval" and job.ArchiveId == given.archiveId and retrieves_whole(job)
      and (job.Completed or (job.Tier or "Standard") == tier)
  end
end

-- Returns a function(job) -> whether the job lists the whole vault in this format.
local function lists(format)
  return function(job)
    local parameters = job.InventoryRetrievalParameters or {}
    return job.Action == "InventoryRetrieval" and (parameters.Format or "JSON") == format
      and not (parameters.StartDate or parameters.EndDate or parameters.Limit or parameters.Marker)
  end
end

-- Returns the ID of a job that matches, preferably a completed one; nil if there is none.
local function find_job(runtime, given, matches)
  local in_progress
  local function list_jobs(operation, params)
    return perform.run(runtime, operation, params)
  end
  local next_job = paginate.items(list_jobs, "ListJobs", { vaultName = given.vaultName, accountId = given.accountId })
  local job = next_job()
  while job do -- a generic `for` would not let a call yield on Lua 5.1
    if job.StatusCode ~= "Failed" and matches(job) then
      if job.Completed then
        return job.JobId
      end
      in_progress = in_progress or job.JobId
    end
    job = next_job()
  end
  return in_progress
end

local function start_job(runtime, given, parameters)
  return perform.run(runtime, "InitiateJob",
    { vaultName = given.vaultName, accountId = given.accountId, jobParameters = parameters }).jobId
end

-- ---- waiting -------------------------------------------------------------------------------------

local function wait_for(runtime, given, job_id, delay)
  local last
  local host = { clock = runtime.clock }
  function host.call(operation, params)
    last = perform.run(runtime, operation, params)
    return last
  end
  function host.pause(seconds)
    if given.on_wait then
      given.on_wait(last)
    end
    new_context(runtime.wait, nil, runtime.clock):sleep(seconds)
  end
  return waiters.wait(host, "job_completed",
    { vaultName = given.vaultName, accountId = given.accountId, jobId = job_id },
    { delay = given.delay or delay, max_attempts = math.huge, timeout = WAIT_MAX })
end

local function purpose_of(job)
  local words = { tostring(job.Action) }
  words[#words + 1] = job.ArchiveId
  words[#words + 1] = job.RetrievalByteRange and "bytes " .. job.RetrievalByteRange
  return table.concat(words, " ")
end

-- Calls a function that returns up to two values. An error object gets the ID of the job in `jobId`, so that the caller
-- can continue with the job.
local function naming_job(job_id, run)
  local good, result, second = copcall.call(run)
  if not good then
    if type(result) == "table" then
      result.jobId = job_id
    end
    return error(result, 0)
  end
  return result, second
end

-- Finds or starts the job, waits for it and calls `use` with its ID. Errors name the job once there is one.
local function with_job(runtime, given, job, use)
  local job_id = given.jobId or find_job(runtime, given, job.matches) or start_job(runtime, given, job.parameters)
  return naming_job(job_id, function()
    local description = wait_for(runtime, given, job_id, job.delay)
    if not job.accepts(description) then
      errors.invalid(job.caller, ("%s: the given job has another purpose: %s"):format(
        job.caller, purpose_of(description)))
    end
    return use(job_id)
  end)
end

-- ---- the methods ---------------------------------------------------------------------------------

--- Retrieves an archive into a file: finds or starts the job, waits for it, and downloads its output.
-- Raises the errors of the operations, `client:wait_until` and `client:download`. If the file cannot be written, raises
-- `ParamValidationError` before it starts a job. Once there is a job, the error's `jobId` is its ID; pass it as `jobId`
-- to continue.
-- @param runtime table: of `runtime.new`
-- @param given table: vaultName, accountId or nil, archiveId, path; tier ("Standard", "Expedited", "Bulk"), jobId (uses
--   that job), on_wait = function(job), called before each wait with the output of DescribeJob, delay (seconds between
--   two polls of the job: 30 for Expedited, else 300); partSize, concurrency, progress as of `client:download`
-- @return table: path, size, checksum, jobId
function retrieve.archive(runtime, given)
  arguments.check("retrieve", given, RETRIEVE, { "archiveId", "path" })
  journal.check(given.path)
  local tier = given.tier or "Standard"
  local job = {
    caller = "retrieve", matches = retrieves(given, tier),
    accepts = function(description)
      return description.Action == "ArchiveRetrieval" and description.ArchiveId == given.archiveId
        and retrieves_whole(description)
    end,
    parameters = { Type = "archive-retrieval", ArchiveId = given.archiveId, Tier = given.tier },
    delay = tier == "Expedited" and EXPEDITED_DELAY or USUAL_DELAY,
  }
  return with_job(runtime, given, job, function(job_id)
    local result = download.run(runtime, {
      vaultName = given.vaultName, accountId = given.accountId, jobId = job_id, path = given.path,
      partSize = given.partSize, concurrency = given.concurrency, progress = given.progress,
    })
    result.jobId = job_id
    return result
  end)
end

--- Lists the archives of a vault: finds or starts the inventory job, waits for it, and iterates over its output.
-- Raises the errors of the operations, `client:wait_until` and `glacier.inventory`. Once there is a job, the error's
-- `jobId` is its ID, also in the errors of the iterator; pass it as `jobId` to continue.
-- @param runtime table: of `runtime.new`
-- @param given table: vaultName, accountId or nil, format ("JSON", "CSV"), jobId, on_wait, delay as of `retrieve`
-- @return as of `glacier.inventory`: the iterator and `info`; then nil and the body of the output, which a `for` loop
--   of Lua 5.4 and later closes at its end, also when it is left early
function retrieve.list(runtime, given)
  arguments.check("list_archives", given, LIST, {})
  local format = given.format or "JSON"
  local job = {
    caller = "list_archives", matches = lists(format), delay = USUAL_DELAY,
    parameters = { Type = "inventory-retrieval", Format = format },
    accepts = function(description)
      return description.Action == "InventoryRetrieval"
    end,
  }
  local body, job_id = with_job(runtime, given, job, function(job_id)
    return perform.run(runtime, "GetJobOutput",
      { vaultName = given.vaultName, accountId = given.accountId, jobId = job_id }).body, job_id
  end)
  local next_archive, info = inventory.archives(body)
  return function()
    return naming_job(job_id, next_archive)
  end, info, nil, body
end

return retrieve
