-- The service's operations.

local archives = require "handlers.archives"
local capacity = require "handlers.capacity"
local job_output = require "handlers.job_output"
local job_start = require "handlers.job_start"
local jobs = require "handlers.jobs"
local notifications = require "handlers.notifications"
local parts = require "handlers.parts"
local policies = require "handlers.policies"
local retrieval_policy = require "handlers.retrieval_policy"
local router = require "http.router"
local tags = require "handlers.tags"
local uploads = require "handlers.uploads"
local vaults = require "handlers.vaults"

local ACCOUNT = "/{accountId}"
local VAULT = ACCOUNT .. "/vaults/{vaultName}"
local ACCESS_POLICY = VAULT .. "/access-policy"
local ARCHIVES = VAULT .. "/archives"
local CAPACITY = ACCOUNT .. "/provisioned-capacity"
local JOBS = VAULT .. "/jobs"
local LOCK = VAULT .. "/lock-policy"
local NOTIFICATIONS = VAULT .. "/notification-configuration"
local RETRIEVAL_POLICY = ACCOUNT .. "/policies/data-retrieval"
local TAGS = VAULT .. "/tags"
local UPLOADS = VAULT .. "/multipart-uploads"
local UPLOAD = UPLOADS .. "/{uploadId}"

-- Each row: method, path, operation, handler, body ("json", "stream" or nil). A path may end with a
-- parameter that the query must have. A handler gets
--   { operation, owner = { account, region }, path = label -> text, query = name -> text,
--     headers, header_texts, body }  (the last three as in http/request.lua)
-- and returns { status, headers or nil, json or nil } (json as in http/json.lua). Instead of json it may
-- return length and send, a number of bytes and a function that sends them. Or it raises.
return router.compile {
  { "GET", ACCOUNT .. "/vaults", "ListVaults", vaults.list },
  { "PUT", VAULT, "CreateVault", vaults.create },
  { "GET", VAULT, "DescribeVault", vaults.describe },
  { "DELETE", VAULT, "DeleteVault", vaults.delete },
  { "PUT", NOTIFICATIONS, "SetVaultNotifications", notifications.set, "json" },
  { "GET", NOTIFICATIONS, "GetVaultNotifications", notifications.get },
  { "DELETE", NOTIFICATIONS, "DeleteVaultNotifications", notifications.delete },
  { "POST", ARCHIVES, "UploadArchive", archives.upload, "stream" },
  { "DELETE", ARCHIVES .. "/{archiveId}", "DeleteArchive", archives.delete },
  { "POST", UPLOADS, "InitiateMultipartUpload", uploads.initiate },
  { "GET", UPLOADS, "ListMultipartUploads", uploads.list },
  { "PUT", UPLOAD, "UploadMultipartPart", parts.upload, "stream" },
  { "GET", UPLOAD, "ListParts", parts.list },
  { "POST", UPLOAD, "CompleteMultipartUpload", uploads.complete },
  { "DELETE", UPLOAD, "AbortMultipartUpload", uploads.abort },
  { "POST", JOBS, "InitiateJob", job_start.initiate, "json" },
  { "GET", JOBS, "ListJobs", jobs.list },
  { "GET", JOBS .. "/{jobId}", "DescribeJob", jobs.describe },
  { "GET", JOBS .. "/{jobId}/output", "GetJobOutput", job_output.get },
  { "PUT", ACCESS_POLICY, "SetVaultAccessPolicy", policies.set_access, "json" },
  { "GET", ACCESS_POLICY, "GetVaultAccessPolicy", policies.get_access },
  { "DELETE", ACCESS_POLICY, "DeleteVaultAccessPolicy", policies.delete_access },
  { "POST", LOCK, "InitiateVaultLock", policies.initiate_lock, "json" },
  { "POST", LOCK .. "/{lockId}", "CompleteVaultLock", policies.complete_lock },
  { "DELETE", LOCK, "AbortVaultLock", policies.abort_lock },
  { "GET", LOCK, "GetVaultLock", policies.get_lock },
  { "POST", TAGS .. "?operation=add", "AddTagsToVault", tags.add, "json" },
  { "POST", TAGS .. "?operation=remove", "RemoveTagsFromVault", tags.remove, "json" },
  { "GET", TAGS, "ListTagsForVault", tags.list },
  { "PUT", RETRIEVAL_POLICY, "SetDataRetrievalPolicy", retrieval_policy.set, "json" },
  { "GET", RETRIEVAL_POLICY, "GetDataRetrievalPolicy", retrieval_policy.get },
  { "POST", CAPACITY, "PurchaseProvisionedCapacity", capacity.purchase },
  { "GET", CAPACITY, "ListProvisionedCapacity", capacity.list },
}
