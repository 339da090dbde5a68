-- The requests of all operations: method, path and query byte for byte, headers, and the decoded body. boto3 1.43 sends
-- the same for each of these calls.

local cjson = require "cjson"
local core = require "glacier.core"
local canned = require "spec.support.canned"

local sent = canned.sent

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local MARKER = "arn:aws:glacier:us-west-2:012345678901:vaults/my vault"
local ENCODED_MARKER = "arn%3Aaws%3Aglacier%3Aus-west-2%3A012345678901%3Avaults%2Fmy%20vault"
local HASH = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"

-- Returns the headers that belong to the operation, with names in lower case.
local function meaningful(headers)
  local own = {
    ["user-agent"] = true, ["amz-sdk-invocation-id"] = true, ["amz-sdk-request"] = true, authorization = true,
    ["x-amz-date"] = true, host = true, ["x-amz-glacier-version"] = true,
  }
  local found = {}
  for name, value in pairs(headers) do
    if not own[name:lower()] then found[name:lower()] = value end
  end
  return found
end

local JSON_TYPE = { ["content-type"] = "application/json" }
local JOB = {
  Type = "select", Tier = "Bulk", SNSTopic = TOPIC,
  InventoryRetrievalParameters = { Limit = "10", StartDate = "2012-03-20T17:03:43Z" },
  SelectParameters = { InputSerialization = { csv = { FileHeaderInfo = "USE" } }, OutputSerialization = { csv = {} } },
  OutputLocation = {
    S3 = {
      BucketName = "b", Tagging = { ["a key"] = "v" }, UserMetadata = { x = "y" },
      AccessControlList = { { Grantee = { Type = "Group", URI = "u" }, Permission = "READ" }, {} },
    },
  },
}
local POLICY = { Policy = '{"Version":"2012-10-17"}' }
local RULES = {
  Policy = { Rules = { { Strategy = "BytesPerHour", BytesPerHour = 10737418240 }, { Strategy = "None" } } },
}
local NOTIFICATIONS = { SNSTopic = TOPIC, Events = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" } }

-- Operation = { method, path and query, parameters, body (a table stands for JSON), headers }.
local OPERATIONS = {
  AbortMultipartUpload = { "DELETE", "/-/vaults/v/multipart-uploads/u", { vaultName = "v", uploadId = "u" } },
  AbortVaultLock = { "DELETE", "/-/vaults/v/lock-policy", { vaultName = "v" } },
  AddTagsToVault = {
    "POST", "/-/vaults/v/tags?operation=add", { vaultName = "v", Tags = { a = "1", ["b c"] = "" } },
    { Tags = { a = "1", ["b c"] = "" } }, JSON_TYPE,
  },
  CompleteMultipartUpload = {
    "POST", "/-/vaults/v/multipart-uploads/u",
    { vaultName = "v", uploadId = "u", archiveSize = "3145728", checksum = HASH }, nil,
    { ["x-amz-archive-size"] = "3145728", ["x-amz-sha256-tree-hash"] = HASH },
  },
  CompleteVaultLock = { "POST", "/-/vaults/v/lock-policy/l", { vaultName = "v", lockId = "l" } },
  CreateVault = { "PUT", "/-/vaults/v", { vaultName = "v" } },
  DeleteArchive = { "DELETE", "/-/vaults/v/archives/a", { vaultName = "v", archiveId = "a" } },
  DeleteVault = { "DELETE", "/-/vaults/v", { vaultName = "v" } },
  DeleteVaultAccessPolicy = { "DELETE", "/-/vaults/v/access-policy", { vaultName = "v" } },
  DeleteVaultNotifications = { "DELETE", "/-/vaults/v/notification-configuration", { vaultName = "v" } },
  DescribeJob = { "GET", "/-/vaults/v/jobs/j", { vaultName = "v", jobId = "j" } },
  DescribeVault = { "GET", "/-/vaults/v", { vaultName = "v" } },
  GetDataRetrievalPolicy = { "GET", "/-/policies/data-retrieval", {} },
  GetJobOutput = {
    "GET", "/-/vaults/v/jobs/j/output", { vaultName = "v", jobId = "j", range = "bytes=0-9" }, nil,
    { range = "bytes=0-9" },
  },
  GetVaultAccessPolicy = { "GET", "/-/vaults/v/access-policy", { vaultName = "v" } },
  GetVaultLock = { "GET", "/-/vaults/v/lock-policy", { vaultName = "v" } },
  GetVaultNotifications = { "GET", "/-/vaults/v/notification-configuration", { vaultName = "v" } },
  InitiateJob = { "POST", "/-/vaults/v/jobs", { vaultName = "v", jobParameters = JOB }, JOB, JSON_TYPE },
  InitiateMultipartUpload = {
    "POST", "/-/vaults/v/multipart-uploads", { vaultName = "v", archiveDescription = "my files", partSize = "1048576" },
    nil, { ["x-amz-archive-description"] = "my files", ["x-amz-part-size"] = "1048576" },
  },
  InitiateVaultLock = { "POST", "/-/vaults/v/lock-policy", { vaultName = "v", policy = POLICY }, POLICY, JSON_TYPE },
  ListJobs = {
    "GET", "/-/vaults/v/jobs?limit=5&marker=" .. ENCODED_MARKER .. "&statuscode=InProgress&completed=false",
    { vaultName = "v", limit = "5", marker = MARKER, statuscode = "InProgress", completed = "false" },
  },
  ListMultipartUploads = {
    "GET", "/-/vaults/v/multipart-uploads?marker=m&limit=5", { vaultName = "v", limit = "5", marker = "m" },
  },
  ListParts = {
    "GET", "/-/vaults/v/multipart-uploads/u?marker=m&limit=5",
    { vaultName = "v", uploadId = "u", limit = "5", marker = "m" },
  },
  ListProvisionedCapacity = { "GET", "/-/provisioned-capacity", {} },
  ListTagsForVault = { "GET", "/-/vaults/v/tags", { vaultName = "v" } },
  ListVaults = { "GET", "/-/vaults?marker=" .. ENCODED_MARKER .. "&limit=10", { limit = "10", marker = MARKER } },
  PurchaseProvisionedCapacity = { "POST", "/-/provisioned-capacity", {} },
  RemoveTagsFromVault = {
    "POST", "/-/vaults/v/tags?operation=remove", { vaultName = "v", TagKeys = { "a", "" } }, { TagKeys = { "a", "" } },
    JSON_TYPE,
  },
  SetDataRetrievalPolicy = { "PUT", "/-/policies/data-retrieval", RULES, RULES, JSON_TYPE },
  SetVaultAccessPolicy = {
    "PUT", "/-/vaults/v/access-policy", { vaultName = "v", policy = POLICY }, POLICY, JSON_TYPE,
  },
  SetVaultNotifications = {
    "PUT", "/-/vaults/v/notification-configuration", { vaultName = "v", vaultNotificationConfig = NOTIFICATIONS },
    NOTIFICATIONS, JSON_TYPE,
  },
  UploadArchive = {
    "POST", "/-/vaults/v/archives", { vaultName = "v", archiveDescription = "d", body = "hello world" }, "hello world",
    {
      ["x-amz-archive-description"] = "d", ["x-amz-content-sha256"] = HASH, ["x-amz-sha256-tree-hash"] = HASH,
    },
  },
  UploadMultipartPart = {
    "PUT", "/-/vaults/v/multipart-uploads/u",
    { vaultName = "v", uploadId = "u", range = "bytes 0-10/*", checksum = ("0"):rep(64), body = "hello world" },
    "hello world",
    {
      ["content-range"] = "bytes 0-10/*", ["x-amz-content-sha256"] = HASH, ["x-amz-sha256-tree-hash"] = ("0"):rep(64),
    },
  },
}

describe("the request of an operation", function()
  it("is tested for every operation", function()
    for _, operation in pairs(core.operations()) do assert.is_table(OPERATIONS[operation], operation) end
  end)

  for name, row in pairs(OPERATIONS) do
    it("is correct for " .. name, function()
      local method, target, params, body, headers = row[1], row[2], row[3], row[4], row[5]
      local request, seen = sent(name, params)
      assert.equal(method, request.method)
      assert.equal(target, seen)
      assert.same(headers or {}, meaningful(request.headers))
      assert.equal("2012-06-01", request.headers["x-amz-glacier-version"])
      if type(body) == "table" then
        assert.same(body, cjson.decode(request.body))
      elseif body then
        assert.equal(body, request.body)
      else
        assert.equal(method ~= "GET" and "" or nil, request.body)
      end
    end)
  end
end)

-- Name = its encoded form in a path or query. All bytes except the unreserved characters are encoded.
local ENCODED = {
  ["AZaz09-._~"] = "AZaz09-._~", ["..x"] = "..x", ["..."] = "...", ["-lead"] = "-lead", [".\0x"] = ".%00x",
  [" a  b "] = "%20a%20%20b%20", ["a/b"] = "a%2Fb", ["//"] = "%2F%2F", ["%"] = "%25", ["%2F"] = "%252F",
  ["a+b"] = "a%2Bb", ["a&b=c"] = "a%26b%3Dc", ["?x=1#y"] = "%3Fx%3D1%23y", ["{vaultName}"] = "%7BvaultName%7D",
  ["!*'();:@$,[]"] = "%21%2A%27%28%29%3B%3A%40%24%2C%5B%5D", ['"\\<>`^|'] = "%22%5C%3C%3E%60%5E%7C",
  ["\r\n\t"] = "%0D%0A%09", ["\0a\127"] = "%00a%7F", ["\195\188"] = "%C3%BC", ["e\204\129"] = "e%CC%81",
  ["\240\159\152\128"] = "%F0%9F%98%80", ["\255\254"] = "%FF%FE", [("x"):rep(3000)] = ("x"):rep(3000),
}

describe("a name in the path", function()
  for name, encoded in pairs(ENCODED) do
    it(("is encoded once: %q"):format(encoded:sub(1, 40)), function()
      local _, target = sent("DescribeJob", { accountId = name, vaultName = name, jobId = name })
      assert.equal(("/%s/vaults/%s/jobs/%s"):format(encoded, encoded, encoded), target)
    end)
  end
end)

describe("a value in the query", function()
  for value, encoded in pairs(ENCODED) do
    it(("is encoded once: %q"):format(encoded:sub(1, 40)), function()
      local _, target = sent("ListVaults", { marker = value })
      assert.equal("/-/vaults?marker=" .. encoded, target)
    end)
  end

  it("is sent even if it is empty", function()
    local _, target = sent("ListVaults", { marker = "", limit = "" })
    assert.equal("/-/vaults?marker=&limit=", target)
  end)
end)

describe("the account", function()
  it("is the caller's own if accountId is absent or empty", function()
    for _, account in ipairs { "", false } do
      local _, target = sent("DescribeVault", { accountId = account or nil, vaultName = "v" })
      assert.equal("/-/vaults/v", target)
    end
    assert.equal("/-/vaults", select(2, sent("ListVaults", nil)))
  end)

  it("is sent as the caller gives it", function()
    local _, target = sent("DescribeVault", { accountId = "012345678901", vaultName = "v" })
    assert.equal("/012345678901/vaults/v", target)
  end)
end)

describe("a string in the body", function()
  local ESCAPED = {
    ['"\\'] = [[\"\\]], ["\b\f\n\r\t"] = [[\b\f\n\r\t]], ["\0\1\31\127"] = [[\u0000\u0001\u001f\u007f]],
    ["</script>&'"] = "</script>&'", ["e\204\129 \240\159\152\128"] = "e\204\129 \240\159\152\128",
    ["\226\128\168"] = "\226\128\168", ["a%2Fb"] = "a%2Fb", [""] = "",
    [("\195\169"):rep(5000)] = ("\195\169"):rep(5000),
  }
  for text, escaped in pairs(ESCAPED) do
    it(("is escaped as in JSON: %q"):format(escaped:sub(1, 30)), function()
      local config = { SNSTopic = text, Events = { text, text } }
      local request = sent("SetVaultNotifications", { vaultName = "v", vaultNotificationConfig = config })
      local quoted = '"' .. escaped .. '"'
      assert.equal('{"SNSTopic":' .. quoted .. ',"Events":[' .. quoted .. "," .. quoted .. "]}", request.body)
      request = sent("AddTagsToVault", { vaultName = "v", Tags = { [text] = text } })
      assert.equal('{"Tags":{' .. quoted .. ":" .. quoted .. "}}", request.body)
    end)
  end
end)

describe("a body", function()
  local function body(name, params)
    params.vaultName = params.vaultName or name ~= "SetDataRetrievalPolicy" and "v" or nil
    return sent(name, params).body
  end

  it("has an empty list as a list, and an empty map or structure as an object", function()
    assert.equal('{"Events":[]}', body("SetVaultNotifications", { vaultNotificationConfig = { Events = {} } }))
    assert.equal('{"TagKeys":[]}', body("RemoveTagsFromVault", { TagKeys = {} }))
    assert.equal('{"Tags":{}}', body("AddTagsToVault", { Tags = {} }))
    assert.equal('{"OutputLocation":{"S3":{}}}',
      body("InitiateJob", { jobParameters = { OutputLocation = { S3 = {} } } }))
  end)

  it("is an empty object if all of its members are absent", function()
    assert.equal("{}", body("SetVaultNotifications", {}))
    assert.equal("{}", body("SetVaultNotifications", { vaultNotificationConfig = {} }))
    assert.equal("{}", body("AddTagsToVault", {}))
    assert.equal("{}", body("SetDataRetrievalPolicy", {}))
  end)

  it("has exact integers of 64 bits, and integral floats as integers", function()
    local function bytes_per_hour(value)
      return body("SetDataRetrievalPolicy", { Policy = { Rules = { { BytesPerHour = value } } } })
        :match '^{"Policy":{"Rules":%[{"BytesPerHour":(.-)}%]}}$'
    end
    assert.equal("0", bytes_per_hour(0))
    assert.equal("5", bytes_per_hour(5.0))
    assert.equal("-1", bytes_per_hour(-1))
    assert.equal("9007199254740992", bytes_per_hour(2 ^ 53))
    assert.equal("-9223372036854775808", bytes_per_hour(-2 ^ 63))
    if rawget(math, "maxinteger") then assert.equal("9223372036854775807", bytes_per_hour(math.maxinteger)) end
  end)

  it("has the items of a list in order, independently of the order in which the table was filled", function()
    local keys = {}
    for i = 300, 1, -1 do keys[i] = "k" .. i end
    local decoded = cjson.decode(body("RemoveTagsFromVault", { TagKeys = keys }))
    assert.same(keys, decoded.TagKeys)
  end)
end)

describe("the endpoint", function()
  local ENDPOINTS = {
    ["http://127.0.0.1:8080"] = { "http://127.0.0.1:8080/-/vaults", "127.0.0.1:8080" },
    ["http://127.0.0.1:8080/"] = { "http://127.0.0.1:8080/-/vaults", "127.0.0.1:8080" },
    ["https://Example.COM"] = { "https://example.com/-/vaults", "example.com" },
    ["https://example.com:443/base/path/"] = { "https://example.com/base/path/-/vaults", "example.com" },
    ["http://example.com:80"] = { "http://example.com/-/vaults", "example.com" },
    ["http://example.com:443"] = { "http://example.com:443/-/vaults", "example.com:443" },
    ["http://[::1]:9000/x"] = { "http://[::1]:9000/x/-/vaults", "[::1]:9000" },
    ["https://[2001:DB8::1]"] = { "https://[2001:db8::1]/-/vaults", "[2001:db8::1]" },
    ["http://localhost/a%20b//c/../d"] = { "http://localhost/a%20b//c/../d/-/vaults", "localhost" },
  }
  for url, expected in pairs(ENDPOINTS) do
    it("may be " .. url, function()
      local request = sent("ListVaults", {}, { endpoint_url = url })
      assert.same(expected, { request.url, request.headers.Host })
    end)
  end

  it("is that of the region by default", function()
    local request = sent("ListVaults", {}, { region = "cn-north-1" })
    assert.equal("https://glacier.cn-north-1.amazonaws.com.cn/-/vaults", request.url)
    assert.equal("glacier.cn-north-1.amazonaws.com.cn", request.headers.Host)
  end)
end)
