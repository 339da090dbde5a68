-- client:upload after an interruption at any time: a later call resumes the upload, and the hash is right.
local archives = require "spec.support.archives"
local interceptors = require "spec.support.interceptor"
local child = require "spec.support.child"
local glacier = require "glacier"

local MIB = archives.MIB

describe("an interrupted upload", function()
  local vault, client, bytes, hash, path

  lazy_setup(function()
    vault = archives.open()
    client = vault.client()
    bytes = archives.bytes(6 * MIB + 1000)
    hash, path = glacier.tree_hash(bytes), archives.file(bytes)
  end)

  lazy_teardown(function()
    vault.close()
  end)

  before_each(function() vault.abort_uploads() end)

  -- Resumes the open upload, or starts a new one if there is none, and checks the result. Another upload may stay open
  -- if the process was killed before it received the upload's ID.
  local function finish(more, by)
    local args = { vaultName = "v", path = path, partSize = MIB, uploadId = vault.open_uploads()[1] }
    for name, value in pairs(more or {}) do args[name] = value end
    local output = (by or client):upload(args)
    assert.are.equal(hash, output.checksum)
    for _, id in ipairs(vault.open_uploads()) do assert.are_not.equal(output.uploadId, id) end
    return output
  end

  -- Returns the number of parts that the service has.
  local function parts_there()
    local count = 0
    for _ in client:each("list_parts", { vaultName = "v", uploadId = vault.open_uploads()[1] }) do count = count + 1 end
    return count
  end

  -- Uploads in a new process, which the code in `options` or `progress` ends. The memory that the process does not free
  -- is not a leak.
  local function die(options, progress)
    local environment = { ASAN_OPTIONS = (os.getenv "ASAN_OPTIONS" or "") .. ":detect_leaks=0" }
    for name, value in pairs(vault.environment) do environment[name] = value end
    return child(environment, ([[
      local waits = 0
      local client = require "glacier".client { %s }
      client:upload { vaultName = "v", path = %q, partSize = 1048576, concurrency = 2, progress = %s }
      print "not killed"
    ]]):format(options, path, progress))
  end

  for parts = 0, 6 do
    it(("continues with the missing parts after its process ended at part %d"):format(parts), function()
      local printed = die("", ([[function(done) if done >= %d * 1048576 then os.exit(0, false) end end]]):format(parts))
      assert.are.equal("", printed)
      assert.is_true(parts_there() >= parts)
      local interceptor, there = interceptors.new(), parts_there()
      local output = finish(nil, vault.client { transport = interceptor.transport })
      -- The service may store up to two parts that were in flight after `there` was counted.
      local sent = interceptor.count "UploadMultipartPart"
      assert.is_true(sent <= 7 - there and sent >= 5 - there, ("%d sent, %d there"):format(sent, there))
      assert.is_true(bytes == vault.bytes_of(output.archiveId))
    end)
  end

  -- Each wait is one poll of the requests in flight, so the kill also interrupts requests in the middle of a part.
  for _, waits in ipairs { 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20 } do
    it(("is resumed or started again after SIGKILL at poll %d"):format(waits), function()
      die(([[wait = function()
        waits = waits + 1
        if waits == %d then os.execute "kill -9 $PPID" end
      end]]):format(waits), "nil")
      finish()
    end)
  end

  it("raises the error of progress, and continues with the missing parts", function()
    for parts = 0, 7 do
      local reason, uploadId = {}, nil
      local good, err = pcall(client.upload, client, {
        vaultName = "v", path = path, partSize = MIB, concurrency = 3,
        progress = function(done, _, id)
          uploadId = id
          if done >= math.min(parts * MIB, #bytes) then error(reason, 0) end
        end,
      })
      assert.is_false(good)
      assert.are.equal(reason, err)
      assert.are.equal(uploadId, reason.uploadId)
      assert.are.equal(MIB, reason.partSize)
      assert.are.same({ uploadId }, vault.open_uploads())
      finish()
    end
  end)

  it("raises the error of the host's wait, and continues with the missing parts", function()
    for _, last in ipairs { 1, 2, 5, 9, 12, 15 } do
      local waits = 0
      local by = vault.client { wait = function()
        waits = waits + 1
        if waits == last then error("interrupted", 0) end
      end }
      local good, err = pcall(by.upload, by, { vaultName = "v", path = path, partSize = MIB })
      assert.is_false(good)
      assert.are.equal("interrupted", err)
      finish()
    end
  end)

  it("can be resumed at once with the same client", function()
    local by = vault.client()
    for _ = 1, 5 do
      pcall(by.upload, by, {
        vaultName = "v", path = path, partSize = MIB, uploadId = vault.open_uploads()[1],
        progress = function(done) if done > 0 then error "stop" end end,
      })
    end
    finish(nil, by)
  end)

  -- Starts an upload with single calls, and sends the parts with these numbers, which count from 0.
  local function begin(numbers, altered)
    local upload = client:initiate_multipart_upload { vaultName = "v", partSize = tostring(2 * MIB) }
    for _, number in ipairs(numbers) do
      local part = bytes:sub(number * 2 * MIB + 1, (number + 1) * 2 * MIB)
      client:upload_multipart_part {
        vaultName = "v", uploadId = upload.uploadId, body = number == altered and part:reverse() or part,
        range = ("bytes %d-%d/*"):format(number * 2 * MIB, number * 2 * MIB + #part - 1),
      }
    end
  end

  for name, row in pairs {
    ["no part was sent"] = { {}, { "0-2097151", "2097152-4194303", "4194304-6291455", "6291456-6292455" } },
    ["only the last part was sent"] = { { 3 }, { "0-2097151", "2097152-4194303", "4194304-6291455" } },
    ["some parts were sent"] = { { 0, 2 }, { "2097152-4194303", "6291456-6292455" } },
    ["all parts were sent"] = { { 0, 1, 2, 3 }, {} },
    ["a part with other bytes was sent"] = { { 0, 1, 2, 3 }, { "2097152-4194303" }, 1 },
  } do
    for _, kind in ipairs { "path", "body", "reader" } do
      it(("sends the missing parts of a %s in the same size after %s"):format(kind, name), function()
        begin(row[1], row[3])
        local interceptor = interceptors.new()
        local more = { path = ({ path = path })[kind], body = ({ body = bytes })[kind] }
        more.reader = kind == "reader" and archives.reader(bytes) or nil
        local by = vault.client { transport = interceptor.transport }
        local output = by:upload {
          vaultName = "v", uploadId = vault.open_uploads()[1], path = more.path, body = more.body, reader = more.reader,
        }
        assert.are.equal(hash, output.checksum)
        local ranges = interceptor.ranges()
        table.sort(ranges)
        assert.are.same(row[2], ranges)
        assert.is_true(bytes == vault.bytes_of(output.archiveId))
      end)
    end
  end

  it("counts the parts that the service has as done", function()
    begin { 0, 1 }
    local told = {}
    finish { concurrency = 1, progress = function(done) told[#told + 1] = done end }
    assert.are.same({ 0, 2 * MIB, 4 * MIB, 6 * MIB, #bytes }, told)
  end)

  it("finds its parts if they are listed on several pages", function()
    local many = archives.bytes(53 * MIB)
    -- With one part at a time, no other part is in flight when the upload stops, so exactly one part is missing.
    pcall(client.upload, client, {
      vaultName = "v", body = many, partSize = MIB, concurrency = 1,
      progress = function(done)
        if done == 52 * MIB then error "stop" end
      end,
    })
    assert.are.equal(52, parts_there())
    local interceptor = interceptors.new()
    local by = vault.client { transport = interceptor.transport }
    local output = by:upload { vaultName = "v", body = many, uploadId = vault.open_uploads()[1] }
    assert.are.equal(glacier.tree_hash(many), output.checksum)
    assert.are.equal(1, interceptor.count "UploadMultipartPart")
    assert.are.equal(2, interceptor.count "ListParts")
  end)

  it("returns the created archive if only its last response was lost", function()
    local interceptor = interceptors.new()
    local archive
    function interceptor.after(request, response)
      if request.operation == "CompleteMultipartUpload" then
        archive = response.headers["x-amz-archive-id"]
        error("cut off", 0)
      end
    end
    local by, uploadId = vault.client { transport = interceptor.transport }, nil
    pcall(by.upload, by, {
      vaultName = "v", path = path, partSize = MIB, progress = function(_, _, id) uploadId = id end,
    })
    assert.is_string(archive)
    local output = finish { uploadId = uploadId }
    assert.are.equal(archive, output.archiveId)
  end)

  it("raises the service's error before its body is read if it no longer exists", function()
    local read = 0
    local function reader()
      read = read + 1
      return nil
    end
    local good, err = pcall(client.upload, client, { vaultName = "v", reader = reader, uploadId = "nosuchupload" })
    assert.is_false(good)
    assert.are.equal("ResourceNotFoundException", err.code)
    assert.is_nil(err.uploadId)
    assert.are.equal(0, read)
  end)

  it("is rejected before any part is sent if its body was longer", function()
    begin { 0, 3 }
    local interceptor = interceptors.new()
    local by = vault.client { transport = interceptor.transport }
    local good, err = pcall(by.upload, by, {
      vaultName = "v", uploadId = vault.open_uploads()[1], body = bytes:sub(1, 5 * MIB),
    })
    assert.is_false(good)
    assert.are.equal("ParamValidationError", err.code)
    assert.are.equal("upload: Parameter validation failed:\nInvalid value for parameter body, it has 5242880 bytes, "
      .. "but the service has parts of this uploadId up to byte 6292455", tostring(err))
    assert.are.equal(1, #interceptor.requests)
    assert.are.same({ vault.open_uploads()[1], 2 * MIB }, { err.uploadId, err.partSize })
    finish()
  end)

  it("is aborted if its body was longer and the caller has set abort_on_failure", function()
    begin { 0, 3 }
    local good, err = pcall(client.upload, client, {
      vaultName = "v", uploadId = vault.open_uploads()[1], body = bytes:sub(1, 5 * MIB), abort_on_failure = true,
    })
    assert.is_false(good)
    assert.are.same({ "ParamValidationError", true }, { err.code, err.aborted })
    assert.are.same({}, vault.open_uploads())
  end)

  it("is rejected at the end of its reader if its body was longer, and can still be resumed", function()
    begin { 0, 3 }
    local good, err = pcall(client.upload, client, {
      vaultName = "v", uploadId = vault.open_uploads()[1], reader = archives.reader(bytes:sub(1, 5 * MIB)),
    })
    assert.is_false(good)
    assert.matches("parts of this uploadId up to byte 6292455", err.message)
    assert.are.equal(vault.open_uploads()[1], err.uploadId)
    finish()
  end)
end)
