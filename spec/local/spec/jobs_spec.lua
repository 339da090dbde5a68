-- Retrieval jobs of the local service, tested without the project's client.

local assert_service_error = require "spec.support.assert_service_error"
local cjson = require "cjson"
local local_vault = require "spec.support.local_vault"
local archive_requests = require "spec.support.archive_requests"
local signed_http = require "spec.support.signed_http"

local VAULT = local_vault.PATH
local JOBS = VAULT .. "/jobs"
local ARN = local_vault.ARN
local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local MIB = 1048576
local INVALID, MISSING = "InvalidParameterValueException", "MissingParameterValueException"
local NOT_FOUND = "ResourceNotFoundException"
local DATE = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$"

local function job_starter(send)
  return function(parameters)
    return send("POST", JOBS, { body = cjson.encode(parameters) })
  end
end

describe("a retrieval job of the local service", function()
  local running, send, start

  setup(function()
    running, send = local_vault.start { job_delay = 0 }
    start = job_starter(send)
  end)
  teardown(function() running.stop() end)

  local function retrieve(archive, more)
    local parameters = { Type = "archive-retrieval", ArchiveId = archive }
    for name, value in pairs(more or {}) do parameters[name] = value end
    return start(parameters)
  end

  local function job_of(archive, more)
    return JOBS .. "/" .. retrieve(archive, more).headers["x-amz-job-id"]
  end

  it("is described with the archive that it retrieves", function()
    local archive = archive_requests.archive(send, VAULT, "Welcome to Amazon Glacier.")
    local hash = archive_requests.tree_hash "Welcome to Amazon Glacier."
    local response = retrieve(archive, { Description = "a job", SNSTopic = TOPIC, Tier = "Bulk" })
    assert.are.equal(202, response.status)
    local id = response.headers["x-amz-job-id"]
    assert.are.equal("/012345678901/vaults/examplevault/jobs/" .. id, response.headers.location)
    local job = send("GET", JOBS .. "/" .. id).json
    assert.truthy(job.CreationDate:find(DATE))
    assert.truthy(job.CompletionDate:find(DATE))
    job.CreationDate, job.CompletionDate = nil, nil
    local null = cjson.null
    assert.are.same({
      Action = "ArchiveRetrieval", ArchiveId = archive, ArchiveSHA256TreeHash = hash,
      ArchiveSizeInBytes = 26, Completed = true, InventoryRetrievalParameters = null,
      InventorySizeInBytes = null, JobDescription = "a job", JobId = id, JobOutputPath = null,
      OutputLocation = null, RetrievalByteRange = "0-25", SelectParameters = null,
      SHA256TreeHash = hash, SNSTopic = TOPIC, StatusCode = "Succeeded",
      StatusMessage = "Succeeded", Tier = "Bulk", VaultARN = ARN,
    }, job)
  end)

  it("returns the archive or a range of it", function()
    local text = archive_requests.data(5 * MIB + 5)
    local path = job_of(archive_requests.archive(send, VAULT, text, "my  archive"))
    local whole = send("GET", path .. "/output")
    assert.are.equal(200, whole.status)
    assert.are.equal(text, whole.body)
    assert.are.equal("application/octet-stream", whole.headers["content-type"])
    assert.are.equal("bytes", whole.headers["accept-ranges"])
    assert.are.equal("my  archive", whole.headers["x-amz-archive-description"])
    assert.are.equal(archive_requests.tree_hash(text), whole.headers["x-amz-sha256-tree-hash"])
    assert.is_nil(whole.headers["content-range"])
    for range, expected in pairs {
      ["bytes=0-9"] = { 0, 9 }, ["bytes=5242880-"] = { 5 * MIB, #text - 1, true },
      ["bytes=-7"] = { #text - 7, #text - 1 }, ["bytes=3-99999999"] = { 3, #text - 1 },
      ["bytes=0-5242884"] = { 0, #text - 1, true }, ["bytes=0-1048575"] = { 0, MIB - 1, true },
      ["bytes=1048576-3145727"] = { MIB, 3 * MIB - 1 },
      ["bytes=2097152-4194303"] = { 2 * MIB, 4 * MIB - 1, true },
      ["bytes=4194304-5242884"] = { 4 * MIB, #text - 1, true },
      ["bytes=0-3145727"] = { 0, 3 * MIB - 1 },
    } do
      local part = send("GET", path .. "/output", { headers = { range = range } })
      local bytes = text:sub(expected[1] + 1, expected[2] + 1)
      assert.are.equal(206, part.status, range)
      assert.is_true(part.body == bytes, range)
      assert.are.equal(("bytes %d-%d/%d"):format(expected[1], expected[2], #text),
        part.headers["content-range"])
      assert.are.equal(expected[3] and archive_requests.tree_hash(bytes) or nil,
        part.headers["x-amz-sha256-tree-hash"], range)
    end
    for _, range in ipairs { "bytes=5242885-", "bytes=2-1", "bytes=-", "bytes=a-b", "0-1" } do
      assert_service_error(send("GET", path .. "/output", { headers = { range = range } }), 400, INVALID,
        "Invalid Range: " .. range)
    end
  end)

  it("accepts a range that is aligned to MiBs", function()
    local text = archive_requests.data(5 * MIB + 5)
    local archive = archive_requests.archive(send, VAULT, text)
    for range, aligned in pairs { ["1048576-3145727"] = false, ["2097152-4194303"] = true,
      ["4194304-5242884"] = true, ["3145728-5242884"] = false, ["0-5242884"] = true } do
      local path = job_of(archive, { RetrievalByteRange = range })
      local first, last = range:match "(%d+)-(%d+)"
      local bytes = text:sub(first + 1, last + 1)
      local job, output = send("GET", path).json, send("GET", path .. "/output")
      assert.are.equal(range, job.RetrievalByteRange)
      assert.are.equal(aligned and archive_requests.tree_hash(bytes) or cjson.null, job.SHA256TreeHash)
      assert.are.equal(200, output.status)
      assert.is_true(output.body == bytes)
      assert.are.equal(aligned and archive_requests.tree_hash(bytes) or nil,
        output.headers["x-amz-sha256-tree-hash"])
      local part = send("GET", path .. "/output", { headers = { range = "bytes=0-1048575" } })
      assert.is_true(part.body == bytes:sub(1, MIB))
      assert.are.equal(aligned, part.headers["x-amz-sha256-tree-hash"] ~= nil)
    end
    for _, range in ipairs { "0-1048574", "1-1048575", "0-5242885", "0-6291455", "2097152-1048575",
      "5242885-5242885", "0", "a-b", "" } do
      assert_service_error(retrieve(archive, { RetrievalByteRange = range }), 400, INVALID,
        "Invalid RetrievalByteRange: " .. range)
    end
  end)

  it("is rejected if its parameters are invalid", function()
    local archive = archive_requests.archive(send, VAULT, "x")
    assert_service_error(start { ArchiveId = archive }, 400, MISSING, "Required parameter missing: Type")
    assert_service_error(start { Type = "archive-retrieval" }, 400, MISSING, "ArchiveId")
    assert_service_error(retrieve "x", 404, NOT_FOUND, "The archive ID was not found: x")
    assert_service_error(start { Type = "select", ArchiveId = archive }, 400, INVALID,
      "Invalid job type: select")
    assert_service_error(start { Type = 1 }, 400, "SerializationException", "Type")
    for name, value in pairs { Tier = "Fast", Description = "\n", SNSTopic = "mytopic" } do
      assert_service_error(retrieve(archive, { [name] = value }), 400, INVALID, "Invalid")
    end
    assert_service_error(retrieve(archive, { Description = ("x"):rep(1025) }), 400, INVALID, "Description")
    assert_service_error(retrieve(archive, { InventoryRetrievalParameters = { Limit = "1" } }), 400,
      INVALID, "InventoryRetrievalParameters is not allowed for archive-retrieval jobs.")
    local vault = send("POST", "/-/vaults/other/jobs", { body = '{"Type":"inventory-retrieval"}' })
    assert_service_error(vault, 404, NOT_FOUND, "Vault not found for ARN: ")
    for _, path in ipairs { "/x", "/x/output" } do
      assert_service_error(send("GET", JOBS .. path), 404, NOT_FOUND, "The job ID was not found: x")
    end
  end)
end)

describe("a job of the local service that takes time", function()
  local running, send, start

  setup(function()
    running, send = local_vault.start { job_delay = 600, region = "us-west-2" }
    start = job_starter(send)
  end)
  teardown(function() running.stop() end)

  it("is in progress and has no output before it completes", function()
    local archive = archive_requests.archive(send, VAULT, "x")
    local started = start { Type = "archive-retrieval", ArchiveId = archive }
    local path = JOBS .. "/" .. started.headers["x-amz-job-id"]
    local job = send("GET", path).json
    assert.is_false(job.Completed)
    assert.are.equal("InProgress", job.StatusCode)
    assert.are.equal("Operation in progress.", job.StatusMessage)
    assert.are.equal(cjson.null, job.CompletionDate)
    assert.are.equal("Standard", job.Tier)
    assert.are.equal(archive_requests.tree_hash "x", job.SHA256TreeHash)
    assert_service_error(send("GET", path .. "/output"), 400, INVALID,
      "The job is not currently available for download: " .. job.JobId)
    send("DELETE", VAULT .. "/archives/" .. archive)
  end)

  it("is listed by its status, in pages of at most fifty jobs", function()
    send("PUT", VAULT)
    while #send("GET", JOBS).json.JobList < 50 do start { Type = "inventory-retrieval" } end
    local last = start({ Type = "inventory-retrieval" }).headers["x-amz-job-id"]
    local function list(parameters)
      return send("GET", JOBS, { query = signed_http.query(parameters) })
    end
    local first = list({}).json
    assert.are.equal(50, #first.JobList)
    assert.are.equal(last, first.Marker)
    local rest = list({ marker = first.Marker }).json
    assert.are.equal(1, #rest.JobList)
    assert.are.equal(last, rest.JobList[1].JobId)
    assert.are.equal(cjson.null, rest.Marker)
    assert.are.equal(first.JobList[4].JobId, list({ limit = "3" }).json.Marker)
    for query, count in pairs { ["completed=true"] = 0, ["completed=false"] = 50,
      ["statuscode=InProgress"] = 50, ["statuscode=Succeeded"] = 0,
      ["completed=true&statuscode=InProgress"] = 0 } do
      assert.are.equal(count, #send("GET", JOBS, { query = query }).json.JobList, query)
    end
    assert_service_error(list { statuscode = "finished" }, 400, INVALID,
      "The job status code is not valid: finished")
    assert_service_error(list { completed = "yes" }, 400, INVALID, "yes")
    assert_service_error(list { limit = "x" }, 400, INVALID, "Invalid limit: x")
    assert_service_error(list { marker = "x" }, 400, INVALID, "Invalid marker: x")
    send("DELETE", VAULT)
    send("PUT", VAULT)
    assert.are.equal('{"JobList":[],"Marker":null}', send("GET", JOBS).body)
  end)
end)

describe("a job of the local service whose archive is deleted before it completes", function()
  it("fails", function()
    local running, send = local_vault.start { job_delay = 0.3 }
    local path, job
    repeat -- until the archive is deleted in time
      local archive = archive_requests.archive(send, VAULT, "x")
      local started = job_starter(send) { Type = "archive-retrieval", ArchiveId = archive }
      send("DELETE", VAULT .. "/archives/" .. archive)
      path = JOBS .. "/" .. started.headers["x-amz-job-id"]
      job = send("GET", path).json
    until not job.Completed
    repeat job = send("GET", path).json until job.Completed
    assert.are.equal("Failed", job.StatusCode)
    assert_service_error(send("GET", path .. "/output"), 400, INVALID, "not currently available")
    local failed = send("GET", JOBS, { query = "completed=true&statuscode=Failed" }).json
    assert.are.equal(job.JobId, failed.JobList[1].JobId)
    running.stop()
  end)
end)
