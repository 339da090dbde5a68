-- The headers without which a success of some operations is an error: for transports that answer
-- every request alike.
return {
  ["x-amz-archive-id"] = "archive", ["x-amz-job-id"] = "job", ["x-amz-multipart-upload-id"] = "upload",
  ["x-amz-lock-id"] = "lock", ["x-amz-capacity-id"] = "capacity",
}
