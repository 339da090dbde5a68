-- client:upload when a request fails: the error, and what can be resumed.
local archives = require "spec.support.archives"
local interceptors = require "spec.support.interceptor"
local glacier = require "glacier"

local MIB = archives.MIB

describe("an upload that fails", function()
  local vault, client, bytes

  lazy_setup(function()
    vault = archives.open()
    client = vault.client()
    bytes = archives.bytes(6 * MIB)
  end)

  lazy_teardown(function()
    vault.close()
  end)

  before_each(function() vault.abort_uploads() end)

  -- Returns a client that sends its requests through `interceptor`. It does not wait before a retry.
  local function by(interceptor)
    return vault.client { transport = interceptor.transport, random = function() return 0 end }
  end

  -- Uploads `bytes` in parts of 1 MiB with these arguments. Returns the error.
  local function upload_rejected(interceptor, more)
    local args = { vaultName = "v", body = bytes, partSize = MIB }
    for name, value in pairs(more or {}) do args[name] = value end
    local user = interceptor and by(interceptor) or client
    local good, err = pcall(user.upload, user, args)
    assert.is_false(good)
    return err
  end

  -- Returns an interceptor that rejects the part that begins at this byte.
  local function refusing(first)
    local interceptor = interceptors.new()
    function interceptor.before(request)
      local range = request.headers["Content-Range"]
      if range and range:find(("^bytes %d%%-"):format(first)) then
        return { status = 400, body = '{"code":"InvalidParameterValueException","message":"no","type":"Client"}' }
      end
    end
    return interceptor
  end

  it("sends a damaged part again, up to max_attempts", function()
    local interceptor, sent = interceptors.new(), 0
    function interceptor.before(request)
      local range = request.headers["Content-Range"]
      if range and range:find "^bytes 2097152%-" then
        sent = sent + 1
        return sent < 3 and { status = 400, body = '{"code":"InvalidParameterValueException","type":"Client",'
          .. '"message":"Checksum mismatch: expected a, computed b"}' } or nil
      end
    end
    local user = by(interceptor)
    local output = user:upload { vaultName = "v", body = bytes, partSize = MIB }
    assert.are.equal(glacier.tree_hash(bytes), output.checksum)
    assert.are.equal(3, sent)
    sent = -10
    local err = upload_rejected(interceptor)
    assert.are.equal("InvalidParameterValueException", err.code)
    assert.are.equal(-7, sent)
  end)

  local function resume(err, interceptor)
    local user = by(interceptor or interceptors.new())
    local output = user:upload { vaultName = "v", body = bytes, uploadId = err.uploadId }
    assert.are.equal(glacier.tree_hash(bytes), output.checksum)
  end

  for first = 0, 5 * MIB, MIB do
    it(("has uploadId and partSize in its error if it fails at byte %d, and is not aborted"):format(first), function()
      local interceptor = refusing(first)
      local err = upload_rejected(interceptor)
      assert.are.equal("InvalidParameterValueException", err.code)
      assert.are.equal("UploadMultipartPart", err.operation)
      assert.are.same(vault.open_uploads(), { err.uploadId })
      assert.are.equal(MIB, err.partSize)
      assert.is_nil(err.aborted)
      assert.are.equal(0, interceptor.count "AbortMultipartUpload")
      resume(err)
    end)
  end

  it("starts no further parts", function()
    local interceptor = refusing(0)
    upload_rejected(interceptor, { concurrency = 2 })
    assert.is_true(interceptor.count "UploadMultipartPart" <= 3)
    assert.are.equal(0, interceptor.count "CompleteMultipartUpload")
  end)

  it("ends all requests in flight", function()
    local interceptor, in_flight = interceptors.new(), nil
    upload_rejected(interceptor, { concurrency = 4, progress = function(done)
      if done > 0 then
        in_flight = interceptor.in_flight
        error "stop"
      end
    end })
    assert.is_true(in_flight > 0)
    assert.are.equal(0, interceptor.in_flight)
  end)

  it("cannot be resumed if its first request failed", function()
    local interceptor = interceptors.new()
    local err = upload_rejected(interceptor, { vaultName = "nosuchvault" })
    assert.are.equal("ResourceNotFoundException", err.code)
    assert.are.equal("InitiateMultipartUpload", err.operation)
    assert.is_nil(err.uploadId)
    assert.are.equal(1, #interceptor.requests)
  end)

  it("can be resumed if its last request failed", function()
    local interceptor = interceptors.new()
    function interceptor.before(request)
      if request.operation == "CompleteMultipartUpload" then return nil, "cut", "ConnectionClosedError" end
    end
    local err = upload_rejected(interceptor)
    assert.are.equal("ConnectionClosedError", err.code)
    local second = interceptors.new()
    resume(err, second)
    assert.are.equal(0, second.count "UploadMultipartPart")
  end)

  it("can be resumed if listing the parts failed", function()
    local first = upload_rejected(refusing(MIB))
    local interceptor = interceptors.new()
    function interceptor.before(request)
      if request.operation == "ListParts" then return nil, "cut", "ConnectionClosedError" end
    end
    local err = upload_rejected(interceptor, { uploadId = first.uploadId })
    assert.are.same({ "ConnectionClosedError", "ListParts" }, { err.code, err.operation })
    assert.are.equal(first.uploadId, err.uploadId)
    assert.is_nil(err.partSize) -- unknown
    assert.are.equal(0, interceptor.count "UploadMultipartPart")
    assert.are.same({ first.uploadId }, vault.open_uploads())
    resume(err)
  end)

  it("is aborted if listing the parts failed and the caller has set abort_on_failure", function()
    local first = upload_rejected(refusing(MIB))
    local interceptor = interceptors.new()
    function interceptor.before(request)
      if request.operation == "ListParts" then return nil, "cut", "ConnectionClosedError" end
    end
    local err = upload_rejected(interceptor, { uploadId = first.uploadId, abort_on_failure = true })
    assert.are.same({ "ConnectionClosedError", true }, { err.code, err.aborted })
    assert.is_nil(err.uploadId)
    assert.are.same({}, vault.open_uploads())
  end)

  it("can be resumed if it is unknown whether it was completed", function()
    local interceptor = interceptors.new()
    function interceptor.before(request)
      if request.operation == "ListParts" then
        return { status = 404, body = '{"code":"ResourceNotFoundException","message":"no","type":"Client"}' }
      elseif request.operation == "CompleteMultipartUpload" then
        return nil, "cut", "ConnectionClosedError"
      end
    end
    local err = upload_rejected(interceptor, { uploadId = "id" })
    assert.are.same({ "ConnectionClosedError", "CompleteMultipartUpload", "id" },
      { err.code, err.operation, err.uploadId })
  end)

  it("has uploadId in its error if the service sends an invalid part size", function()
    local interceptor = interceptors.new()
    function interceptor.before(request)
      if request.operation == "ListParts" then return { status = 200, body = '{"PartSizeInBytes":5,"Parts":[]}' } end
    end
    local err = upload_rejected(interceptor, { uploadId = "id" })
    assert.are.same({ "ResponseParserError", "id" }, { err.code, err.uploadId })
    assert.is_nil(err.partSize)
  end)

  it("is aborted if the caller has set abort_on_failure", function()
    local interceptor = refusing(3 * MIB)
    local err = upload_rejected(interceptor, { abort_on_failure = true })
    assert.are.equal("InvalidParameterValueException", err.code)
    assert.is_true(err.aborted)
    assert.is_nil(err.uploadId)
    assert.are.same({}, vault.open_uploads())
    assert.are.equal("AbortMultipartUpload", interceptor.requests[#interceptor.requests].operation)
  end)

  it("is aborted after an error of progress if the caller has set abort_on_failure", function()
    local err = upload_rejected(nil, {
      abort_on_failure = true, progress = function(done) if done > 0 then error("stop", 0) end end,
    })
    assert.are.equal("stop", err)
    assert.are.same({}, vault.open_uploads())
  end)

  it("has the error of the abort in its own error", function()
    local interceptor = refusing(0)
    local before = interceptor.before
    function interceptor.before(request)
      if request.operation == "AbortMultipartUpload" then return nil, "cut", "ConnectionClosedError" end
      return before(request)
    end
    local err = upload_rejected(interceptor, { abort_on_failure = true })
    assert.are.equal("InvalidParameterValueException", err.code)
    assert.is_false(err.aborted)
    assert.are.equal("ConnectionClosedError", err.abort_error.code)
    resume(err)
  end)

  it("raises an out-of-memory error of the abort instead of its own error", function()
    local interceptor = refusing(0)
    local before = interceptor.before
    function interceptor.before(request)
      if request.operation == "AbortMultipartUpload" then error("not enough memory", 0) end
      return before(request)
    end
    local upload_id
    local err = upload_rejected(interceptor, {
      abort_on_failure = true, progress = function(_, _, id) upload_id = id end,
    })
    assert.are.equal("not enough memory", err)
    client:abort_multipart_upload { vaultName = "v", uploadId = upload_id }
  end)

  it("passes on the error of its reader, and can be resumed", function()
    local read, given, reason, uploadId = archives.reader(bytes), 0, { "mine" }, nil
    local good, err = pcall(client.upload, client, {
      vaultName = "v", partSize = MIB, progress = function(_, _, id) uploadId = id end,
      reader = function(count)
        given = given + 1
        if given == 12 then error(reason, 0) end
        return read(count)
      end,
    })
    assert.is_false(good)
    assert.are.equal(reason, err)
    assert.are.equal(uploadId, err.uploadId)
    resume(err)
  end)

  it("says so if its reader returns an invalid value", function()
    local good, err = pcall(client.upload, client, { vaultName = "v", reader = function() return 5 end })
    assert.is_false(good)
    assert.are.same({ "ParamValidationError", "upload" }, { err.code, err.operation })
    assert.matches("^upload: .*parameter reader, .* number", err.message)
  end)
end)
