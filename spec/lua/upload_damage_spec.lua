-- client:upload when bytes are damaged in transit, or the file changes during the upload.
local archives = require "spec.support.archives"
local interceptors = require "spec.support.interceptor"
local files = require "spec.support.files"
local glacier = require "glacier"

local MIB = archives.MIB

describe("a flipped byte", function()
  local vault, client, bytes

  lazy_setup(function()
    vault = archives.open()
    client = vault.client()
    bytes = archives.bytes(3 * MIB)
  end)

  lazy_teardown(function()
    vault.close()
  end)

  local function flip(text, at)
    return text:sub(1, at - 1) .. string.char((text:byte(at) + 1) % 256) .. text:sub(at + 1)
  end

  -- Uploads through an interceptor whose function `where` ("before" or "after") is `meddle`. Returns the error.
  local function upload(where, meddle, size)
    local interceptor = interceptors.new()
    interceptor[where] = meddle
    local user = vault.client { transport = interceptor.transport }
    local good, err = pcall(user.upload, user, { vaultName = "v", body = bytes:sub(1, size), partSize = MIB })
    assert.is_false(good)
    return err
  end

  for _, at in ipairs { 1, MIB / 2, MIB } do
    it(("is detected by the service at byte %d of a part, and the upload can be resumed"):format(at), function()
      local flipped
      local err = upload("before", function(request)
        if request.operation == "UploadMultipartPart" and not flipped then
          flipped = true
          request.body = flip(request.body, at)
        end
      end)
      assert.is_true(flipped)
      -- The signature covers the bytes before the change.
      assert.are.same({ "service", "InvalidSignatureException" }, { err.kind, err.code })
      local output = client:upload { vaultName = "v", body = bytes, uploadId = err.uploadId }
      assert.are.equal(glacier.tree_hash(bytes), output.checksum)
      assert.is_true(bytes == vault.bytes_of(output.archiveId))
    end)
  end

  it("is detected by the service in an upload with one request", function()
    local err = upload("before", function(request) request.body = flip(request.body, 100) end, 1000)
    assert.are.same({ "InvalidSignatureException", "UploadArchive" }, { err.code, err.operation })
  end)

  -- As if the service had stored other bytes than it received: its response has the hash of these other bytes.
  local sizes = { UploadArchive = 1000, UploadMultipartPart = 3 * MIB, CompleteMultipartUpload = 3 * MIB }
  for operation, size in pairs(sizes) do
    it("is detected in the response if the service stored it with " .. operation, function()
      local other = glacier.tree_hash(flip(bytes, 1))
      local err = upload("after", function(request, response)
        if request.operation == operation then response.headers["x-amz-sha256-tree-hash"] = other end
      end, size)
      assert.are.same({ "ChecksumError", "transport", "upload" }, { err.code, err.kind, err.operation })
      assert.matches("expected checksum " .. other, err.message)
      assert.are.equal(operation == "UploadMultipartPart", err.uploadId ~= nil)
      assert.are.equal(operation ~= "UploadMultipartPart", err.archiveId ~= nil)
    end)
  end

  it("is not reported for a hash in upper case", function()
    local interceptor = interceptors.new()
    function interceptor.after(_, response)
      local hash = response.headers["x-amz-sha256-tree-hash"]
      response.headers["x-amz-sha256-tree-hash"] = hash and hash:upper()
    end
    local user = vault.client { transport = interceptor.transport }
    assert.is_string(user:upload({ vaultName = "v", body = bytes, partSize = MIB }).archiveId)
    assert.is_string(user:upload({ vaultName = "v", body = "x" }).archiveId)
  end)
end)

describe("a file that changes while it is uploaded", function()
  local vault, client

  lazy_setup(function()
    vault = archives.open()
    client = vault.client()
  end)

  lazy_teardown(function()
    vault.close()
  end)

  -- Uploads a file of 4 MiB, and calls `change` with its path after the first part was sent. With `size`, uploads a
  -- file of that size, and calls `change` at the beginning. Returns the error.
  local function fail(change, size)
    local path, changed = archives.file(archives.bytes(size or 4 * MIB)), false
    local good, err = pcall(client.upload, client, {
      vaultName = "v", path = path, partSize = MIB, concurrency = 1,
      progress = function(done)
        if not changed and (done > 0 or size) then
          changed = true
          change(path)
        end
      end,
    })
    assert.is_false(good)
    assert.are.same({ "ParamValidationError", "upload" }, { err.code, err.operation })
    return err
  end

  it("fails the upload if it becomes shorter", function()
    local err = fail(function(path) files.write(path, archives.bytes(2 * MIB + 5)) end)
    assert.matches("^upload: .*parameter path, it has become shorter: it ends at byte 2097157$",
      err.message)
    assert.are.equal(MIB, err.partSize)
    assert.are.same({ err.uploadId }, vault.open_uploads())
  end)

  it("is not completed if it becomes longer", function()
    local err = fail(function(path) files.append(path, "x") end)
    assert.matches("^upload: .*parameter path, it has become longer since the upload began: it had 4194304 bytes$",
      err.message)
    assert.is_string(err.uploadId)
  end)

  it("fails an upload with one request as well", function()
    assert.matches("become shorter", fail(function(path) files.write(path, "") end, 100).message)
    assert.matches("become longer", fail(function(path) files.append(path, "x") end, 100).message)
  end)

  it("has its changed parts sent again when the upload is resumed", function()
    local bytes = archives.bytes(4 * MIB)
    local path, interceptor = archives.file(bytes), interceptors.new()
    local good, err = pcall(client.upload, client, {
      vaultName = "v", path = path, partSize = MIB, concurrency = 1,
      progress = function(done) if done == 2 * MIB then error({}, 0) end end,
    })
    assert.is_false(good)
    local other = bytes:sub(1, MIB):reverse() .. bytes:sub(MIB + 1)
    files.write(path, other)
    local by = vault.client { transport = interceptor.transport }
    local output = by:upload { vaultName = "v", path = path, uploadId = err.uploadId, concurrency = 1 }
    assert.are.equal(glacier.tree_hash(other), output.checksum)
    assert.are.same({ "0-1048575", "2097152-3145727", "3145728-4194303" }, interceptor.ranges())
    assert.is_true(other == vault.bytes_of(output.archiveId))
  end)
end)
