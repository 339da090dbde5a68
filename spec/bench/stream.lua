-- stream.lua up URL FILE | down URL FILE | hash FILE: uploads FILE as an archive, or saves a job's
-- output, checked by its tree hash, as FILE, once; prints the seconds of CPU (user and system), those
-- that passed, and the highest resident memory in KiB. `hash` prints FILE's tree hash.

local core = require "glacier.core"
local glacier = require "glacier"
local params = require "spec.bench.parameters"

local function peak()
  local status = io.open "/proc/self/status"
  return status and status:read "*a":match "VmHWM:%s*(%d+) kB" or 0
end

if arg[1] == "hash" then
  print(glacier.tree_hash(assert(io.open(arg[2], "rb"))))
  return
end

local client = glacier.client(params.client(arg[2]))
local cpu, wall = os.clock(), core.monotonic()
if arg[1] == "up" then
  client:upload_archive { vaultName = "examplevault", body = assert(io.open(arg[3], "rb")) }
else
  local output = client:get_job_output { vaultName = "examplevault", jobId = "job" }
  assert(output.checksum, "no tree hash came to check the body by")
  output.body:save(arg[3])
end
print(("%.3f %.3f %d"):format(os.clock() - cpu, core.monotonic() - wall, peak()))
