-- stream.lua up URL FILE | down URL FILE: uploads FILE as an archive, or saves a job's output as FILE and
-- checks its tree hash, once. Prints the seconds of CPU (user and system), the elapsed seconds, and the
-- peak of the resident memory in KiB.
-- stream.lua hash FILE: prints FILE's tree hash.

local glacier = require "glacier"
local measure = require "spec.bench.measure"
local params = require "spec.bench.parameters"

if arg[1] == "hash" then
  print(glacier.tree_hash(assert(io.open(arg[2], "rb"))))
  return
end

local client = glacier.client(params.client(arg[2]))

local function up()
  client:upload_archive { vaultName = "examplevault", body = assert(io.open(arg[3], "rb")) }
end

local function down()
  local output = client:get_job_output { vaultName = "examplevault", jobId = "job" }
  assert(output.checksum, "the response has no tree hash")
  output.body:save(arg[3])
end

local cpu, wall = measure.run(arg[1] == "up" and up or down)
print(("%.3f %.3f %d"):format(cpu, wall, measure.peak()))
