-- Responses: a call returns or raises an error object. The first line of the text chooses the operation, the status and
-- a header; the rest is the body.
local core = require "glacier.core"
local errors_only = require "spec.support.errors_only"
local glacier = require "glacier"

-- Returns valid parameters of an operation: the required ones of all operations, but only those that this one has.
local function params_of(operation)
  local params = { vaultName = "v", jobId = "j", uploadId = "u", lockId = "l", archiveId = "a", body = "" }
  local good, err = pcall(core.prepare, operation, params, "http://h")
  for name in (good and "" or err.message):gmatch 'Unknown parameter in input: "(%w+)"' do
    params[name] = nil
  end
  core.prepare(operation, params, "http://h")
  return params
end

local calls = {}
for _, name in pairs(core.operations()) do
  calls[#calls + 1] = { operation = name, params = params_of(name) }
end
table.sort(calls, function(left, right) return left.operation < right.operation end)

local function finish(client, call)
  local result = client:call(call.operation, call.params)
  if type(result.body) == "table" then
    result.body:read "a"
  end
  return result
end

return function(text)
  local head, body = text:match "^([^\n]*)\n?(.*)$"
  local a, b = head:byte(1, 2)
  local sent = false
  local client = glacier.client {
    region = "us-west-2", env = {}, max_attempts = 1,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" },
    transport = function()
      sent = true
      return {
        status = 200 + (b or 0) * 2 % 400, body = body,
        headers = { ["x-amzn-errortype"] = head ~= "" and head:gsub("%c", "") or nil, ["x-amz-archive-id"] = "i" },
      }
    end,
  }
  errors_only(finish, client, calls[(a or 0) % #calls + 1])
  assert(sent)
end
