-- `make demo`: sets the notifications of a vault and reads them back, uploads an archive, and starts its retrieval.
-- Then it verifies the message about the completed job, removes the notifications, and downloads the archive with an
-- interruption. It uses the local service, which checks signatures and hashes, and its own HTTP subscriber.
local http = require "socket.http"
local glacier = require "glacier"
local service = require "spec.support.local_service"
local subscriber = require "spec.examples.subscriber"

local topic = "arn:aws:sns:us-west-2:012345678901:mytopic"
local inbox = subscriber.listen()
local amazon = service.start { subscriber = topic .. "=" .. inbox.url }

local client = glacier.client {
  region = amazon.region, endpoint_url = amazon.url,
  credentials = { access_key_id = amazon.access_key_id, secret_access_key = amazon.secret_access_key },
}
local vault = "examplevault"

print("Local service at " .. amazon.url .. ". Nothing is sent to Amazon.")

local function step(text, ...)
  print(("%-28s %s"):format(text, table.concat({ ... }, " ")))
end

local created = client:create_vault { vaultName = vault }
step("create_vault", created.ResponseMetadata.HTTPStatusCode, created.location)

local set = client:set_vault_notifications {
  vaultName = vault,
  vaultNotificationConfig = {
    SNSTopic = topic,
    Events = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" },
  },
}
step("set_vault_notifications", set.ResponseMetadata.HTTPStatusCode, set.ResponseMetadata.RequestId)

local config = client:get_vault_notifications({ vaultName = vault }).vaultNotificationConfig
step("get_vault_notifications", config.SNSTopic)
step("", table.concat(config.Events, ", "))

local archive = client:upload {
  vaultName = vault, archiveDescription = "a greeting", body = ("Welcome to Amazon Glacier.\n"):rep(300000),
}
step("upload", archive.archiveId)

local started = client:initiate_job {
  vaultName = vault, jobParameters = { Type = "archive-retrieval", ArchiveId = archive.archiveId },
}
step("initiate_job", started.jobId)

-- The local service signs as SNS does. Its certificate is at the path that the message names.
local text = inbox.message()
local certificate = http.request(amazon.url .. text:match '"SigningCertURL" : "https://[^/]+(/[^"]+)"')
local job = glacier.verify_notification(text, { topics = { topic }, certificate = certificate })
step("verify_notification", job.Action, job.StatusCode, job.ArchiveSizeInBytes, "bytes")
assert(job.JobId == started.jobId and job.SHA256TreeHash == archive.checksum, "the message is about something else")

local removed = client:delete_vault_notifications { vaultName = vault }
step("delete_vault_notifications", removed.ResponseMetadata.HTTPStatusCode)
local found, err = pcall(client.get_vault_notifications, client, { vaultName = vault })
assert(not found and err.code == client.exceptions.ResourceNotFoundException, "the configuration is still there")
step("get_vault_notifications", err.status, tostring(err))

local path = os.tmpname()
local function download(progress)
  return client:download {
    vaultName = vault, jobId = job.JobId, path = path, partSize = 1024 * 1024, concurrency = 1, progress = progress,
  }
end

local ok, interruption = pcall(download, function(done)
  if done > 0 then error(("interrupted after %d bytes"):format(done), 0) end
end)
assert(not ok)
step("download", interruption)
local resumed_at
local output = download(function(done) resumed_at = resumed_at or done end)
step("download, again", ("resumed after %d bytes; %d bytes in total"):format(resumed_at, output.size))
assert(output.checksum == archive.checksum)
os.remove(path)

client:close()
amazon.stop()
