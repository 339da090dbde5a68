-- client:upload against the local service: the stored archive is equal to the input.
local archives = require "spec.support.archives"
local interceptors = require "spec.support.interceptor"
local glacier = require "glacier"
local source = require "glacier.body.source"

local MIB = archives.MIB

describe("an upload", function()
  local vault, client

  lazy_setup(function()
    vault = archives.open()
    client = vault.client()
  end)

  lazy_teardown(function()
    vault.close()
  end)

  after_each(function()
    assert.are.same({}, vault.open_uploads())
  end)

  local function upload(args, by)
    args.vaultName = "v"
    return (by or client):upload(args)
  end

  -- Each function returns the arguments that upload these bytes.
  local kinds = {
    string = function(bytes) return { body = bytes } end,
    path = function(bytes) return { path = archives.file(bytes) } end,
    ["open file"] = function(bytes) return { body = assert(io.open(archives.file(bytes), "rb")) } end,
    ["open file that is read from its middle"] = function(bytes)
      local file = assert(io.open(archives.file("what is not meant" .. bytes), "rb"))
      file:seek("set", #"what is not meant")
      return { body = file }
    end,
    pipe = function(bytes) return { body = assert(io.popen("cat " .. archives.file(bytes))) } end,
    reader = function(bytes) return { reader = archives.reader(bytes) } end,
    ["reader that ignores what is asked for"] = function(bytes)
      return { body = function()
        local whole = bytes
        bytes = nil
        return whole
      end }
    end,
  }

  for name, of in pairs(kinds) do
    for _, size in ipairs { 1, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 5 * MIB } do
      it(("stores %d bytes of a %s with their hash"):format(size, name), function()
        local bytes = archives.bytes(size)
        local args = of(bytes)
        args.partSize = MIB
        local output = upload(args)
        assert.are.equal(glacier.tree_hash(bytes), output.checksum)
        assert.are.equal(size > MIB, output.uploadId ~= nil)
        assert.are.equal("/" .. "012345678901" .. "/vaults/v/archives/" .. output.archiveId, output.location)
        assert.are.equal(201, output.ResponseMetadata.HTTPStatusCode)
      end)
    end

    it(("can be retrieved after it was read from a %s"):format(name), function()
      local bytes = archives.bytes(3 * MIB + 17)
      local args = of(bytes)
      args.partSize = MIB
      assert.is_true(bytes == vault.bytes_of(upload(args).archiveId))
    end)
  end

  it("leaves the caller's file open, and closes a file that it opened", function()
    local path = archives.file "some bytes"
    local file = assert(io.open(path, "rb"))
    upload { body = file }
    assert.are.equal("file", io.type(file))
    file:close()
    local opened, open = {}, io.open
    io.open = function(...) -- luacheck: ignore
      local one = open(...)
      opened[#opened + 1] = one
      return one
    end
    local good = pcall(upload, { path = path })
    local bad = pcall(upload, { path = path, progress = function() error "stop" end })
    io.open = open -- luacheck: ignore
    assert.are.same({ true, false }, { good, bad })
    assert.are.equal(2, #opened)
    for _, one in ipairs(opened) do assert.are.equal("closed file", io.type(one)) end
  end)

  it("sends its description in one request or in parts", function()
    local interceptor = interceptors.new()
    local by = vault.client { transport = interceptor.transport }
    upload({ body = "x", archiveDescription = "small" }, by)
    upload({ body = archives.bytes(MIB + 1), partSize = MIB, archiveDescription = "large" }, by)
    assert.are.equal("small", interceptor.requests[1].headers["x-amz-archive-description"])
    assert.are.equal("large", interceptor.requests[2].headers["x-amz-archive-description"])
  end)

  it("sends its requests to the account of accountId", function()
    local interceptor = interceptors.new()
    local by = vault.client { transport = interceptor.transport }
    upload({ body = archives.bytes(MIB + 1), partSize = MIB, accountId = "012345678901" }, by)
    assert.are.equal(4, #interceptor.requests)
    for _, request in ipairs(interceptor.requests) do
      assert.matches("^http://[^/]+/012345678901/vaults/v/", request.url)
    end
  end)

  it("sends each part once, in the size of partSize", function()
    local interceptor = interceptors.new()
    upload({ body = archives.bytes(5 * MIB), partSize = 2 * MIB }, vault.client { transport = interceptor.transport })
    local ranges = interceptor.ranges()
    table.sort(ranges)
    assert.are.same({ "0-2097151", "2097152-4194303", "4194304-5242879" }, ranges)
  end)

  it("has parts of 4 MiB by default", function()
    local interceptor = interceptors.new()
    upload({ body = archives.bytes(4 * MIB + 1) }, vault.client { transport = interceptor.transport })
    local ranges = interceptor.ranges()
    table.sort(ranges)
    assert.are.same({ "0-4194303", "4194304-4194304" }, ranges)
  end)

  for _, row in ipairs { { nil, 4 }, { 1, 1 }, { 3, 3 }, { 100, 9 } } do
    it(("has %d parts in flight at once for a concurrency of %s"):format(row[2], tostring(row[1])), function()
      local interceptor = interceptors.new()
      upload({ body = archives.bytes(9 * MIB), partSize = MIB, concurrency = row[1] },
        vault.client { transport = interceptor.transport })
      assert.are.equal(row[2], interceptor.most)
    end)
  end

  it("keeps only the parts in flight of a reader in memory", function()
    local read, done, most = 0, 0, 0
    upload {
      reader = archives.reader(archives.bytes(12 * MIB), function(count)
        read = read + count
        most = math.max(most, read - done)
      end),
      partSize = MIB, concurrency = 3, progress = function(bytes) done = bytes end,
    }
    assert.are.equal(12 * MIB, read)
    -- The limit has room for one more chunk, which shows whether another part follows; a chunk may be twice as long as
    -- requested.
    assert.is_true(most <= 3 * MIB + 512 * 1024, most)
  end)

  it("reads only the first byte of a file into Lua, to detect an empty file", function()
    local path = archives.file(archives.bytes(6 * MIB))
    local file, total = assert(io.open(path, "rb")), 0
    local methods = getmetatable(file).__index
    local read = methods.read
    methods.read = function(self, count)
      local piece = read(self, count)
      total = total + (piece and #piece or 0)
      return piece
    end
    local good, err = pcall(upload, { body = file, partSize = 2 * MIB })
    methods.read = read
    file:close()
    assert(good, err)
    assert.are.equal(1, total)
  end)

  it("hashes every byte once", function()
    local hashed, hash = 0, source.hash
    source.hash = function(...)
      local result = hash(...)
      hashed = hashed + result.length
      return result
    end
    local good, err = pcall(upload, { body = archives.bytes(5 * MIB), partSize = MIB })
    source.hash = hash
    assert(good, err)
    assert.are.equal(5 * MIB, hashed)
  end)

  it("calls progress at its beginning and after each part, with the upload ID", function()
    local told = {}
    local output = upload {
      body = archives.bytes(3 * MIB - 1), partSize = MIB, concurrency = 1,
      progress = function(...) told[#told + 1] = { ... } end,
    }
    local total, id = 3 * MIB - 1, output.uploadId
    assert.are.same({
      { 0, total, id }, { MIB, total, id }, { 2 * MIB, total, id }, { total, total, id },
    }, told)
  end)

  it("calls progress with one request as well", function()
    local told = {}
    upload { body = "bytes", progress = function(...) told[#told + 1] = { ... } end }
    assert.are.same({ { 0, 5 }, { 5, 5 } }, told)
  end)

  it("returns the archive if progress raises after it was stored with one request", function()
    for _, reason in ipairs { {}, "stop" } do
      local output = upload { body = "bytes", progress = function(done) if done > 0 then error(reason, 0) end end }
      assert.is_string(output.archiveId)
    end
  end)

  it("with one request is not sent if progress raises before", function()
    local interceptor, reason = interceptors.new(), {}
    local by = vault.client { transport = interceptor.transport }
    local good, err = pcall(by.upload, by, { vaultName = "v", body = "x", progress = function() error(reason, 0) end })
    assert.is_false(good)
    assert.are.equal(reason, err)
    assert.are.equal(0, #interceptor.requests)
  end)

  it("reports the total of a reader as soon as it is known", function()
    local told = {}
    upload {
      reader = archives.reader(archives.bytes(3 * MIB)), partSize = MIB, concurrency = 1,
      progress = function(done, total) told[#told + 1] = { done, total or "unknown" } end,
    }
    assert.are.same({
      { 0, "unknown" }, { MIB, "unknown" }, { 2 * MIB, "unknown" }, { 3 * MIB, 3 * MIB },
    }, told)
  end)

  it("sends a part again if its connection broke", function()
    local interceptor, broken = interceptors.new(), 0
    function interceptor.before(request)
      if request.operation == "UploadMultipartPart" and broken < 2 then
        broken = broken + 1
        return nil, "it broke", "ConnectionClosedError"
      end
    end
    local bytes = archives.bytes(3 * MIB)
    local output = upload({ body = bytes, partSize = MIB },
      vault.client { transport = interceptor.transport, random = function() return 0 end })
    assert.are.equal(glacier.tree_hash(bytes), output.checksum)
    assert.are.equal(5, interceptor.count "UploadMultipartPart")
  end)
end)

describe("an upload in coroutines", function()
  local vault
  lazy_setup(function() vault = archives.open() end)
  lazy_teardown(function() vault.close() end)

  it("waits through the host's wait and lets others run", function()
    local outputs, waits, bytes = {}, 0, { archives.bytes(3 * MIB), archives.bytes(5 * MIB) }
    local by = vault.client { wait = function() coroutine.yield() end }
    local threads = {}
    for i = 1, 2 do
      threads[i] = coroutine.create(function()
        outputs[i] = by:upload { vaultName = "v", body = bytes[i], partSize = MIB, concurrency = 2 }
      end)
    end
    while coroutine.status(threads[1]) ~= "dead" or coroutine.status(threads[2]) ~= "dead" do
      for _, thread in ipairs(threads) do
        if coroutine.status(thread) ~= "dead" then
          waits = waits + 1
          assert(coroutine.resume(thread))
        end
      end
    end
    assert.is_true(waits > 4)
    for i = 1, 2 do assert.are.equal(glacier.tree_hash(bytes[i]), outputs[i].checksum) end
  end)

  it("lets its reader yield", function()
    local bytes, seen = archives.bytes(2 * MIB + 5), 0
    local read = archives.reader(bytes)
    local by = vault.client { wait = function() coroutine.yield "host" end }
    local thread = coroutine.create(function()
      return by:upload { vaultName = "v", partSize = MIB, reader = function(count)
        coroutine.yield "reader"
        return read(count)
      end }
    end)
    local good, what
    repeat
      good, what = coroutine.resume(thread)
      if what == "reader" then seen = seen + 1 end
    until coroutine.status(thread) == "dead"
    assert(good, what)
    assert.are.equal(glacier.tree_hash(bytes), what.checksum)
    assert.is_true(seen > 8)
  end)
end)
