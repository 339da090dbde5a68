-- Helpers for specs of the bodies of upload_archive and upload_multipart_part.
local assert = require "luassert"
local failure = require "spec.support.failure"
local streams = require "spec.support.streams"

local uploads = {}

-- Responses as bytes.
uploads.CREATED = streams.answer(201, { ["x-amz-archive-id"] = "ID" })
uploads.BUSY = streams.answer(503, { Connection = "close" },
  '{"code":"ServiceUnavailableException","type":"Server"}')

-- The steps of a connection that accepts one upload.
uploads.ACCEPTED = { { "digest" }, { "send", uploads.CREATED } }

-- Returns the steps of a connection that accepts `count` uploads (100).
function uploads.accepting(count)
  local steps = {}
  for _ = 1, count or 100 do
    for _, step in ipairs(uploads.ACCEPTED) do steps[#steps + 1] = step end
  end
  return steps
end

-- The kinds of bodies: each function creates a body of its kind from bytes.
uploads.KINDS = {
  string = function(bytes) return bytes end,
  file = streams.file,
  reader = function(bytes) return streams.reader(bytes, 100003) end,
}

--- Asserts that a call raises a ParamValidationError about the parameter body whose message contains
-- `words`.
function uploads.assert_rejected(words, ...)
  local err = failure(...)
  assert.are.same({ "ParamValidationError", "validation", "UploadArchive" },
    { err.code, err.kind, err.operation }, tostring(err))
  assert.is_truthy(err.message:find("Parameter validation failed:\n", 1, true), err.message)
  assert.is_truthy(err.message:find("for parameter body, ", 1, true), err.message)
  assert.is_truthy(err.message:find(words, 1, true), err.message)
end

--- Asserts that a request has the bytes of `row` (one of streams.HASHES) and both their hashes.
function uploads.assert_sent(row, request)
  assert.are.equal(row.size, request.length)
  assert.are.equal(row.linear, request.sha256)
  assert.are.equal(row.linear, request.fields["x-amz-content-sha256"])
  assert.are.equal(row.tree, request.fields["x-amz-sha256-tree-hash"])
end

return uploads
