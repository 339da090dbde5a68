-- The headers of uploads: sizes, hashes and descriptions, checked for form.

local errors = require "http.errors"

local upload_headers = {}

local LONGEST_DESCRIPTION = 1024

-- The header's value; raises MissingParameterValueException where it was not sent.
function upload_headers.required(call, name)
  local value = call.headers[name]
  if not value then
    errors.raise("MissingParameterValueException", "Required parameter missing: %s", name)
  end
  return value
end

-- The whole number that the header must be.
function upload_headers.number(call, name)
  local value = upload_headers.required(call, name)
  if not value:find "^%d+$" or #value > 15 then
    errors.raise("InvalidParameterValueException", "Invalid %s: %s", name, value)
  end
  return tonumber(value)
end

-- The announced tree hash, in lower-case hex.
function upload_headers.tree_hash(call)
  local value = upload_headers.required(call, "x-amz-sha256-tree-hash")
  if #value ~= 64 or not value:find "^%x+$" then
    errors.raise("InvalidParameterValueException", "Invalid x-amz-sha256-tree-hash: %s", value)
  end
  return value:lower()
end

-- Raises where the headers that an upload of data needs are missing; that x-amz-content-sha256 is
-- the data's hash has been seen with the signature.
function upload_headers.require_data(call)
  upload_headers.required(call, "content-length")
  upload_headers.required(call, "x-amz-content-sha256")
end

-- The archive's description as it was sent, or nil: up to 1024 printable characters of ASCII.
function upload_headers.description(call)
  local text = call.header_texts["x-amz-archive-description"]
  if text and (#text > LONGEST_DESCRIPTION or text:find "[^\32-\126]") then
    errors.raise("InvalidParameterValueException", "Invalid x-amz-archive-description: %s", text)
  end
  return text
end

return upload_headers
