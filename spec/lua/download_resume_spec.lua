-- client:download after its process was killed or a download failed: a later call continues the download.
local child = require "spec.support.child"
local download_world = require "spec.support.download_world"
local failure = require "spec.support.failure"
local files = require "spec.support.files"

local MIB = 1024 * 1024
local RANGES = 6 -- the archive has so many ranges of 1 MiB

describe("a repeated client:download", function()
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

  -- Downloads in a new process, and returns what it prints. The process runs the Lua code `on_event` at each event of
  -- the logger and at each call of `progress`. The code may read `done`, the number of complete ranges of 1 MiB.
  local function in_a_process(on_event, concurrency, before)
    return child({}, ([[
      local events, done = 0, 0
      local function count()
        events = events + 1
        %s
      end
      local client = require("glacier").client { region = %q, endpoint_url = %q, logger = count, env = {},
        credentials = { access_key_id = %q, secret_access_key = %q } }
      print(pcall(client.download, client, { vaultName = "v", jobId = %q, path = %q, partSize = %d, concurrency = %d,
        progress = function(bytes) done = math.floor(bytes / 1048576) count() end }))
    ]]):format(on_event, world.service.region, world.service.url, world.service.access_key_id,
      world.service.secret_access_key, retrieved.jobId, target, MIB, concurrency), before)
  end

  -- Downloads in a process that kills itself at its n-th event. Returns the number of complete ranges, or nil if the
  -- download completed before that event.
  local function killed_at(event, concurrency)
    local printed = in_a_process(([[
      if events == %d then
        print("killed", done)
        io.stdout:flush()
        os.execute "kill -9 $PPID"
        while true do end
      end]]):format(event), concurrency)
    return tonumber(printed:match "killed%s(%d+)")
  end

  -- Completes the download. Returns the number of ranges that this call fetches.
  local function complete()
    trial:assert_whole(client:download(trial:params()))
    return interceptor.count "GetJobOutput"
  end

  it("fetches only the ranges that were missing when the process was killed", function()
    for event = 5, 26, 3 do
      local before = interceptor.count "GetJobOutput"
      local done = assert(killed_at(event, 1), "the process was not killed")
      local fetched = complete() - before
      assert.is_true(fetched == RANGES - done or fetched == RANGES - done - 1,
        ("%d done, %d fetched"):format(done, fetched))
      os.remove(target)
    end
  end)

  it("completes a download after many kills", function()
    local whole
    for event = 10, 60 do
      whole = not killed_at(event, 3)
      if whole then break end
    end
    assert.is_true(whole)
    assert.is_true(files.read(target) == retrieved.bytes)
    assert.are.same({ "archive" }, files.list(directory))
  end)

  it("reports the progress of the earlier call first", function()
    local done = killed_at(16, 1)
    local first
    client:download(trial:params { progress = function(bytes) first = first or bytes end })
    assert.is_true(first >= done * MIB and first > 0)
  end)

  -- Returns the path of the file in the directory whose name has this ending.
  local function path_of(ending)
    for _, name in ipairs(files.list(directory)) do
      if name:sub(-#ending) == ending then return directory .. "/" .. name end
    end
    return nil
  end

  -- Starts a download and interrupts it after three ranges.
  local function stop_after_three()
    failure(client.download, client, trial:params { concurrency = 1, progress = function(done)
      if done == 3 * MIB then error { message = "enough" } end
    end })
    interceptor.requests = {}
  end

  it("ignores an incomplete line of the journal", function()
    stop_after_three()
    local journal = path_of ".journal"
    files.write(journal, files.read(journal):sub(1, -10))
    assert.are.equal(RANGES - 2, complete())
  end)

  it("writes complete lines after an incomplete one", function()
    stop_after_three()
    local journal = path_of ".journal"
    files.write(journal, files.read(journal):sub(1, -10))
    failure(client.download, client, trial:params { concurrency = 1, progress = function(done)
      if done == 4 * MIB then error { message = "enough" } end
    end })
    interceptor.requests = {}
    assert.are.equal(RANGES - 4, complete())
  end)

  it("fetches ranges again that the partial file has lost", function()
    stop_after_three()
    local part = path_of ".part"
    files.write(part, files.read(part):sub(1, 2 * MIB + 5))
    assert.are.equal(RANGES - 2, complete())
  end)

  it("starts again if the journal is empty or the partial file is missing", function()
    stop_after_three()
    files.write(path_of ".journal", "")
    local part = path_of ".part"
    client:download(trial:params())
    assert.are.equal(RANGES, interceptor.count "GetJobOutput")
    os.remove(part) -- its name is no longer in any journal
    os.remove(target)
    stop_after_three()
    os.remove(path_of ".part")
    assert.are.equal(RANGES, complete())
  end)

  for _, size in ipairs { "0", "5", "1048577", "99999999999999" } do
    it("starts again if the journal has the impossible part size " .. size, function()
      stop_after_three()
      local journal = path_of ".journal"
      local text, count = files.read(journal):gsub(" 1048576 ", " " .. size .. " ", 1)
      assert.are.equal(1, count)
      files.write(journal, text)
      assert.are.equal(RANGES, complete())
    end)
  end

  it("continues for another job that retrieved the same archive", function()
    stop_after_three()
    trial:assert_whole(client:download(trial:params { jobId = world:retrieved().jobId }))
    assert.are.equal(RANGES - 3, interceptor.count "GetJobOutput")
  end)

  it("keeps the part size of the earlier call", function()
    stop_after_three()
    trial:assert_whole(client:download(trial:params { partSize = 4 * MIB }))
    assert.are.equal(RANGES - 3, interceptor.count "GetJobOutput")
  end)

  it("starts again for other bytes, and removes the old partial file", function()
    stop_after_three()
    local job_id = world:job { Type = "archive-retrieval", ArchiveId = retrieved.archiveId,
      RetrievalByteRange = "0-2097151" }
    assert.are.equal(2 * MIB, client:download(trial:params { jobId = job_id }).size)
    assert.are.same({ "archive" }, files.list(directory))
  end)

  -- A limit on the size of files simulates a full disk: 7168 blocks of 512 bytes, which is 3.5 MiB.
  it("keeps the complete ranges when the disk is full", function()
    local printed = in_a_process("", 1, "trap '' XFSZ; ulimit -f 7168")
    assert.is_truthy(printed:find("download: cannot write " .. target .. ": File too large", 1, true), printed)
    assert.are.equal(RANGES - 3, complete())
  end)

  it("does not follow a link at the path of its journal", function()
    stop_after_three()
    local journal = path_of ".journal"
    files.write(directory .. "/precious", "precious")
    os.remove(journal)
    assert(os.execute(("ln -s precious '%s'"):format(journal)))
    client:download(trial:params())
    assert.are.equal("precious", files.read(directory .. "/precious"))
    assert.is_true(files.read(target) == retrieved.bytes)
  end)
end)
