-- The memory that uploads and downloads of any size need.
local child = require "spec.support.child"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"

local MIB = streams.MIB
local body_of = streams.body_of

-- By default, the sanitizer keeps freed memory for a while.
local SMALL = (os.getenv "ASAN_OPTIONS" or "") .. ":quarantine_size_mb=1"

local server = scripted.new()

describe("the memory of an upload", function()
  after_each(function() server:stop() end)

  it("stays under 64 MiB for an archive of 300 MiB", function()
    if not io.open "/proc/self/status" then return pending "there is no /proc here" end
    server:start {
      { { "digest" }, { "send", streams.answer(503, { Connection = "close" }) } },
      { { "digest" }, { "send", streams.answer(201, { ["x-amz-archive-id"] = "a" }) } },
    }
    local printed = child({ ASAN_OPTIONS = SMALL, URL = server.url },
      [[
        local streams = require "spec.support.streams"
        local file = streams.file ""
        file:seek("set", 300 * streams.MIB - 1)
        file:write "\0"
        file:seek "set"
        local client = streams.client(os.getenv "URL", { max_attempts = 2 })
        client:upload_archive { vaultName = "v", body = file }
        local status = io.open("/proc/self/status"):read "*a"
        print(status:match "VmHWM:%s*(%d+) kB")
      ]])
    assert.is_truthy(tonumber(printed), printed)
    assert.is_true(tonumber(printed) < 64 * 1024, printed .. " KiB")
    local requests = server:requests()
    assert.are.equal(2, #requests)
    for _, request in ipairs(requests) do
      assert.are.equal(streams.ZEROS[300].linear, request.sha256)
      assert.are.equal(streams.ZEROS[300].tree, request.fields["x-amz-sha256-tree-hash"])
    end
  end)
end)

describe("the memory of a download", function()
  after_each(function() server:stop() end)

  it("stays under 64 MiB for an output of 300 MiB, for fast and slow readers", function()
    if not io.open "/proc/self/status" then return pending "there is no /proc here" end
    server:start { fallback = streams.flood(300, { ["x-amz-sha256-tree-hash"] = streams.ZEROS[300].tree }) }
    local printed = child({ ASAN_OPTIONS = SMALL, URL = server.url },
      [[
        local streams = require "spec.support.streams"
        local client = streams.client(os.getenv "URL")
        local function body() return client:get_job_output({ vaultName = "v", jobId = "j" }).body end
        assert(require("spec.support.downloads").save_to_device(body(), "/dev/null") == 300 * streams.MIB)
        local slow, fast, length = body(), body(), 0
        slow:read(1)
        for piece in function() return fast:read(65536) end do length = length + #piece end
        assert(length == 300 * streams.MIB)
        local status = io.open("/proc/self/status"):read "*a"
        print(status:match "VmHWM:%s*(%d+) kB")
      ]])
    assert.is_truthy(tonumber(printed), printed)
    assert.is_true(tonumber(printed) < 64 * 1024, printed .. " KiB")
  end)

  it("grows linearly with the size of a read", function()
    local body = body_of(("x"):rep(4 * MIB), 16)
    collectgarbage()
    collectgarbage "stop"
    local before = collectgarbage "count"
    assert.are.equal(4 * MIB, #body:read(4 * MIB))
    local made = collectgarbage "count" - before
    collectgarbage "restart"
    assert.is_true(made < 256 * 1024, made .. " KiB") -- copying the whole for each chunk would take 512 GiB
  end)
end)
