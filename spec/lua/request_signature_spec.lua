-- The headers that the signature of a call covers, and signatures that botocore makes for the same requests.
local core = require "glacier.core"
local canned = require "spec.support.canned"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local MARKER = "arn:aws:glacier:us-west-2:012345678901:vaults/my vault"

local sent = canned.sent

describe("the signed headers", function()
  local function signed_headers(...)
    return sent(...).headers.Authorization:match "SignedHeaders=([^,]+), Signature=%x+$"
  end

  it("include the host, the date, the version, and the type of a body", function()
    assert.equal("host;x-amz-date;x-amz-glacier-version", signed_headers("ListVaults", {}))
    assert.equal("host;x-amz-date;x-amz-glacier-version", signed_headers("CreateVault", { vaultName = "v" }))
    assert.equal("content-type;host;x-amz-date;x-amz-glacier-version",
      signed_headers("SetVaultNotifications", { vaultName = "v" }))
  end)

  it("include the token of temporary keys, and the members in headers", function()
    local temporary = { access_key_id = "A", secret_access_key = "s", session_token = "t/o+k==" }
    local request = sent("ListVaults", {}, { credentials = temporary })
    assert.equal("t/o+k==", request.headers["X-Amz-Security-Token"])
    assert.equal("host;x-amz-date;x-amz-glacier-version;x-amz-part-size;x-amz-security-token",
      signed_headers("InitiateMultipartUpload", { vaultName = "v", partSize = "1" }, { credentials = temporary }))
  end)
end)

-- The signatures that botocore makes for the same requests at 2012-05-25T00:24:53Z.
describe("the signature of a prepared request", function()
  local function signature(url, operation, params, token)
    local keys = core.credentials {
      access_key_id = "AKIDEXAMPLE", secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      session_token = token,
    }
    return (select(3, core.prepare(operation, params, url):sign_stages(keys, "us-west-2", "glacier", 1337905493)))
  end
  local CASES = {
    ["of a notification configuration"] = {
      "f95ab6c69ceea4950396486a7b2b6157adeadf060e4e7d161cd8ea8fa67bb7ea",
      "https://glacier.us-west-2.amazonaws.com", "SetVaultNotifications",
      {
        vaultName = "examplevault",
        vaultNotificationConfig = { SNSTopic = TOPIC, Events = { "ArchiveRetrievalCompleted" } },
      },
    },
    ["of a page of vaults, with a token"] = {
      "2102ef133c57e0d3b15f351a243dbe7cbf0ce5ba830fbeb508c3eff3793309a6",
      "https://glacier.us-west-2.amazonaws.com", "ListVaults",
      { marker = MARKER, limit = "10" }, "t/o+k==",
    },
    ["of a name with special characters"] = {
      "54a43f81bccd2117fd7844e865f0071de0561e666f45ea94c766c1be62e9122b",
      "https://glacier.us-west-2.amazonaws.com", "DeleteVault",
      { vaultName = "\195\188 /%2F+" },
    },
    ["with a base path and a port"] = {
      "c2f67d56222f978d932fd706f2958f80a6acf34dd3bb122cbe153be702c40eae",
      "http://localhost:8080/a/../b/", "InitiateMultipartUpload",
      { vaultName = "v", archiveDescription = " two  spaces ", partSize = "1048576" },
    },
    ["for an IPv6 address"] = {
      "bbb61f4cee4ff108e855cddbbe1ab9ae7ad7b7d4b270a2a4560aefad34246fcb",
      "https://[2001:db8::1]:8443", "AddTagsToVault",
      { vaultName = "v", Tags = { ["k\0"] = "\195\169\127" } }, "t/o+k==",
    },
  }
  for name, case in pairs(CASES) do
    it("is the same as botocore's: " .. name, function()
      assert.equal(case[1], signature(case[2], case[3], case[4], case[5]))
    end)
  end
end)

describe("a recycled request", function()
  local URL = "https://glacier.us-west-2.amazonaws.com"
  local NAME = string.rep("n", 2000)
  local STEPS = {
    { "SetVaultNotifications", { vaultName = "v", vaultNotificationConfig = { SNSTopic = TOPIC } }, "token" },
    { "ListVaults", { marker = MARKER, limit = "10" } },
    { "UploadArchive", { vaultName = "v", archiveDescription = "d", body = "bytes" }, "another token" },
    { "DeleteVault", { vaultName = NAME }, NAME },
    { "UploadArchive", { vaultName = "v", body = "" } },
    { "UploadArchive", { vaultName = "v", body = io.stdout } },
    { "InitiateMultipartUpload", { vaultName = "v", archiveDescription = NAME:sub(1, 1000), partSize = "1048576" } },
    { "GetJobOutput", { vaultName = "v", jobId = "j", range = "bytes=0-1" }, "token" },
    { "SetVaultNotifications", { vaultName = "v" } },
  }

  local function signed(step, url, spare)
    local keys = core.credentials {
      access_key_id = "AKIDEXAMPLE", secret_access_key = "secret", session_token = step[3],
    }
    local request = core.prepare(step[1], step[2], url, "agent", spare)
    request:sign(keys, "us-west-2", "glacier", 1337905493, "attempt=1")
    local made = request:export()
    made.headers["amz-sdk-invocation-id"] = nil
    made.is_streamed = request:streamed()
    return made, request
  end

  it("is the same as a new one, whatever it was before", function()
    local spare
    for i = 1, 3 * #STEPS do
      local step = STEPS[1 + i * 2 % #STEPS]
      local made
      made, spare = signed(step, URL, spare)
      assert.same(signed(step, URL), made)
      spare:recycle()
    end
  end)

  it("is the same as a new one after parameters that were rejected, and with another endpoint", function()
    local _, spare = signed(STEPS[1], URL)
    for _, step in ipairs(STEPS) do
      assert.is_false((pcall(core.prepare, "ListVaults", { limit = 1 }, "http://h:80/base/", "agent", spare)))
      assert.is_false((pcall(core.prepare, "ListVaults", {}, "http://h:80/ba se/", "agent", spare)))
      assert.same(signed(step, "http://h:80/base/"), (signed(step, "http://h:80/base/", spare)))
    end
  end)

  it("has no header, body or query of the last call", function()
    local _, request = signed(STEPS[3], URL)
    request:recycle()
    local made = request:export()
    assert.same({ method = "", headers = {}, url = URL }, made)
    assert.same({}, { request:secrets() })
  end)
end)
