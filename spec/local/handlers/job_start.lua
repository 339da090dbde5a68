-- InitiateJob.

local archives = require "handlers.archives"
local capacity = require "handlers.capacity"
local checksum = require "http.checksum"
local clock = require "http.clock"
local content = require "store.content"
local errors = require "http.errors"
local identifier = require "http.identifier"
local inventory = require "handlers.inventory"
local job_completion = require "handlers.job_completion"
local jobs = require "handlers.jobs"
local json = require "http.json"
local members = require "http.members"
local retrieval_policy = require "handlers.retrieval_policy"
local sns = require "handlers.sns"
local store = require "store.vaults"

local job_start = {}

local ID_LENGTH = 92
local LONGEST_DESCRIPTION = 1024

local tiers = { Bulk = true, Expedited = true, Standard = true }

local function invalid(name, value)
  errors.raise("InvalidParameterValueException", "Invalid %s: %s", name, value)
end

local function reject(parameters, kind, ...)
  for _, name in ipairs { ... } do
    local value = parameters[name]
    if value ~= nil and value ~= json.null then
      errors.raise("InvalidParameterValueException", "%s is not allowed for %s jobs.", name, kind)
    end
  end
end

-- Returns the requested range, or the whole archive: first, last, whether a range was requested.
local function range(parameters, archive)
  local text = members.optional(parameters, "RetrievalByteRange", "string")
  if not text then return 0, archive.length - 1, false end
  local first, last = text:match "^(%d+)%-(%d+)$"
  first, last = tonumber(first), tonumber(last)
  if not first or first > last
    or not checksum.megabyte_aligned(first, last, archive.length) then
    invalid("RetrievalByteRange", text)
  end
  return first, last, true
end

local function hash_of_range(archive, first, last)
  if not checksum.tree_aligned(first, last, archive.length) then return nil end
  return checksum.root(content.leaves(archive.name, checksum.span(first, last)))
end

local kinds = {}

kinds["archive-retrieval"] = function(call, parameters)
  reject(parameters, "archive-retrieval", "InventoryRetrievalParameters", "SelectParameters")
  local id = members.required(parameters, "ArchiveId", "string")
  local archive = archives.get(call.owner, call.path.vaultName, id)
  local first, last, ranged = range(parameters, archive)
  return {
    action = "ArchiveRetrieval",
    archive_id = id,
    archive_hash = archive.hash,
    archive_length = archive.length,
    archive_description = archive.description,
    first = first,
    last = last,
    ranged = ranged,
    range_hash = hash_of_range(archive, first, last),
  }
end

kinds["inventory-retrieval"] = function(_, parameters)
  reject(parameters, "inventory-retrieval", "ArchiveId", "RetrievalByteRange", "SelectParameters")
  return { action = "InventoryRetrieval", inventory = inventory.parameters(parameters) }
end

-- Returns the part of the record that depends on the job's type. Glacier accepts no select jobs any more.
local function job_of(call, parameters)
  local kind = members.required(parameters, "Type", "string")
  if not kinds[kind] then
    errors.raise("InvalidParameterValueException", "Invalid job type: %s", kind)
  end
  local tier = members.optional(parameters, "Tier", "string") or "Standard"
  if not tiers[tier] then invalid("Tier", tier) end
  local job = kinds[kind](call, parameters)
  if not job.inventory then job.tier = tier end
  return job
end

local function describe(job, parameters)
  local description = members.optional(parameters, "Description", "string")
  if description and (#description > LONGEST_DESCRIPTION or description:find "[^\32-\126]") then
    invalid("Description", description)
  end
  local topic = members.optional(parameters, "SNSTopic", "string")
  job.description, job.topic = description, topic and sns.check_topic(topic)
end

-- Raises if the account's policy or the service's capacity does not allow the job.
local function admit(owner, job)
  if job.tier == "Expedited" then
    capacity.require_expedited(owner)
  elseif job.tier == "Standard" then
    retrieval_policy.admit(owner, job.last - job.first + 1)
  end
end

function job_start.initiate(call)
  local owner, vault_name = call.owner, call.path.vaultName
  local parameters = json.decode_object(call.body.text)
  store.get(owner, vault_name)
  local job = job_of(call, parameters)
  describe(job, parameters)
  job.id = identifier.random(ID_LENGTH)
  job.created = clock.extended(clock.now())
  job.status, job.message = "InProgress", "Operation in progress."
  store.exclusively(owner, function()
    admit(owner, job)
    jobs.put(owner, vault_name, job)
  end)
  job_completion.schedule(owner, vault_name, job.id)
  return {
    status = 202,
    headers = {
      Location = ("/%s/vaults/%s/jobs/%s"):format(owner.account, vault_name, job.id),
      ["x-amz-job-id"] = job.id,
    },
  }
end

return job_start
