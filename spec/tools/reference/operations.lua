--- Facts about the operations that the C model does not contain: a description of each, and the exceptions that the
-- service's own model lists besides the common ones.
local operations = {}

operations.common_exceptions = {
  "InvalidParameterValueException", "MissingParameterValueException", "ServiceUnavailableException",
  "NoLongerSupportedException",
}

local more_exceptions = {
  AddTagsToVault = { "LimitExceededException" },
  CreateVault = { "LimitExceededException" },
  PurchaseProvisionedCapacity = { "LimitExceededException" },
  InitiateJob = { "PolicyEnforcedException", "InsufficientCapacityException" },
  UploadArchive = { "RequestTimeoutException" },
  UploadMultipartPart = { "RequestTimeoutException" },
}

local without_not_found = {
  CreateVault = true, GetDataRetrievalPolicy = true, SetDataRetrievalPolicy = true, ListProvisionedCapacity = true,
  PurchaseProvisionedCapacity = true,
}

--- Returns the exceptions of an operation besides the common ones.
-- @param name string: API name
-- @return list of strings
function operations.exceptions(name)
  local list = { not without_not_found[name] and "ResourceNotFoundException" or nil }
  for _, code in ipairs(more_exceptions[name] or {}) do
    list[#list + 1] = code
  end
  return list
end

operations.descriptions = {
  AbortMultipartUpload = "Aborts a multipart upload. The service drops its parts.",
  AbortVaultLock = "Aborts a vault lock that is in progress.",
  AddTagsToVault = "Adds tags to a vault.",
  CompleteMultipartUpload = "Joins the parts of a multipart upload into an archive.",
  CompleteVaultLock = "Completes a vault lock. It can then no longer be changed.",
  CreateVault = "Creates a vault. Creating it again changes nothing.",
  DeleteArchive = "Deletes an archive.",
  DeleteVault = "Deletes an empty vault.",
  DeleteVaultAccessPolicy = "Removes the access policy of a vault.",
  DeleteVaultNotifications = "Removes the notification configuration of a vault.",
  DescribeJob = "Returns the description of a job.",
  DescribeVault = "Returns the description of a vault. The numbers are those of its last inventory.",
  GetDataRetrievalPolicy = "Returns the data retrieval policy of the account and region.",
  GetJobOutput = "Returns the output of a completed job as a stream.",
  GetVaultAccessPolicy = "Returns the access policy of a vault.",
  GetVaultLock = "Returns the lock policy of a vault and its state.",
  GetVaultNotifications = "Returns the notification configuration of a vault.",
  InitiateJob = "Starts a job: the retrieval of an archive or of a vault's inventory.",
  InitiateMultipartUpload = "Begins a multipart upload.",
  InitiateVaultLock = "Begins to lock a vault. The lock must be completed within 24 hours.",
  ListJobs = "Lists the jobs of a vault, page by page.",
  ListMultipartUploads = "Lists the multipart uploads of a vault that are in progress, page by page.",
  ListParts = "Lists the parts of a multipart upload, page by page.",
  ListProvisionedCapacity = "Lists the provisioned capacity units of the account.",
  ListTagsForVault = "Returns the tags of a vault.",
  ListVaults = "Lists the vaults of the account in the region, page by page.",
  PurchaseProvisionedCapacity = "Buys a provisioned capacity unit for the account.",
  RemoveTagsFromVault = "Removes tags from a vault.",
  SetDataRetrievalPolicy = "Sets the data retrieval policy of the account and region.",
  SetVaultAccessPolicy = "Sets the access policy of a vault.",
  SetVaultNotifications = "Sets the notification configuration of a vault. It replaces the whole old one.",
  UploadArchive = "Uploads an archive in one request.",
  UploadMultipartPart = "Uploads a part of a multipart upload.",
}

return operations
