-- The headers of uploads: checks sizes, hashes and descriptions.

local errors = require "http.errors"

local upload_headers = {}

local LONGEST_DESCRIPTION = 1024

-- Returns the header's value. Raises MissingParameterValueException if it is missing.
function upload_headers.required(call, name)
  local value = call.headers[name]
  if not value then
    errors.raise("MissingParameterValueException", "Required parameter missing: %s", name)
  end
  return value
end

-- Returns the header's value, which must be an integer.
function upload_headers.number(call, name)
  local value = upload_headers.required(call, name)
  if not value:find "^%d+$" or #value > 15 then
    errors.raise("InvalidParameterValueException", "Invalid %s: %s", name, value)
  end
  return tonumber(value)
end

-- Returns the tree hash in the header, in lower-case hex.
function upload_headers.tree_hash(call)
  local value = upload_headers.required(call, "x-amz-sha256-tree-hash")
  if #value ~= 64 or not value:find "^%x+$" then
    errors.raise("InvalidParameterValueException", "Invalid x-amz-sha256-tree-hash: %s", value)
  end
  return value:lower()
end

-- Raises if a header that an upload needs is missing. signature.lua has checked that
-- x-amz-content-sha256 is the data's hash.
function upload_headers.require_data(call)
  upload_headers.required(call, "content-length")
  upload_headers.required(call, "x-amz-content-sha256")
end

-- Returns the archive's description as sent, or nil. Raises unless it is at most 1024 characters of printable ASCII.
function upload_headers.description(call)
  local text = call.header_texts["x-amz-archive-description"]
  if text and (#text > LONGEST_DESCRIPTION or text:find "[^\32-\126]") then
    errors.raise("InvalidParameterValueException", "Invalid x-amz-archive-description: %s", text)
  end
  return text
end

return upload_headers
