-- Notifications: parsing any text gives job descriptions or an error object.
local errors_only = require "spec.support.errors_only"
local glacier = require "glacier"

return function(text)
  local job = errors_only(glacier.parse_notification, text)
  assert(job == nil or type(job.JobId) == "string")
end
