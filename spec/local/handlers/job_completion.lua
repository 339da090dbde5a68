-- Completes jobs after their delay and notifies their topics.

local agenda = require "handlers.agenda"
local clock = require "http.clock"
local inventory = require "handlers.inventory"
local jobs = require "handlers.jobs"
local json = require "http.json"
local records = require "store.records"
local settings = require "http.settings"
local sns = require "handlers.sns"
local store = require "store.vaults"

local job_completion = {}

local SUBJECT = "Notification From Amazon Glacier Service"

-- Returns the job's output (a content), or nil and the reason of the failure.
local function result(owner, vault_name, job)
  if job.inventory then return inventory.take(owner, vault_name, job) end
  local archive = records.get(owner, vault_name, "archives", job.archive_id)
  if not archive then return nil, "Archive not found" end
  return { name = archive.name, part_size = archive.part_size, length = archive.length }
end

local function complete(owner, vault_name, job)
  local output, why = result(owner, vault_name, job)
  job.output = output
  job.status = output and "Succeeded" or "Failed"
  job.message = why or job.status
  job.completed = clock.extended(clock.now())
  jobs.put(owner, vault_name, job)
end

-- Returns the topics to notify of the job: the vault's topic if its configuration has this event, and the topic of the
-- job itself. Both are notified even if they are the same.
local function topics(vault, job)
  local list, configuration = {}, vault.notifications
  for _, event in ipairs(configuration and configuration.events or {}) do
    if event == job.action .. "Completed" then list[1] = configuration.topic end
  end
  list[#list + 1] = job.topic
  return list
end

local function finish(owner, vault_name, id)
  local vault, job = store.exclusively(owner, function()
    local vault, job = store.find(owner, vault_name), jobs.find(owner, vault_name, id)
    if job then complete(owner, vault_name, job) end
    return job and vault, job
  end)
  if not vault then return end
  local message = json.encode(jobs.description(owner, vault_name, job))
  for _, topic in ipairs(topics(vault, job)) do sns.publish(topic, SUBJECT, message) end
end

-- Completes the job after the delay of the settings; without a delay, before this returns.
function job_completion.schedule(owner, vault_name, id)
  if settings.job_delay == 0 then return finish(owner, vault_name, id) end
  agenda.add(settings.job_delay, function() finish(owner, vault_name, id) end)
end

return job_completion
