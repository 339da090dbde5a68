-- GetJobOutput.

local checksum = require "http.checksum"
local content = require "store.content"
local errors = require "http.errors"
local inventory = require "handlers.inventory"
local jobs = require "handlers.jobs"

local job_output = {}

-- Returns the first and last of `length` bytes that a Range header selects (bytes=0-9, bytes=10-, bytes=-10).
local function range(header, length)
  local from, to = header:match "^bytes=(%d*)%-(%d*)$"
  local first, last = tonumber(from), tonumber(to)
  if last and not first then
    first, last = math.max(length - last, 0), length - 1
  elseif first then
    last = math.min(last or length - 1, length - 1)
  end
  if not first or first > last then
    errors.raise("InvalidParameterValueException", "Invalid Range: %s", header)
  end
  return first, last
end

-- Returns the tree hash of these bytes of the archive, or nil unless both the retrieved range and the downloaded range
-- are tree-hash aligned.
local function hash(job, first, last)
  local length = job.archive_length
  if job.range_hash and checksum.tree_aligned(first, last, length) then
    return checksum.root(content.leaves(job.output.name, checksum.span(first, last)))
  end
end

local function of_archive(job, first, last)
  return {
    ["Content-Type"] = "application/octet-stream",
    ["x-amz-sha256-tree-hash"] = hash(job, job.first + first, job.first + last),
    ["x-amz-archive-description"] = job.archive_description ~= "" and job.archive_description
      or nil,
  }
end

local function of_inventory(job)
  return { ["Content-Type"] = inventory.types[job.inventory.format] }
end

-- The bytes of the Range header count from the start of the range that the job retrieved.
function job_output.get(call)
  local job = jobs.named(call)
  if not job.output then
    errors.raise("InvalidParameterValueException",
      "The job is not currently available for download: %s", job.id)
  end
  local start = job.first or 0
  local length = job.first and job.last - job.first + 1 or job.output.length
  local first, last = 0, length - 1
  if call.headers.range then first, last = range(call.headers.range, length) end
  local headers = (job.inventory and of_inventory or of_archive)(job, first, last)
  headers["Accept-Ranges"] = "bytes"
  if call.headers.range then
    headers["Content-Range"] = ("bytes %.0f-%.0f/%.0f"):format(first, last, length)
  end
  return {
    status = call.headers.range and 206 or 200,
    headers = headers,
    length = last - first + 1,
    send = function() content.send(job.output, start + first, start + last) end,
  }
end

return job_output
