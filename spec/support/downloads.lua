-- Helpers for specs of get_job_output's body.
local assert = require "luassert"
local failure = require "spec.support.failure"
local files = require "spec.support.files"
local streams = require "spec.support.streams"

local downloads = {}

--- Starts `server` (spec.support.scripted) with these steps for its first connection.
-- @return the response to get_job_output
function downloads.output(server, steps, options)
  server:start { steps, fallback = streams.answered "{}" }
  return streams.client(server.url, options):get_job_output(streams.JOB)
end

--- Asserts that a call fails with a transport error of that code, or with a ParamValidationError, and
-- that the error names GetJobOutput.
-- @return the error object
function downloads.assert_failed(code, ...)
  local err = failure(...)
  local kind = code == "ParamValidationError" and "validation" or "transport"
  assert.are.same({ code, kind, kind == "transport", "GetJobOutput" },
    { err.code, err.kind, err.retryable, err.operation }, tostring(err))
  return err
end

--- Calls `use` with a path in an empty directory, and with a function that lists the directory.
function downloads.with_target(use)
  files.with_directory(function(directory)
    use(directory .. "/saved", function() return files.list(directory) end)
  end)
end

--- Saves a body to a device, "/dev/null" for example; see files.with_device.
-- @return what body:save returns
function downloads.save_to_device(body, device)
  return files.with_device(device, function(link) return body:save(link) end)
end

return downloads
