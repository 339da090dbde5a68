-- client:download: what it fetches, checks and writes.
local download_world = require "spec.support.download_world"
local failure = require "spec.support.failure"
local files = require "spec.support.files"
local glacier = require "glacier"
local shell = require "spec.support.shell"

local MIB = 1024 * 1024

describe("client:download", function()
  local world, retrieved, trial, directory, target, interceptor, client

  setup(function()
    world = download_world.new()
    retrieved = world:retrieved()
  end)
  teardown(function() world:stop() end)

  before_each(function()
    trial = world:trial(retrieved)
    directory, target, interceptor, client = trial.directory, trial.target, trial.interceptor, trial.client
  end)
  after_each(function() trial:remove() end)

  it("writes the archive to the file, and leaves no other file", function()
    trial:assert_whole(world.client:download(trial:params()))
    local usual = trial:params()
    usual.partSize = nil
    trial:assert_whole(world.client:download(usual))
  end)

  it("fetches each range once, `concurrency` ranges at a time", function()
    trial:assert_whole(client:download(trial:params { concurrency = 3 }))
    local ranges = {}
    for _, request in ipairs(interceptor.requests) do
      ranges[#ranges + 1] = request.operation == "GetJobOutput" and request.headers.Range or nil
    end
    table.sort(ranges)
    assert.are.same({ "bytes=0-1048575", "bytes=1048576-2097151", "bytes=2097152-3145727", "bytes=3145728-4194303",
      "bytes=4194304-5242879", "bytes=5242880-5242886" }, ranges)
    assert.are.equal(3, interceptor.most)
  end)

  it("reports progress before the first range and after each range", function()
    local seen = {}
    world.client:download(trial:params { partSize = 4 * MIB, progress = function(done, total)
      seen[#seen + 1] = { done, total }
    end })
    local total = #retrieved.bytes
    assert.are.same({ 0, total }, seen[1])
    assert.are.same({ total, total }, seen[3])
    assert.are.equal(3, #seen)
  end)

  it("fetches a damaged range again", function()
    local damaged = 0
    function interceptor.after(request, response)
      if request.headers.Range == "bytes=2097152-3145727" and damaged < 2 then
        damaged = damaged + 1
        response.body = "X" .. response.body:sub(2)
      end
    end
    trial:assert_whole(client:download(trial:params()))
    assert.are.equal(2, damaged)
    assert.are.equal(8, interceptor.count "GetJobOutput")
  end)

  it("fetches a range again after a lost connection or too few bytes", function()
    local faults = { "lost", "short" }
    function interceptor.before(request)
      if request.operation == "GetJobOutput" and faults[1] == "lost" then
        table.remove(faults, 1)
        return nil, "connection reset", "ConnectionClosedError"
      end
    end
    function interceptor.after(request, response)
      if request.operation == "GetJobOutput" and faults[1] == "short" then
        table.remove(faults, 1)
        response.body = response.body:sub(1, -2)
        response.headers["content-length"], response.headers["x-amz-sha256-tree-hash"] = nil, nil
      end
    end
    trial:assert_whole(client:download(trial:params()))
    assert.are.same({}, faults)
  end)

  it("gives up after one request failed max_attempts times", function()
    function interceptor.before(request)
      if request.operation == "GetJobOutput" then return nil, "down", "EndpointConnectionError" end
    end
    local function requests_for(job_id)
      local before = interceptor.count "GetJobOutput"
      local err = failure(client.download, client, trial:params { jobId = job_id, concurrency = 1 })
      assert.are.same({ "EndpointConnectionError", 3 }, { err.code, err.attempts })
      return interceptor.count "GetJobOutput" - before
    end
    assert.are.equal(3, requests_for(retrieved.jobId))
    assert.are.equal(3, requests_for(world:job { Type = "inventory-retrieval" }))
  end)

  it("fetches an inventory again after a damaged body", function()
    local damaged = 0
    function interceptor.after(request, response)
      if request.operation == "GetJobOutput" and damaged < 2 then
        damaged = damaged + 1
        response.headers["content-length"] = "1000000"
      end
    end
    local job_id = world:job { Type = "inventory-retrieval" }
    local result = client:download(trial:params { jobId = job_id })
    assert.are.equal(2, damaged)
    assert.are.equal(#files.read(target), result.size)
    assert.are.same({ "archive" }, files.list(directory))
  end)

  it("fails if a range stays damaged, and keeps the complete ranges for the next call", function()
    local broken = true
    function interceptor.after(request, response)
      if broken and request.headers.Range == "bytes=2097152-3145727" then
        response.body = "X" .. response.body:sub(2)
      end
    end
    local err = failure(client.download, client, trial:params { concurrency = 1 })
    assert.are.same({ "ChecksumError", "transport", true }, { err.code, err.kind, err.retryable })
    assert.are.equal(2 + 3, interceptor.count "GetJobOutput")
    local left = table.concat(files.list(directory), " ")
    assert.is_truthy(left:find "%.glacier%-%x+%-0%.journal", left)
    assert.is_truthy(left:find "%.glacier%-%x+%.part", left)
    broken = false
    trial:assert_whole(client:download(trial:params()))
    assert.are.equal(2 + 3 + 4, interceptor.count "GetJobOutput")
  end)

  it("rejects a response with another range", function()
    function interceptor.after(request, response)
      if request.headers.Range == "bytes=0-1048575" then
        response.headers["content-range"] = "bytes 1-1048576/5242887"
      end
    end
    local err = failure(client.download, client, trial:params())
    assert.are.equal("ResponseParserError", err.code)
    assert.is_truthy(err.message:find("bytes 0-1048575/", 1, true), err.message)
  end)

  it("removes the partial file if the hash of the whole is wrong", function()
    function interceptor.after(request, response)
      if request.operation == "GetJobOutput" then
        response.headers["x-amz-sha256-tree-hash"] = nil
        response.body = ("x"):rep(#response.body)
      end
    end
    local err = failure(client.download, client, trial:params())
    assert.are.same({ "ChecksumError", "transport" }, { err.code, err.kind })
    assert.are.same({}, files.list(directory))
  end)

  it("follows a symbolic link, and keeps the link and the mode of its target", function()
    files.write(directory .. "/old", "old")
    shell.run("chmod 640 " .. directory .. "/old && ln -s old " .. target)
    world.client:download(trial:params())
    assert.is_true(files.read(directory .. "/old") == retrieved.bytes)
    assert.are.equal("-rw-r-----", shell.output("ls -l " .. directory .. "/old"):sub(1, 10))
    assert.are.equal("l", shell.output("ls -l " .. target):sub(1, 1))
  end)

  it("writes into a device with one request", function()
    files.with_device("/dev/null", function(link)
      local result = client:download(trial:params { path = link })
      assert.are.same({ #retrieved.bytes, retrieved.hash }, { result.size, result.checksum })
      assert.are.equal(1, interceptor.count "GetJobOutput")
    end)
  end)

  it("writes a complete file if two downloads to one path run at the same time", function()
    local second
    local first = world.client:download(trial:params { concurrency = 1, progress = function(done)
      if done > 0 and not second then
        second = world.client:download(trial:params())
        assert.is_true(files.read(target) == retrieved.bytes)
        assert.is_true(#files.list(directory) == 3)
      end
    end })
    assert.are.same(first, second)
    trial:assert_whole(first)
  end)

  it("writes an inventory unchanged, with one request", function()
    local job_id = world:job { Type = "inventory-retrieval" }
    local seen = 0
    local result = client:download(trial:params { jobId = job_id, progress = function(done) seen = done end })
    local document = world.client:get_job_output({ vaultName = "v", jobId = job_id }).body:read "a"
    assert.is_truthy(document:find(retrieved.archiveId, 1, true))
    assert.are.equal(document, files.read(target))
    assert.are.same({ #document, #document }, { result.size, seen })
    assert.are.equal(glacier.tree_hash(document), result.checksum)
    assert.are.equal(1, interceptor.count "GetJobOutput")
  end)

  it("writes only the range of the archive that the job retrieved", function()
    local job_id = world:job { Type = "archive-retrieval", ArchiveId = retrieved.archiveId,
      RetrievalByteRange = "1048576-4194303" }
    local result = world.client:download(trial:params { jobId = job_id })
    assert.are.equal(3 * MIB, result.size)
    assert.is_true(files.read(target) == retrieved.bytes:sub(MIB + 1, 4 * MIB))
  end)

  it("says whether the job is missing, in progress or failed", function()
    local err = failure(client.download, client, trial:params { jobId = "gone" })
    assert.are.equal("ResourceNotFoundException", err.code)
    assert.is_truthy(err.message:find("24 hours", 1, true), err.message)
    function interceptor.after(_, response)
      response.body = response.body:gsub('"Completed":true', '"Completed":false')
    end
    err = failure(client.download, client, trial:params())
    assert.are.same({ "WaiterError", "waiter" }, { err.code, err.kind })
    assert.is_truthy(err.message:find("in progress", 1, true), err.message)
    assert.are.equal(retrieved.jobId, err.response.JobId)
    function interceptor.after(_, response)
      response.body = response.body:gsub('"StatusCode":"Succeeded"', '"StatusCode":"Failed"')
    end
    assert.is_truthy(failure(client.download, client, trial:params()).message:find("the job failed", 1, true))
  end)

  it("reports all invalid arguments at once, and sends nothing", function()
    local err = failure(client.download, client, { path = 5, partSize = 3, concurrency = 0, progress = 1, more = 1 })
    assert.are.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
    for _, words in ipairs { 'Unknown parameter in input: "more"', '"vaultName"', '"jobId"', "parameter path",
      "parameter partSize", "parameter concurrency", "parameter progress" } do
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
    assert.is_truthy(failure(client.download, client).message:find('"path"', 1, true))
    assert.are.equal(0, #interceptor.requests)
  end)

  it("rejects a path that cannot be written, and names it", function()
    files.with_device("/dev/full", function(full)
      for _, path in ipairs { directory, directory .. "/none/archive", full } do
        local err = failure(world.client.download, world.client, trial:params { path = path })
        assert.are.equal("ParamValidationError", err.code)
        assert.is_truthy(err.message:find(path, 1, true), err.message)
      end
    end)
  end)
end)
