-- Notifications: parsing any text returns job descriptions or raises an error object. Verifying any text raises one,
-- because the certificate is empty.
local errors_only = require "spec.support.errors_only"
local glacier = require "glacier"

local options = { topics = { "arn:aws:sns:us-west-2:012345678901:mytopic" }, certificate = "", max_age = false }

return function(text)
  local job = errors_only(glacier.parse_notification, text)
  assert(job == nil or type(job.JobId) == "string")
  assert(errors_only(glacier.verify_notification, text, options) == nil)
end
