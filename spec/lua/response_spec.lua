-- The tables that successful responses become, by the shapes of the operations' outputs.
local core = require "glacier.core"
local json = require "glacier.json"
local canned = require "spec.support.canned"

local call, members, rejected = canned.call, canned.members, canned.assert_rejected

local VAULT = '"VaultARN":"arn:v","VaultName":"v","CreationDate":"2012-01-01T00:00:00.000Z",'
  .. '"LastInventoryDate":"2012-01-02T00:00:00.000Z","NumberOfArchives":192,"SizeInBytes":78088912'
local VAULT_TABLE = {
  VaultARN = "arn:v", VaultName = "v", CreationDate = "2012-01-01T00:00:00.000Z",
  LastInventoryDate = "2012-01-02T00:00:00.000Z", NumberOfArchives = 192, SizeInBytes = 78088912,
}
local JOB = [["JobId":"j","JobDescription":"d","Action":"Select","ArchiveId":"a","VaultARN":"arn:v","CreationDate":"c",
  "Completed":false,"StatusCode":"InProgress","StatusMessage":"m","ArchiveSizeInBytes":16777216,
  "InventorySizeInBytes":0,"SNSTopic":"arn:t","CompletionDate":"e","SHA256TreeHash":"h",
  "ArchiveSHA256TreeHash":"g","RetrievalByteRange":"0-16777215","Tier":"Standard",
  "InventoryRetrievalParameters":{"Format":"JSON","StartDate":"s","EndDate":"e","Limit":"10","Marker":"k"},
  "JobOutputPath":"p","SelectParameters":{"InputSerialization":{"csv":{"FileHeaderInfo":"USE","Comments":"#",
    "QuoteEscapeCharacter":"q","RecordDelimiter":"r","FieldDelimiter":"f","QuoteCharacter":"x"}},
    "ExpressionType":"SQL","Expression":"select","OutputSerialization":{"csv":{"QuoteFields":"ALWAYS",
    "QuoteEscapeCharacter":"q","RecordDelimiter":"r","FieldDelimiter":"f","QuoteCharacter":"x"}}},
  "OutputLocation":{"S3":{"BucketName":"b","Prefix":"p","Encryption":{"EncryptionType":"aws:kms","KMSKeyId":"k",
    "KMSContext":"c"},"CannedACL":"private","AccessControlList":[{"Grantee":{"Type":"Group","DisplayName":"d",
    "URI":"u","ID":"i","EmailAddress":"m"},"Permission":"READ"},{"Permission":"WRITE"}],"Tagging":{"t":"1"},
    "UserMetadata":{"u":"2","":"3"},"StorageClass":"STANDARD"}}]]
local JOB_TABLE = {
  JobId = "j", JobDescription = "d", Action = "Select", ArchiveId = "a", VaultARN = "arn:v",
  CreationDate = "c", Completed = false, StatusCode = "InProgress", StatusMessage = "m",
  ArchiveSizeInBytes = 16777216, InventorySizeInBytes = 0, SNSTopic = "arn:t", CompletionDate = "e",
  SHA256TreeHash = "h", ArchiveSHA256TreeHash = "g", RetrievalByteRange = "0-16777215",
  Tier = "Standard", JobOutputPath = "p",
  InventoryRetrievalParameters = { Format = "JSON", StartDate = "s", EndDate = "e", Limit = "10", Marker = "k" },
  SelectParameters = {
    InputSerialization = { csv = {
      FileHeaderInfo = "USE", Comments = "#", QuoteEscapeCharacter = "q", RecordDelimiter = "r",
      FieldDelimiter = "f", QuoteCharacter = "x",
    } },
    ExpressionType = "SQL", Expression = "select",
    OutputSerialization = { csv = {
      QuoteFields = "ALWAYS", QuoteEscapeCharacter = "q", RecordDelimiter = "r",
      FieldDelimiter = "f", QuoteCharacter = "x",
    } },
  },
  OutputLocation = { S3 = {
    BucketName = "b", Prefix = "p", CannedACL = "private", StorageClass = "STANDARD",
    Encryption = { EncryptionType = "aws:kms", KMSKeyId = "k", KMSContext = "c" },
    AccessControlList = {
      { Grantee = { Type = "Group", DisplayName = "d", URI = "u", ID = "i", EmailAddress = "m" }, Permission = "READ" },
      { Permission = "WRITE" },
    },
    Tagging = { t = "1" }, UserMetadata = { u = "2", [""] = "3" },
  } },
}

