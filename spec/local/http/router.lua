-- The service's operations: one row each, and how a request finds its row.

local archives = require "handlers.archives"
local capacity = require "handlers.capacity"
local errors = require "http.errors"
local job_output = require "handlers.job_output"
local job_start = require "handlers.job_start"
local jobs = require "handlers.jobs"
local notifications = require "handlers.notifications"
local parts = require "handlers.parts"
local policies = require "handlers.policies"
local retrieval_policy = require "handlers.retrieval_policy"
local tags = require "handlers.tags"
local uploads = require "handlers.uploads"
local uri = require "http.uri"
local vaults = require "handlers.vaults"

local router = {}

-- method, path, operation, handler, body ("json", "stream", or nil: none). A path may end with a
-- parameter that the query must have. A handler gets
--   { operation, owner = { account, region }, path = label -> text, query = name -> text,
--     headers, header_texts, body }  (the last three as in request.lua)
-- and returns { status, headers or nil, json or nil } (json as in json.lua), or instead of json
-- { length, send }, a number of bytes and a function that prints them; or it raises.
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
local rows = {
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

local routes = {}
for i, row in ipairs(rows) do
  local path, name, value = row[2]:match "^([^?]*)%??([^=]*)=?(.*)$"
  routes[i] = {
    method = row[1],
    pattern = uri.segments(path),
    parameter = name ~= "" and { name, value } or nil,
    operation = row[3],
    handler = row[4],
    body = row[5],
  }
end

-- The labels' values where the segments fit the pattern, else nil.
local function fit(pattern, segments)
  if #pattern ~= #segments then return nil end
  local labels = {}
  for i, part in ipairs(pattern) do
    local label = part:match "^{(.*)}$"
    if label then
      labels[label] = uri.decode(segments[i])
    elseif part ~= segments[i] then
      return nil
    end
  end
  return labels
end

local function has(query, parameter)
  for _, pair in ipairs(parameter and uri.parameters(query) or {}) do
    if pair[1] == parameter[1] then return pair[2] == parameter[2] end
  end
  return not parameter
end

-- The route of a request and the values of its path's labels. Raises UnknownOperationException.
function router.match(request)
  local segments = uri.segments(request.path)
  for _, route in ipairs(routes) do
    local labels = route.method == request.method and has(request.query, route.parameter)
      and fit(route.pattern, segments)
    if labels then return route, labels end
  end
  errors.raise("UnknownOperationException", "No operation is known at %s %s", request.method,
    request.path)
end

return router
