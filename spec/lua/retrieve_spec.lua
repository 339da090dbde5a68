-- client:retrieve and client:list_archives: start a job, wait for it, and read its output in one call.
local download_world = require "spec.support.download_world"
local failure = require "spec.support.failure"
local files = require "spec.support.files"
local glacier = require "glacier"

describe("client:retrieve", function()
  local world, archive, bytes, directory, target

  setup(function()
    world = download_world.new(1)
    bytes = ("archive "):rep(1000)
    archive = world.client:upload_archive { vaultName = "v", body = bytes, archiveDescription = 'a "b"' }
  end)
  teardown(function() world:stop() end)
  before_each(function()
    directory = files.directory()
    target = directory .. "/archive"
  end)
  after_each(function() files.remove(directory) end)

  local function jobs(action)
    local list = {}
    for job in world.client:each("list_jobs", { vaultName = "v" }) do
      if job.Action == action then list[#list + 1] = job end
    end
    return list
  end

  local function params(more)
    local all = { vaultName = "v", archiveId = archive.archiveId, path = target, delay = 0.05 }
    for name, value in pairs(more or {}) do all[name] = value end
    return all
  end

  it("starts a job, waits for it, and writes the archive; a second call uses the same job", function()
    local result = world.client:retrieve(params())
    assert.are.same({ path = target, size = #bytes, checksum = archive.checksum, jobId = result.jobId }, result)
    assert.are.equal(result.jobId, jobs("ArchiveRetrieval")[1].JobId)
    assert.are.equal(bytes, files.read(target))
    assert.are.equal(result.jobId, world.client:retrieve(params()).jobId)
    assert.are.equal(1, #jobs "ArchiveRetrieval")
  end)

  it("starts no job if the file cannot be written", function()
    local other = world.client:upload_archive { vaultName = "v", body = "never retrieved" }
    for _, path in ipairs { directory, directory .. "/missing/archive" } do
      local err = failure(world.client.retrieve, world.client, params { archiveId = other.archiveId, path = path })
      assert.are.equal("ParamValidationError", err.code)
      assert.is_nil(err.jobId)
    end
    for _, job in ipairs(jobs "ArchiveRetrieval") do
      assert.are_not.equal(other.archiveId, job.ArchiveId)
    end
  end)

  it("leaves no file if the service does not start the job", function()
    local err = failure(world.client.retrieve, world.client, params { archiveId = "missing" })
    assert.are.same({ "ResourceNotFoundException", "InitiateJob" }, { err.code, err.operation })
    assert.is_nil(err.jobId)
    assert.are.same({}, files.list(directory))
  end)

  it("uses a given job", function()
    local job_id = world.client:initiate_job { vaultName = "v", jobParameters = {
      Type = "archive-retrieval", ArchiveId = archive.archiveId, Tier = "Bulk" } }.jobId
    assert.are.equal(job_id, world.client:retrieve(params { jobId = job_id }).jobId)
  end)

  it("does not use a job that retrieves a range", function()
    local large = world.client:upload_archive { vaultName = "v", body = ("x"):rep(1048576 + 1) }
    world.client:initiate_job { vaultName = "v", jobParameters = {
      Type = "archive-retrieval", ArchiveId = large.archiveId, RetrievalByteRange = "0-1048575" } }
    assert.are.equal(1048577, world.client:retrieve(params { archiveId = large.archiveId }).size)
  end)

  it("rejects a given job that retrieves a range", function()
    local large = world.client:upload_archive { vaultName = "v", body = ("y"):rep(1048576 + 1) }
    local function retrieve(range)
      local job_id = world:job { Type = "archive-retrieval", ArchiveId = large.archiveId, RetrievalByteRange = range }
      return pcall(world.client.retrieve, world.client, params { archiveId = large.archiveId, jobId = job_id })
    end
    local good, err = retrieve "0-1048575"
    assert.is_false(good)
    assert.are.equal("ParamValidationError", err.code)
    assert.is_truthy(err.message:find("0-1048575", 1, true), err.message)
    assert.are.same({}, files.list(directory))
    local whole, result = retrieve "0-1048576"
    assert.is_true(whole)
    assert.are.equal(1048577, result.size)
  end)

  it("rejects a job of another archive, and its errors name the job", function()
    local other = world.client:upload_archive { vaultName = "v", body = "fourth" }
    local job_id = world:job { Type = "archive-retrieval", ArchiveId = other.archiveId }
    local err = failure(world.client.retrieve, world.client, params { jobId = job_id })
    assert.are.same({ "ParamValidationError", job_id }, { err.code, err.jobId })
    local another = world.client:upload_archive { vaultName = "v", body = "fifth" }
    err = failure(world.client.retrieve, world.client, params {
      archiveId = another.archiveId,
      on_wait = function(job)
        job_id = job.JobId
        files.remove(directory)
      end,
    })
    assert.are.same({ "ParamValidationError", job_id }, { err.code, err.jobId })
  end)

  it("reports all invalid arguments at once", function()
    local err = failure(world.client.retrieve, world.client, { tier = 5, on_wait = 5, delay = -1 })
    for _, words in ipairs { '"vaultName"', '"archiveId"', '"path"', "parameter tier", "parameter on_wait",
      "parameter delay" } do
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
  end)

  -- The jobs of this service do not complete while the test runs.
  it("calls on_wait with the job, and uses a job in progress only if it has the same tier", function()
    local slow = download_world.new(3600)
    finally(function() slow:stop() end)
    local uploaded = slow.client:upload_archive { vaultName = "v", body = bytes }
    local seen
    local function retrieve(tier)
      return failure(slow.client.retrieve, slow.client, params {
        archiveId = uploaded.archiveId, tier = tier, on_wait = function(job)
          seen = job
          error { message = "enough" }
        end,
      }).jobId
    end
    local standard = retrieve()
    assert.are.same({ standard, "InProgress", "Standard" }, { seen.JobId, seen.StatusCode, seen.Tier })
    local bulk = retrieve "Bulk"
    assert.are_not.equal(standard, bulk)
    assert.are.same({ bulk, standard }, { retrieve "Bulk", retrieve "Standard" })
  end)

  for _, format in ipairs { "JSON", "CSV" } do
    it("is accompanied by list_archives, which lists the archives of a vault in " .. format, function()
      local given = { vaultName = "v", format = format, delay = 0.05 }
      local found
      for listed, info in world.client:list_archives(given) do
        found = listed.ArchiveId == archive.archiveId and listed or found
        assert.are.equal(format == "JSON", info.VaultARN ~= nil)
      end
      assert.are.same({ #bytes, 'a "b"', archive.checksum },
        { found.Size, found.ArchiveDescription, found.SHA256TreeHash })
      local count = #jobs "InventoryRetrieval"
      assert.is_table((world.client:list_archives(given))())
      assert.are.equal(count, #jobs "InventoryRetrieval")
    end)
  end
end)

-- A service whose jobs have this description, and whose output of a job is this body. The host's wait takes `pause`
-- seconds of the clock, however short the wait is.
local function client_of(description, body, pause)
  local now = 1350000000
  return glacier.client {
    region = "us-west-2", env = {}, credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRET" },
    clock = function() return now end,
    wait = function() now = now + (pause or 1) end,
    transport = function(request)
      local is_output = request.url:find "/output$"
      return { status = 200, headers = { ["x-amzn-RequestId"] = "r" }, body = is_output and body or description }
    end,
  }
end

describe("the wait for a job", function()
  it("ends after a week, also with a delay of less than a second", function()
    local client, polls = client_of('{"Action":"InventoryRetrieval","StatusCode":"InProgress"}', nil, 86400), 0
    local err = failure(client.list_archives, client, { vaultName = "v", jobId = "j", delay = 0.5, on_wait = function()
      polls = polls + 1
      assert(polls < 20, "it does not end")
    end })
    assert.are.same({ "WaiterError", "j", 7 }, { err.code, err.jobId, polls })
  end)
end)

describe("the iterator of list_archives", function()
  it("names the job in all of its errors", function()
    local done = '{"Action":"InventoryRetrieval","Completed":true,"StatusCode":"Succeeded"}'
    local bodies = { ['{"VaultARN":"a","ArchiveList":[{'] = 0, ['{"ArchiveList":[{"ArchiveId":"a"},'] = 1 }
    for body, count in pairs(bodies) do
      local client = client_of(done, body)
      local next_archive = client:list_archives { vaultName = "v", jobId = "j" }
      for _ = 1, count do assert.are.equal("a", next_archive().ArchiveId) end
      local err = failure(next_archive)
      assert.are.same({ "ResponseParserError", "j" }, { err.code, err.jobId })
      err = failure(next_archive)
      assert.are.same({ "ParamValidationError", "j" }, { err.code, err.jobId })
    end
  end)
end)
