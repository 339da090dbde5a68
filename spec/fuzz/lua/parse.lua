-- Responses: the first line chooses the operation, the status and a header; the rest is the body.
local core = require "glacier.core"
local errors_only = require "spec.support.errors_only"
local glacier = require "glacier"

local names = {}
for name in pairs(core.operations) do
  names[#names + 1] = name
end
table.sort(names)

return function(text)
  local head, body = text:match "^([^\n]*)\n?(.*)$"
  local a, b = head:byte(1, 2)
  local client = glacier.client {
    region = "us-west-2", env = {}, max_attempts = 1,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" },
    transport = function()
      return {
        status = 200 + (b or 0) * 2 % 400, body = body,
        headers = { ["x-amzn-errortype"] = head ~= "" and head:gsub("%c", "") or nil },
      }
    end,
  }
  local operation = names[(a or 0) % #names + 1]
  errors_only(client.call, client, operation, {
    vaultName = "v", jobId = "j", uploadId = "u", lockId = "l", archiveId = "a", body = "",
  })
end