-- Columns: operation, body, expected members.
local BODIES = {
  { "DescribeJob", "{" .. JOB .. "}", JOB_TABLE },
  { "DescribeVault", "{" .. VAULT .. "}", VAULT_TABLE },
  { "GetDataRetrievalPolicy",
    '{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":10737418240},{"Strategy":"None"}]}}',
    { Policy = { Rules = { { Strategy = "BytesPerHour", BytesPerHour = 10737418240 }, { Strategy = "None" } } } } },
  { "GetVaultAccessPolicy", [[{"Policy":"{\"a\":[]}"}]], { policy = { Policy = '{"a":[]}' } } },
  { "GetVaultLock", '{"Policy":"p","State":"Locked","ExpirationDate":"e","CreationDate":"c"}',
    { Policy = "p", State = "Locked", ExpirationDate = "e", CreationDate = "c" } },
  { "GetVaultNotifications",
    '{"Events":["ArchiveRetrievalCompleted","InventoryRetrievalCompleted"],"SNSTopic":"arn:t"}',
    { vaultNotificationConfig = {
      Events = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" }, SNSTopic = "arn:t",
    } } },
  { "ListJobs", "{\"JobList\":[{" .. JOB .. "},{\"JobId\":\"k\"}],\"Marker\":\"m\"}",
    { JobList = { JOB_TABLE, { JobId = "k" } }, Marker = "m" } },
  { "ListMultipartUploads",
    [[{"UploadsList":[{"MultipartUploadId":"u","VaultARN":"v","ArchiveDescription":"d",
      "PartSizeInBytes":4194304,"CreationDate":"c"}],"Marker":null}]],
    { UploadsList = { {
      MultipartUploadId = "u", VaultARN = "v", ArchiveDescription = "d", PartSizeInBytes = 4194304, CreationDate = "c",
    } } } },
  { "ListParts",
    [[{"MultipartUploadId":"u","VaultARN":"v","ArchiveDescription":"d","PartSizeInBytes":4194304,
      "CreationDate":"c","Parts":[{"RangeInBytes":"0-4194303","SHA256TreeHash":"h"}],"Marker":"m"}]],
    { MultipartUploadId = "u", VaultARN = "v", ArchiveDescription = "d", PartSizeInBytes = 4194304, CreationDate = "c",
      Parts = { { RangeInBytes = "0-4194303", SHA256TreeHash = "h" } }, Marker = "m" } },
  { "ListProvisionedCapacity", '{"ProvisionedCapacityList":[{"CapacityId":"i","StartDate":"s","ExpirationDate":"e"}]}',
    { ProvisionedCapacityList = { { CapacityId = "i", StartDate = "s", ExpirationDate = "e" } } } },
  { "ListTagsForVault", '{"Tags":{"a":"1","\\u00fc":"\\u20ac","1":"x"}}',
    { Tags = { a = "1", ["ü"] = "€", ["1"] = "x" } } },
  { "ListVaults", '{"Marker":"arn:m","VaultList":[{' .. VAULT .. "}]}",
    { Marker = "arn:m", VaultList = { VAULT_TABLE } } },
}

-- Columns: operation, status, then members that the response has in headers = the header's name.
local HEADERS = {
  { "CompleteMultipartUpload", 201, location = "Location", checksum = "x-amz-sha256-tree-hash",
    archiveId = "x-amz-archive-id" },
  { "CreateVault", 201, location = "Location" },
  { "InitiateJob", 202, location = "Location", jobId = "x-amz-job-id", jobOutputPath = "x-amz-job-output-path" },
  { "InitiateMultipartUpload", 201, location = "Location", uploadId = "x-amz-multipart-upload-id" },
  { "InitiateVaultLock", 201, lockId = "x-amz-lock-id" },
  { "PurchaseProvisionedCapacity", 201, capacityId = "x-amz-capacity-id" },
}

local WITHOUT_OUTPUT = {
  "AbortMultipartUpload", "AbortVaultLock", "AddTagsToVault", "CompleteVaultLock", "DeleteArchive",
  "DeleteVault", "DeleteVaultAccessPolicy", "DeleteVaultNotifications", "RemoveTagsFromVault",
  "SetDataRetrievalPolicy", "SetVaultAccessPolicy", "SetVaultNotifications",
}

-- Operation = { member that a success must have, its header }.
local REQUIRED = {
  CompleteMultipartUpload = { "archiveId", "x-amz-archive-id" },
  InitiateJob = { "jobId", "x-amz-job-id" },
  InitiateMultipartUpload = { "uploadId", "x-amz-multipart-upload-id" },
  InitiateVaultLock = { "lockId", "x-amz-lock-id" },
  PurchaseProvisionedCapacity = { "capacityId", "x-amz-capacity-id" },
  UploadArchive = { "archiveId", "x-amz-archive-id" },
}

