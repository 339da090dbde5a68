-- Clients without a network: their transport gives a fixed response.
local assert = require "luassert"
local glacier = require "glacier"
local id_headers = require "spec.support.id_headers"

local canned = {}

local KEYS = { access_key_id = "AKID", secret_access_key = "SECRET" }

--- Makes a client.
-- @param answer what the transport returns for every request, or the transport itself (a function)
-- @param options table or nil: further options of the client
function canned.client(answer, options)
  local given = { region = "us-east-1", credentials = KEYS, env = {}, max_attempts = 1 }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  given.transport = type(answer) == "function" and answer or function()
    return answer
  end
  return glacier.client(given)
end

-- Valid parameters of the operations that take more than a vault's name, or none.
local INPUT = {
  CompleteMultipartUpload = { vaultName = "v", uploadId = "u" },
  AbortMultipartUpload = { vaultName = "v", uploadId = "u" },
  ListParts = { vaultName = "v", uploadId = "u" }, CompleteVaultLock = { vaultName = "v", lockId = "l" },
  DeleteArchive = { vaultName = "v", archiveId = "a" }, DescribeJob = { vaultName = "v", jobId = "j" },
  GetDataRetrievalPolicy = {}, SetDataRetrievalPolicy = {}, ListProvisionedCapacity = {},
  PurchaseProvisionedCapacity = {}, ListVaults = {}, UploadArchive = { vaultName = "v", body = "" },
}

--- Calls an operation with valid parameters.
-- @param body string or nil: of the response
-- @param headers table or nil: of the response
-- @param status number or nil: of the response (200)
-- @return table: the output
function canned.call(operation, body, headers, status)
  local client = canned.client { status = status or 200, headers = headers or {}, body = body }
  return client:call(operation, INPUT[operation] or { vaultName = "v" })
end

--- Returns the error of set_vault_notifications for a response.
function canned.error_of(status, body, headers)
  local client = canned.client { status = status, headers = headers or {}, body = body }
  local good, err = pcall(client.set_vault_notifications, client, { vaultName = "v" })
  assert.is_false(good)
  return err
end

--- Calls an operation as `canned.call` does.
-- @return table: the output without its metadata
function canned.members(...)
  local output = canned.call(...)
  output.ResponseMetadata = nil
  return output
end

--- Calls an operation; the response is an empty success.
-- @param options table or nil: further options of the client
-- @return table: the request, as a transport gets it
-- @return string: its path and query
function canned.sent(operation, params, options)
  local seen, count = nil, 0
  local client = canned.client(function(request)
    seen, count = request, count + 1
    return { status = 204, headers = id_headers, body = "" }
  end, options)
  client:call(operation, params)
  client:close()
  assert.equal(1, count)
  return seen, (seen.url:gsub("^https?://[^/]+", ""))
end

--- Asserts that a call, made as `canned.call` does, raises a ResponseParserError.
-- @param words string: a part of its message
function canned.assert_rejected(words, ...)
  local good, err = pcall(canned.call, ...)
  assert.is_false(good)
  assert.equal("ResponseParserError", err.code)
  assert.equal("transport", err.kind)
  assert.is_false(err.retryable)
  assert.matches(words, err.message, 1, true)
  assert.equal(err.message, tostring(err))
end

return canned
