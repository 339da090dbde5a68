-- An archive in the local service, retrieved by a job, for specs of client:download.
--
--   local world = download_world.new()       -- the service, with a vault
--   world.client                             -- a client over libcurl
--   local retrieved = world:retrieved()      -- an archive of 5 MiB and 7 bytes, and its job
--   retrieved.jobId, retrieved.bytes, retrieved.hash, retrieved.archiveId
--   local trial = world:trial(retrieved)     -- what one test needs; see below
--   world:stop()
local assert = require "luassert"
local files = require "spec.support.files"
local interceptors = require "spec.support.interceptor"
local local_service = require "spec.support.local_service"
local streams = require "spec.support.streams"

local download_world = {}

local World = {}
World.__index = World

local SIZE = 5242887

local function options_of(service, more)
  local options = { region = service.region, credentials = {
    access_key_id = service.access_key_id, secret_access_key = service.secret_access_key } }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

--- Returns a world whose service completes jobs after `delay` seconds (0).
function download_world.new(delay)
  local service = local_service.start { job_delay = delay or 0 }
  local self = setmetatable({ service = service }, World)
  self.client = self:new_client()
  self.client:create_vault { vaultName = "v" }
  return self
end

--- Returns a client with these options besides those that the service needs.
function World:new_client(options)
  return streams.client(self.service.url, options_of(self.service, options))
end

--- Starts a job and waits for it.
-- @return string: its ID
function World:job(parameters)
  local job_id = self.client:initiate_job { vaultName = "v", jobParameters = parameters }.jobId
  self.client:wait_until("job_completed", { vaultName = "v", jobId = job_id }, { delay = 0.05 })
  return job_id
end

--- Uploads an archive once, and retrieves it.
function World:retrieved()
  local bytes = streams.pattern(SIZE)
  local archive = self.archive or self.client:upload_archive { vaultName = "v", body = bytes }
  self.archive = archive
  return {
    bytes = bytes, hash = archive.checksum, archiveId = archive.archiveId,
    jobId = self:job { Type = "archive-retrieval", ArchiveId = archive.archiveId },
  }
end

-- ---- one test ------------------------------------------------------------------------------------

local Trial = {}
Trial.__index = Trial

--- Returns a trial.
-- @param retrieved table: bytes, hash and jobId of what the trial downloads
-- @return trial: directory (a new one), target (the path of the download in it), retrieved
function download_world.trial(retrieved)
  local directory = files.directory()
  return setmetatable({ directory = directory, target = directory .. "/archive", retrieved = retrieved }, Trial)
end

--- Returns a trial that also has a client of the service, and the interceptor of its requests.
function World:trial(retrieved)
  local trial = download_world.trial(retrieved)
  trial.interceptor = interceptors.new()
  trial.client = self:new_client { transport = trial.interceptor.transport, max_attempts = 3 }
  return trial
end

--- Returns the parameters of a download in ranges of 1 MiB; those in `more` take precedence.
function Trial:params(more)
  local all = { vaultName = "v", jobId = self.retrieved.jobId, path = self.target, partSize = streams.MIB }
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

--- Asserts that `result` is the result of a complete download, that the file has the right bytes, and that no other
-- file is left.
function Trial:assert_whole(result)
  assert.are.same({ path = self.target, size = #self.retrieved.bytes, checksum = self.retrieved.hash }, result)
  assert.is_true(files.read(self.target) == self.retrieved.bytes)
  assert.are.same({ "archive" }, files.list(self.directory))
end

--- Removes the directory.
function Trial:remove()
  files.remove(self.directory)
end

function World:stop()
  self.service:stop()
end

return download_world
