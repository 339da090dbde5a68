-- Headers that successful responses to some operations must have. For transports that return the same response to every
-- request.
return {
  ["x-amz-archive-id"] = "archive", ["x-amz-job-id"] = "job", ["x-amz-multipart-upload-id"] = "upload",
  ["x-amz-lock-id"] = "lock", ["x-amz-capacity-id"] = "capacity",
}
