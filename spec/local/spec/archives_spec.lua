-- Archives of the local service, tested without the project's client.

local assert_service_error = require "spec.support.assert_service_error"
local cjson = require "cjson"
local local_vault = require "spec.support.local_vault"
local archive_requests = require "spec.support.archive_requests"
local signed_http = require "spec.support.signed_http"

local VAULT = local_vault.PATH
local ARCHIVES = VAULT .. "/archives"
local MIB = 1048576
local INVALID, MISSING = "InvalidParameterValueException", "MissingParameterValueException"

describe("the local service", function()
  local running, send

  setup(function()
    running, send = local_vault.start { job_delay = 0 }
  end)
  teardown(function() running.stop() end)

  local function post(text, headers)
    return send("POST", ARCHIVES, archive_requests.of(text, headers))
  end

  it("stores, counts and deletes archives", function()
    assert.are.equal(cjson.null, send("GET", VAULT).json.LastInventoryDate)
    local response = post("Welcome to Amazon Glacier.")
    assert.are.equal(201, response.status, response.body)
    local id = response.headers["x-amz-archive-id"]
    assert.truthy(id:find "^[%w_][%w_-]+$")
    assert.are.equal(138, #id)
    assert.are.equal("/012345678901/vaults/examplevault/archives/" .. id,
      response.headers.location)
    assert.are.equal("726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628",
      response.headers["x-amz-sha256-tree-hash"])
    local vault = send("GET", VAULT).json
    assert.are.equal(1, vault.NumberOfArchives)
    assert.are.equal(26, vault.SizeInBytes)
    assert.truthy(vault.LastInventoryDate:find "^%d%d%d%d%-.*Z$")
    for _ = 1, 2 do
      assert.are.equal(204, send("DELETE", ARCHIVES .. "/" .. id).status)
    end
    vault = send("GET", VAULT).json
    assert.are.equal(0, vault.NumberOfArchives)
    assert.are.equal(0, vault.SizeInBytes)
  end)

  -- Hashes by botocore's calculate_tree_hash.
  it("computes an archive's tree hash from its chunks of 1 MiB", function()
    for length, hash in pairs {
      [MIB - 1] = "3311ea1faad557de3899e89a39076c69d9d0cc5b4cff56a0b61339f487395d56",
      [MIB] = "9bc1b2a288b26af7257a36277ae3816a7d4f16e89c1e7e77d0a5c48bad62b360",
      [MIB + 1] = "8dd49bbc6297567fac3852c2deddcdbc57358bc403c10d4f6dc64b143ad9b27b",
      [7 * MIB + 5] = "af8b93296daf37595bfe5bc1222b3e47080794f56af74a0afef5082606ef0f49",
    } do
      local text = ("a"):rep(length)
      local response = post(text, { ["x-amz-sha256-tree-hash"] = hash })
      assert.are.equal(201, response.status, response.body)
      assert.are.equal(hash, response.headers["x-amz-sha256-tree-hash"])
    end
  end)

  it("rejects an upload without its length or without one of its hashes", function()
    for _, name in ipairs { "x-amz-content-sha256", "x-amz-sha256-tree-hash" } do
      assert_service_error(post("x", { [name] = false }), 400, MISSING,
        "Required parameter missing: " .. name)
    end
    local signed = signed_http.sign(running, { method = "POST", path = ARCHIVES, body = "x",
      headers = archive_requests.of("x", { ["transfer-encoding"] = "chunked" }).headers })
    signed.body = "1\r\nx\r\n0\r\n\r\n"
    assert_service_error(signed_http.send(running.url, signed), 400, MISSING,
      "Required parameter missing: content-length")
  end)

  it("rejects an upload that does not match its hashes", function()
    local other = archive_requests.tree_hash "y"
    assert_service_error(post("x", { ["x-amz-sha256-tree-hash"] = other }), 400, INVALID,
      "Checksum mismatch: expected " .. other .. ", computed " .. archive_requests.tree_hash "x")
    assert_service_error(post("x", { ["x-amz-sha256-tree-hash"] = other:sub(2) }), 400, INVALID,
      "Invalid x-amz-sha256-tree-hash: " .. other:sub(2))
    assert_service_error(post("x", { ["x-amz-content-sha256"] = other }), 403,
      "InvalidSignatureException", "The value passed in as x-amz-content-sha256")
    local large = archive_requests.data(3 * MIB)
    local signed = signed_http.sign(running, { method = "POST", path = ARCHIVES, body = large,
      headers = archive_requests.of(large).headers })
    signed.body = "x" .. large:sub(2)
    assert_service_error(signed_http.send(running.url, signed), 403, "InvalidSignatureException",
      "does not match the computed payload hash")
  end)

  it("rejects an empty archive", function()
    assert_service_error(post("", { ["content-length"] = "0" }), 400, INVALID, "Invalid Content-Length: 0")
  end)

  it("accepts descriptions of up to 1024 printable ASCII characters", function()
    local all = {}
    for code = 33, 126 do all[#all + 1] = string.char(code) end
    for _, text in ipairs { "x", ("x"):rep(1024), table.concat(all) } do
      assert.are.equal(201, post("x", { ["x-amz-archive-description"] = text }).status)
    end
    for _, text in ipairs { ("x"):rep(1025), "\195\188", "a\tb" } do
      assert_service_error(post("x", { ["x-amz-archive-description"] = text }), 400, INVALID,
        "Invalid x-amz-archive-description: ")
    end
  end)

  it("does not delete a vault that has archives", function()
    assert_service_error(send("POST", "/-/vaults/other/archives", archive_requests.of "x"), 404,
      "ResourceNotFoundException", "Vault not found for ARN: ")
    send("PUT", "/-/vaults/full")
    local id = archive_requests.archive(send, "/-/vaults/full", "x")
    assert_service_error(send("DELETE", "/-/vaults/full"), 400, INVALID,
      "Vault not empty or recently written to: "
      .. "arn:aws:glacier:us-west-2:012345678901:vaults/full")
    assert_service_error(send("DELETE", ARCHIVES .. "/x"), 404, "ResourceNotFoundException",
      "The archive ID was not found: x")
    assert.are.equal(204, send("DELETE", ARCHIVES .. "/" .. id).status)
    assert.are.equal(1, send("GET", "/-/vaults/full").json.NumberOfArchives)
    assert.are.equal(204, send("DELETE", "/-/vaults/full/archives/" .. id).status)
    assert.are.equal(204, send("DELETE", "/-/vaults/full").status)
  end)

  it("serves a completed retrieval after the archive is deleted", function()
    local text = archive_requests.data(2 * MIB + 3)
    local id = archive_requests.archive(send, VAULT, text)
    local job = send("POST", VAULT .. "/jobs", {
      body = cjson.encode { Type = "archive-retrieval", ArchiveId = id },
    }).headers["x-amz-job-id"]
    send("DELETE", ARCHIVES .. "/" .. id)
    assert.are.equal(text, send("GET", VAULT .. "/jobs/" .. job .. "/output").body)
  end)
end)
