-- DescribeJob, ListJobs, and the jobs of a vault for other modules.
-- A job is a record { id, action, created, description, topic, status, message, completed } with
--   for an archive retrieval: archive_id, archive_hash, archive_length, first, last (the range in
--     the archive), ranged (whether one was requested), range_hash (nil: not tree-hash aligned),
--     tier, archive_description
--   for an inventory: inventory = { format, start, stop, limit, marker }
--   after success: output = { name, part_size, length }, a content; length is that of the whole
--     archive or inventory

local clock = require "http.clock"
local content = require "store.content"
local errors = require "http.errors"
local json = require "http.json"
local paging = require "http.paging"
local records = require "store.records"
local settings = require "http.settings"
local store = require "store.vaults"

local jobs = {}

local LONGEST_PAGE = 50

local states = { InProgress = true, Succeeded = true, Failed = true }

function jobs.put(owner, vault_name, job)
  records.put(owner, vault_name, "jobs", job.id, job)
end

-- Glacier keeps a completed job and its output for a day.
local function is_expired(job)
  return job.completed and clock.now() >= clock.parse_extended(job.completed) + settings.output_lifetime
end

-- Returns the job, or nil if it has expired or was deleted with its vault.
function jobs.find(owner, vault_name, id)
  local job = records.get(owner, vault_name, "jobs", id)
  return job and not is_expired(job) and job or nil
end

-- Returns the vault's jobs that have not expired, the oldest first.
function jobs.all(owner, vault_name)
  local list = {}
  for _, job in ipairs(records.list(owner, vault_name, "jobs")) do
    if not is_expired(job) then list[#list + 1] = job end
  end
  return list
end

-- Returns the job that the request names, or raises ResourceNotFoundException.
function jobs.named(call)
  local owner, vault_name, id = call.owner, call.path.vaultName, call.path.jobId
  store.get(owner, vault_name)
  local job = jobs.find(owner, vault_name, id)
  if not job then
    errors.raise("ResourceNotFoundException", "The job ID was not found: %s", id)
  end
  return job
end

local function inventory_parameters(inventory)
  if not inventory then return json.null end
  return {
    { "EndDate", inventory.stop or json.null },
    { "Format", inventory.format },
    { "Limit", inventory.limit or json.null },
    { "Marker", inventory.marker or json.null },
    { "StartDate", inventory.start or json.null },
  }
end

-- A range that is the whole archive has no tree hash while its job is in progress (developer guide, "Describe Job").
local function range_hash(job)
  local whole = job.range_hash == job.archive_hash
  if job.ranged and whole and job.status == "InProgress" then return json.null end
  return job.range_hash or json.null
end

-- Returns the description of a job. It is the response of DescribeJob, an item of ListJobs, and the message of a
-- notification.
function jobs.description(owner, vault_name, job)
  local inventory_size = job.inventory and job.output and job.output.length
  return {
    { "Action", job.action },
    { "ArchiveId", job.archive_id or json.null },
    { "ArchiveSHA256TreeHash", job.archive_hash or json.null },
    { "ArchiveSizeInBytes", job.archive_length or json.null },
    { "Completed", job.status ~= "InProgress" },
    { "CompletionDate", job.completed or json.null },
    { "CreationDate", job.created },
    { "InventoryRetrievalParameters", inventory_parameters(job.inventory) },
    { "InventorySizeInBytes", inventory_size or json.null },
    { "JobDescription", job.description or json.null },
    { "JobId", job.id },
    { "JobOutputPath", json.null },
    { "OutputLocation", json.null },
    { "RetrievalByteRange", job.first and ("%.0f-%.0f"):format(job.first, job.last) or json.null },
    { "SelectParameters", json.null },
    { "SHA256TreeHash", range_hash(job) },
    { "SNSTopic", job.topic or json.null },
    { "StatusCode", job.status },
    { "StatusMessage", job.message },
    { "Tier", job.tier or json.null },
    { "VaultARN", store.arn(owner, vault_name) },
  }
end

function jobs.describe(call)
  local job = jobs.named(call)
  return { status = 200, json = jobs.description(call.owner, call.path.vaultName, job) }
end

-- Returns a function that decides whether the query selects a job.
local function filter(query)
  local state, completed = query.statuscode, query.completed
  if state and not states[state] then
    errors.raise("InvalidParameterValueException", "The job status code is not valid: %s", state)
  elseif completed and completed ~= "true" and completed ~= "false" then
    errors.raise("InvalidParameterValueException", "The completed flag is not valid: %s",
      completed)
  end
  return function(job)
    return (not state or job.status == state)
      and (not completed or tostring(job.status ~= "InProgress") == completed)
  end
end

local function id_of(job) return job.id end

function jobs.list(call)
  local owner, vault_name = call.owner, call.path.vaultName
  store.get(owner, vault_name)
  local page, marker = paging.page(jobs.all(owner, vault_name), call.query,
    LONGEST_PAGE, id_of, filter(call.query))
  for i, job in ipairs(page) do page[i] = jobs.description(owner, vault_name, job) end
  return { status = 200, json = { { "JobList", json.list(page) }, { "Marker", marker } } }
end

-- Deletes the outputs of the vault's jobs. Called when the vault, which has no archives, is deleted.
function jobs.discard_all(owner, vault_name)
  for _, job in ipairs(records.list(owner, vault_name, "jobs")) do
    if job.output then content.remove(job.output.name, content.files(job.output)) end
  end
end

return jobs