describe("a response", function()
  for operation, required in pairs(REQUIRED) do
    it("is an error if it belongs to " .. operation .. " and lacks " .. required[1], function()
      for _, headers in ipairs { {}, { [required[2]] = "" } } do
        rejected(required[1] .. " is missing: the response has no header " .. required[2], operation, "", headers)
      end
    end)
  end

  for _, case in ipairs(BODIES) do
    it("becomes a table of its members: " .. case[1], function()
      assert.same(case[3], members(case[1], case[2]))
    end)
  end

  for _, case in ipairs(HEADERS) do
    it("has its members in headers, in upper or lower case: " .. case[1], function()
      local lower, upper, expected = {}, {}, {}
      for member, header in pairs(case) do
        if type(member) == "string" then
          local value = "/" .. member
          lower[header:lower()], upper[header:upper()], expected[member] = value, value, value
        end
      end
      assert.same(expected, members(case[1], "", lower, case[2]))
      assert.same(expected, members(case[1], "", upper, case[2]))
    end)

    it("does not depend on its body: " .. case[1], function()
      local id = REQUIRED[case[1]]
      local headers = id and { [id[2]] = "i" }
      assert.same(id and { [id[1]] = "i" } or {}, members(case[1], "<html>done</html>", headers, case[2]))
    end)
  end

  for _, operation in ipairs(WITHOUT_OUTPUT) do
    it("has only metadata: " .. operation, function()
      assert.same({}, members(operation, nil, nil, 204))
      assert.same({}, members(operation, '{"Marker":"m"}', nil, 200))
    end)
  end

end)

describe("the metadata of a response", function()
  local function metadata(headers)
    return call("ListVaults", "{}", headers).ResponseMetadata
  end

  it("has the status, the request ID, the attempts and the headers", function()
    assert.same({
      HTTPStatusCode = 200, RequestId = "R", RetryAttempts = 0,
      HTTPHeaders = { ["x-amzn-requestid"] = "R", ["content-type"] = "application/json" },
    }, metadata { ["x-amzn-RequestId"] = "R", ["Content-Type"] = "application/json" })
  end)

  it("has the request ID of a header in upper or lower case", function()
    for _, name in ipairs { "x-amzn-requestid", "X-AMZN-REQUESTID", "X-Amzn-RequestId" } do
      assert.equal("R", metadata({ [name] = "R" }).RequestId)
    end
  end)

  it("has the older pair of IDs if the request ID is missing", function()
    local found = metadata { ["x-amz-request-id"] = "Q", ["x-amz-id-2"] = "H" }
    assert.equal("Q", found.RequestId)
    assert.equal("H", found.HostId)
    found = metadata { ["x-amzn-requestid"] = "R", ["x-amz-request-id"] = "Q", ["x-amz-id-2"] = "H" }
    assert.equal("R", found.RequestId)
    assert.is_nil(found.HostId)
    assert.is_nil(metadata({}).RequestId)
  end)

  it("joins the values of one header", function()
    local headers = metadata({ ["X-A"] = { "1", "2", "3" }, ["x-b"] = { "4" }, ["X-C"] = { "", "" } }).HTTPHeaders
    assert.same({ ["x-a"] = "1, 2, 3", ["x-b"] = "4", ["x-c"] = ", " }, headers)
  end)

  -- Columns: { operation, status, whether the response keeps its headers and its body after parsing }.
  for _, case in ipairs {
    { "ListVaults", 200, false }, { "DeleteVault", 204, false },
    { "GetJobOutput", 200, true }, { "ListVaults", 400, true },
  } do
    local operation, status, keeps = case[1], case[2], case[3]
    it(("%s its headers and its body after it was parsed as %d of %s, and its status"):format(
      keeps and "keeps" or "frees", status, operation), function()
      local response = assert(core.response { status = status, headers = { ["X-A"] = "1" }, body = "{}" })
      core.parse(operation, response, json.reader)
      assert.equal(status, response:status())
      assert.equal(keeps and "1" or nil, response:header "x-a")
      assert.equal(keeps and "{}" or "", response:body())
    end)
  end

  it("needs about ten times the memory to join ten times as many values of one header", function()
    local function kilobytes(count)
      local values = {}
      for i = 1, count do
        values[i] = "value"
      end
      local response = assert(core.response { status = 200, headers = { a = values } })
      collectgarbage()
      collectgarbage "stop"
      local before = collectgarbage "count"
      core.parse("CreateVault", response, json.reader)
      local used = collectgarbage "count" - before
      collectgarbage "restart"
      return used
    end
    assert.is_true(kilobytes(20000) < 20 * kilobytes(2000))
  end)

  it("keeps empty values and bytes outside ASCII", function()
    local headers = metadata({ ["X-Empty"] = "", ["X-Bytes"] = "\233 \195\169" }).HTTPHeaders
    assert.equal("", headers["x-empty"])
    assert.equal("\233 \195\169", headers["x-bytes"])
  end)
end)
