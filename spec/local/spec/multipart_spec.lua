-- Multipart uploads of the local service, tested without the project's client.

local assert_service_error = require "spec.support.assert_service_error"
local cjson = require "cjson"
local local_vault = require "spec.support.local_vault"
local archive_requests = require "spec.support.archive_requests"
local signed_http = require "spec.support.signed_http"

local VAULT = local_vault.PATH
local UPLOADS = VAULT .. "/multipart-uploads"
local ARN = local_vault.ARN
local MIB = 1048576
local INVALID, MISSING = "InvalidParameterValueException", "MissingParameterValueException"
local NOT_FOUND = "ResourceNotFoundException"

describe("a multipart upload to the local service", function()
  local running, send

  setup(function()
    running, send = local_vault.start { job_delay = 0 }
  end)
  teardown(function() running.stop() end)

  local function initiate(size, headers)
    local all = { ["x-amz-part-size"] = size and ("%.0f"):format(size) }
    for name, value in pairs(headers or {}) do all[name] = value end
    return send("POST", UPLOADS, { headers = all })
  end

  local function start(size)
    return UPLOADS .. "/" .. initiate(size).headers["x-amz-multipart-upload-id"]
  end

  local function put(path, text, range, headers)
    local all = { ["content-range"] = range }
    for name, value in pairs(headers or {}) do all[name] = value end
    return send("PUT", path, archive_requests.of(text, all))
  end

  -- Sends one part of the text, from the byte `first` on.
  local function part(path, text, first, size)
    local piece = text:sub(first + 1, first + size)
    return put(path, piece, ("bytes %d-%d/*"):format(first, first + #piece - 1))
  end

  local function complete(path, text, changes)
    local headers = { ["x-amz-archive-size"] = tostring(#text),
      ["x-amz-sha256-tree-hash"] = archive_requests.tree_hash(text) }
    for name, value in pairs(changes or {}) do headers[name] = value end
    return send("POST", path, { headers = headers })
  end

  it("becomes one archive in any order of its parts", function()
    local text, size = archive_requests.data(5 * MIB + 17), 2 * MIB
    local started = initiate(size, { ["x-amz-archive-description"] = "in parts" })
    assert.are.equal(201, started.status)
    local id = started.headers["x-amz-multipart-upload-id"]
    assert.are.equal("/012345678901/vaults/examplevault/multipart-uploads/" .. id,
      started.headers.location)
    local path = UPLOADS .. "/" .. id
    for _, first in ipairs { 2 * size, 0, size } do
      local response = part(path, text, first, size)
      assert.are.equal(204, response.status, response.body)
      assert.are.equal(archive_requests.tree_hash(text:sub(first + 1, first + size)),
        response.headers["x-amz-sha256-tree-hash"])
    end
    assert.are.equal(0, send("GET", VAULT).json.NumberOfArchives)
    local done = complete(path, text)
    assert.are.equal(201, done.status, done.body)
    local archive = done.headers["x-amz-archive-id"]
    assert.are.equal("/012345678901/vaults/examplevault/archives/" .. archive,
      done.headers.location)
    assert.are.equal(#text, send("GET", VAULT).json.SizeInBytes)
    local job = send("POST", VAULT .. "/jobs", {
      body = cjson.encode { Type = "archive-retrieval", ArchiveId = archive },
    }).headers["x-amz-job-id"]
    local output = send("GET", VAULT .. "/jobs/" .. job .. "/output")
    assert.are.equal(text, output.body)
    assert.are.equal(archive_requests.tree_hash(text), output.headers["x-amz-sha256-tree-hash"])
    assert.are.equal("in parts", output.headers["x-amz-archive-description"])
    assert.are.equal(204, send("DELETE", VAULT .. "/archives/" .. archive).status)
  end)

  it("has a part size of 1 MiB times a power of two, up to 4 GiB", function()
    for power = 0, 12 do assert.are.equal(201, initiate(MIB * 2 ^ power).status) end
    for _, size in ipairs { 0, 1, MIB - 1, MIB + 1, 3 * MIB, 2 ^ 33 } do
      assert_service_error(initiate(size), 400, INVALID, "Invalid x-amz-part-size: ")
    end
    assert_service_error(initiate(nil), 400, MISSING, "x-amz-part-size")
    assert_service_error(initiate(MIB, { ["x-amz-archive-description"] = "\127" }), 400, INVALID,
      "x-amz-archive-description")
  end)

  it("accepts only parts that are aligned and have the stated length", function()
    local path, text = start(2 * MIB), archive_requests.data(2 * MIB)
    for range, message in pairs {
      ["bytes 1048576-3145727/*"] = "Invalid Content-Range: ",
      ["bytes 0-2097152/*"] = "Invalid Content-Range: ",
      ["bytes 2-1/*"] = "Invalid Content-Range: ",
      ["bytes=0-2097151/*"] = "Invalid Content-Range: ",
      ["bytes 0-2097151/2097152"] = "Invalid Content-Range: ",
      ["bytes 20971520000-20973617151/*"] = "Invalid Content-Range: ",
      ["bytes 0-2097150/*"] = "Content-Range: bytes 0-2097150/* is incompatible with "
        .. "Content-Length: 2097152",
    } do
      assert_service_error(put(path, text, range), 400, INVALID, message)
    end
    assert.are.equal(204, put(path, text, "bytes 20969422848-20971519999/*").status)
    assert_service_error(put(path, text, nil), 400, MISSING, "content-range")
    assert_service_error(put(path, text, "bytes 0-2097151/*", { ["x-amz-content-sha256"] = false }),
      400, MISSING, "x-amz-content-sha256")
    local other = archive_requests.tree_hash "other"
    assert_service_error(put(path, text, "bytes 0-2097151/*", { ["x-amz-sha256-tree-hash"] = other }),
      400, INVALID, "Checksum mismatch: expected " .. other)
  end)

  it("is completed only if size, hash and parts match", function()
    local path, text = start(MIB), archive_requests.data(2 * MIB + 1)
    assert_service_error(complete(path, ""), 400, INVALID, "Invalid x-amz-archive-size: 0")
    part(path, text, 0, MIB)
    part(path, text, 2 * MIB, MIB)
    assert_service_error(complete(path, text), 400, INVALID, "Missing content range: 1048576-2097151")
    part(path, text, MIB, 100)
    assert_service_error(complete(path, text), 400, INVALID, "Missing content range: 1048676-2097151")
    part(path, "x" .. text:sub(2), 0, MIB)
    part(path, text, MIB, MIB)
    local hash = archive_requests.tree_hash(text)
    assert_service_error(complete(path, text), 400, INVALID, "Invalid x-amz-sha256-tree-hash: " .. hash)
    part(path, text, 0, MIB)
    for _, name in ipairs { "x-amz-archive-size", "x-amz-sha256-tree-hash" } do
      assert_service_error(complete(path, text, { [name] = false }), 400, MISSING, name)
    end
    local short = { ["x-amz-archive-size"] = tostring(2 * MIB) }
    assert_service_error(complete(path, text, short), 400, INVALID, "Invalid x-amz-archive-size: 2097152")
    assert.are.equal(201, complete(path, text).status)
  end)

  it("is not listed once it is completed, but can be completed again", function()
    local path = start(MIB)
    part(path, "text", 0, MIB)
    local archive = complete(path, "text").headers["x-amz-archive-id"]
    local before = send("GET", VAULT).json.NumberOfArchives
    assert.are.equal(archive, complete(path, "text").headers["x-amz-archive-id"])
    assert.are.equal(before, send("GET", VAULT).json.NumberOfArchives)
    assert_service_error(send("GET", path), 404, NOT_FOUND, "The upload ID was not found: ")
    assert_service_error(part(path, "text", 0, MIB), 404, NOT_FOUND, "The upload ID was not found: ")
    assert_service_error(send("DELETE", path), 404, NOT_FOUND, "The upload ID was not found: ")
  end)

  it("can be aborted, even twice", function()
    local path = start(MIB)
    part(path, "text", 0, MIB)
    for _ = 1, 2 do assert.are.equal(204, send("DELETE", path).status) end
    assert_service_error(part(path, "text", 0, MIB), 404, NOT_FOUND, "The upload ID was not found: ")
    assert_service_error(complete(path, "text"), 404, NOT_FOUND, "The upload ID was not found: ")
    for _, method in ipairs { "GET", "DELETE", "POST" } do
      assert_service_error(send(method, UPLOADS .. "/x"), 404, NOT_FOUND, "The upload ID was not found: x")
    end
  end)

  it("lists its parts by range, in pages of at most fifty", function()
    local path, text = start(MIB), "the last part"
    for i = 52, 0, -1 do
      put(path, text, ("bytes %d-%d/*"):format(i * MIB, i * MIB + #text - 1))
    end
    local all = send("GET", path).json
    assert.are.equal(50, #all.Parts)
    assert.are.equal(MIB, all.PartSizeInBytes)
    assert.are.equal(ARN, all.VaultARN)
    assert.are.equal(path, UPLOADS .. "/" .. all.MultipartUploadId)
    assert.are.equal(cjson.null, all.ArchiveDescription)
    assert.are.same({ RangeInBytes = "1048576-1048588", SHA256TreeHash = archive_requests.tree_hash(text) },
      all.Parts[2])
    local rest = send("GET", path, { query = signed_http.query { marker = all.Marker, limit = "2" } }).json
    assert.are.equal("52428800-52428812", rest.Parts[1].RangeInBytes)
    assert.are.equal(2, #rest.Parts)
    local last = send("GET", path, { query = signed_http.query { marker = rest.Marker } }).json
    assert.are.equal(1, #last.Parts)
    assert.are.equal(cjson.null, last.Marker)
    assert_service_error(send("GET", path, { query = "limit=0" }), 400, INVALID, "Invalid limit: 0")
    assert_service_error(send("GET", path, { query = "marker=x" }), 400, INVALID, "Invalid marker: x")
  end)
end)

describe("the local service's list of multipart uploads", function()
  it("contains the open uploads, and is deleted with its vault", function()
    local running, send = local_vault.start()
    local ids = {}
    for i = 1, 52 do
      local headers = { ["x-amz-part-size"] = tostring(MIB), ["x-amz-archive-description"] = i < 3
        and "upload " .. i or nil }
      local response = send("POST", UPLOADS, { headers = headers })
      ids[response.headers["x-amz-multipart-upload-id"]] = headers["x-amz-archive-description"]
        or cjson.null
    end
    local aborted = next(ids)
    send("DELETE", UPLOADS .. "/" .. aborted)
    ids[aborted] = nil
    local query, pages = {}, 0
    repeat
      local page = send("GET", UPLOADS, { query = signed_http.query(query) }).json
      for _, item in ipairs(page.UploadsList) do
        assert.are.equal(ids[item.MultipartUploadId], item.ArchiveDescription)
        assert.are.equal(MIB, item.PartSizeInBytes)
        assert.are.equal(ARN, item.VaultARN)
        assert.truthy(item.CreationDate:find "^%d+%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$")
        ids[item.MultipartUploadId] = nil
      end
      query, pages = { marker = page.Marker, limit = "1" }, pages + 1
    until page.Marker == cjson.null
    assert.is_nil(next(ids))
    assert.are.equal(2, pages)
    assert.are.equal(204, send("DELETE", VAULT).status)
    assert_service_error(send("GET", UPLOADS), 404, NOT_FOUND, "Vault not found for ARN: ")
    send("PUT", VAULT)
    assert.are.equal(0, #send("GET", UPLOADS).json.UploadsList)
    running.stop()
  end)
end)
