-- A local service with a vault "v", for specs of archives.
--
--   local vault = archives.open()
--   local client = vault.client { … options … }
--   vault.bytes_of(id)         -- what the service has, by way of a retrieval
--   vault.open_uploads()       -- list of the ids of multipart uploads that are under way
--   vault.close()
local glacier = require "glacier"
local service = require "spec.local.service"

local archives = {}

archives.MIB = 1024 * 1024

-- So many bytes, of which no two MiB are alike.
function archives.bytes(count)
  local lines = {}
  for i = 1, math.ceil(count / 64) do lines[i] = ("%63d\n"):format(i * 7919) end
  return table.concat(lines):sub(1, count)
end

local files = {}

-- A file with these bytes, until `clean` or until a vault is closed; returns its path.
function archives.file(bytes)
  local path = os.tmpname()
  files[#files + 1] = path
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  return path
end

-- Removes the files.
function archives.clean()
  while files[1] do os.remove(table.remove(files)) end
end

-- A reader of these bytes that gives them in pieces of odd sizes; `told` gets each piece's size.
function archives.reader(bytes, told)
  local at, turn = 1, 0
  return function(count)
    turn = turn + 1
    local piece = bytes:sub(at, at + (turn % 3 == 0 and 2 * count or turn % 3 == 1 and 17 or count) - 1)
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
  local own = vault.client()
  own:create_vault { vaultName = "v" }
  function vault.bytes_of(id)
    local job = own:initiate_job {
      vaultName = "v", jobParameters = { Type = "archive-retrieval", ArchiveId = id },
    }
    return own:get_job_output({ vaultName = "v", jobId = job.jobId }).body:read "a"
  end
  function vault.open_uploads()
    local list = {}
    for upload in own:each("list_multipart_uploads", { vaultName = "v" }) do
      list[#list + 1] = upload.MultipartUploadId
    end
    return list
  end
  return vault
end

return archives
