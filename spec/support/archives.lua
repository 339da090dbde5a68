-- A local service with a vault "v", for specs of archives.
--
--   local vault = archives.open()
--   local client = vault.client { … options … }
--   vault.bytes_of(id)         -- the archive's bytes, by a retrieval job
--   vault.open_uploads()       -- list of the IDs of open multipart uploads
--   vault.close()
local files = require "spec.support.files"
local glacier = require "glacier"
local service = require "spec.support.local_service"

local archives = {}

archives.MIB = 1024 * 1024

--- Returns `count` bytes; no two MiBs are the same.
function archives.bytes(count)
  local lines = {}
  for i = 1, math.ceil(count / 64) do lines[i] = ("%63d\n"):format(i * 7919) end
  return table.concat(lines):sub(1, count)
end

local temporary = {}

--- Creates a file with these bytes, which `clean` and closing a vault remove; returns its path.
function archives.file(bytes)
  local path = os.tmpname()
  temporary[#temporary + 1] = path
  files.write(path, bytes)
  return path
end

--- Removes the files.
function archives.clean()
  while temporary[1] do os.remove(table.remove(temporary)) end
end

--- Returns a reader of these bytes, which ignores the requested sizes. It calls `told` with the size of each chunk.
function archives.reader(bytes, told)
  local at, calls = 1, 0
  return function(count)
    calls = calls + 1
    local piece = bytes:sub(at, at + (calls % 3 == 0 and 2 * count or calls % 3 == 1 and 17 or count) - 1)
    at = at + #piece
    if told then told(#piece) end
    return piece ~= "" and piece or nil
  end
end

function archives.open()
  local running = service.start { job_delay = 0 }
  local vault = {
    close = function()
      running.stop()
      archives.clean()
    end,
    environment = {
      AWS_ENDPOINT_URL_GLACIER = running.url, AWS_REGION = running.region,
      AWS_ACCESS_KEY_ID = running.access_key_id, AWS_SECRET_ACCESS_KEY = running.secret_access_key,
    },
  }
  function vault.client(options)
    local given = { env = vault.environment }
    for name, value in pairs(options or {}) do given[name] = value end
    return glacier.client(given)
  end
  local client = vault.client()
  client:create_vault { vaultName = "v" }
  function vault.bytes_of(id)
    local job = client:initiate_job {
      vaultName = "v", jobParameters = { Type = "archive-retrieval", ArchiveId = id },
    }
    return client:get_job_output({ vaultName = "v", jobId = job.jobId }).body:read "a"
  end
  function vault.open_uploads()
    local list = {}
    for upload in client:each("list_multipart_uploads", { vaultName = "v" }) do
      list[#list + 1] = upload.MultipartUploadId
    end
    return list
  end
  -- Aborts every open multipart upload.
  function vault.abort_uploads()
    for _, id in ipairs(vault.open_uploads()) do
      client:abort_multipart_upload { vaultName = "v", uploadId = id }
    end
  end
  return vault
end

return archives
