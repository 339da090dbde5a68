-- The table that a successful response becomes, by the shape of the operation's output.
local core = require "glacier.core"
local glacier = require "glacier"
local json = require "glacier.json"

local REGION, KEYS = "us-east-1", { access_key_id = "AKID", secret_access_key = "SECRET" }

-- Parameters of the operations that need others than a vault's name.
local INPUT = {
  CompleteMultipartUpload = { vaultName = "v", uploadId = "u" },
  AbortMultipartUpload = { vaultName = "v", uploadId = "u" },
  ListParts = { vaultName = "v", uploadId = "u" }, CompleteVaultLock = { vaultName = "v", lockId = "l" },
  DeleteArchive = { vaultName = "v", archiveId = "a" }, DescribeJob = { vaultName = "v", jobId = "j" },
  GetDataRetrievalPolicy = {}, SetDataRetrievalPolicy = {}, ListProvisionedCapacity = {},
  PurchaseProvisionedCapacity = {}, ListVaults = {}, UploadArchive = { vaultName = "v", body = "" },
}

-- The output of `operation` for that response. `headers` and `status` are optional.
local function call(operation, body, headers, status)
  local client = glacier.client {
    region = REGION, credentials = KEYS, env = {}, max_attempts = 1,
    transport = function()
      return { status = status or 200, headers = headers or {}, body = body }
    end,
  }
  return client:call(operation, INPUT[operation] or { vaultName = "v" })
end

-- The same without its metadata.
local function members(...)
  local output = call(...)
  output.ResponseMetadata = nil
  return output
end

local function refused(words, ...)
  local good, err = pcall(call, ...)
  assert.is_false(good)
  assert.equal("ResponseParserError", err.code)
  assert.equal("transport", err.kind)
  assert.is_false(err.retryable)
  assert.matches(words, err.message, 1, true)
  assert.equal(err.message, tostring(err))
end

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

-- operation, body, what it becomes
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

-- operation, status, members that travel in headers, and under which name
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

-- Odd bodies that are still understood: why, operation, body, what they become.
local UNDERSTOOD = {
  { "an empty body as one without members", "DescribeVault", "", {} },
  { "an empty body under a payload", "GetVaultNotifications", "", { vaultNotificationConfig = {} } },
  { "an empty object", "ListVaults", "{}", {} },
  { "blanks around it", "ListVaults", ' \r\n\t{ "Marker" : "m" }\r\n ', { Marker = "m" } },
  { "nulls as absent", "DescribeVault", '{"VaultName":null,"SizeInBytes":null,"VaultARN":"a"}', { VaultARN = "a" } },
  { "null for a list, a map and a structure", "DescribeJob",
    '{"OutputLocation":{"S3":{"AccessControlList":null,"Tagging":null,"Encryption":null}}}',
    { OutputLocation = { S3 = {} } } },
  { "nulls in a list as absent", "GetVaultNotifications", '{"Events":[null,"a",null,"b"]}',
    { vaultNotificationConfig = { Events = { "a", "b" } } } },
  { "a list of nulls as an empty one", "ListVaults", '{"VaultList":[null]}', { VaultList = {} } },
  { "nulls in a map as absent", "ListTagsForVault", '{"Tags":{"a":null,"b":"1"}}', { Tags = { b = "1" } } },
  { "an empty list", "ListVaults", '{"VaultList":[],"Marker":null}', { VaultList = {} } },
  { "an empty map", "ListTagsForVault", '{"Tags":{}}', { Tags = {} } },
  { "unknown members of any type as absent", "DescribeVault",
    '{"VaultName":"v","New":{"a":[1,null,{"b":[[]]}]},"Other":[],"":1}', { VaultName = "v" } },
  { "names in another case as unknown members", "DescribeVault",
    '{"vaultname":"v","VAULTARN":"a","sizeInBytes":1}', {} },
  { "the payload's own name inside it as an unknown member", "GetVaultNotifications",
    '{"vaultNotificationConfig":{"SNSTopic":"x"}}', { vaultNotificationConfig = {} } },
  { "the last of two members with one name", "ListVaults", '{"Marker":"a","Marker":"b"}', { Marker = "b" } },
  { "strings of digits as integers where an integer belongs", "DescribeVault",
    '{"SizeInBytes":"78088912","NumberOfArchives":"-1"}', { SizeInBytes = 78088912, NumberOfArchives = -1 } },
  { "integral numbers with a point or an exponent as integers", "DescribeVault",
    '{"SizeInBytes":1e3,"NumberOfArchives":5.0}', { SizeInBytes = 1000, NumberOfArchives = 5 } },
  { "integers up to 2^53 exactly", "DescribeVault",
    '{"SizeInBytes":9007199254740991,"NumberOfArchives":-9007199254740991}',
    { SizeInBytes = 9007199254740991, NumberOfArchives = -9007199254740991 } },
  { "true and false in strings as booleans", "ListJobs",
    '{"JobList":[{"Completed":"true"},{"Completed":"false"},{"Completed":true}]}',
    { JobList = { { Completed = true }, { Completed = false }, { Completed = true } } } },
  { "numbers and booleans where a string belongs without converting them", "DescribeVault",
    '{"VaultName":5,"VaultARN":true,"CreationDate":1.5}', { VaultName = 5, VaultARN = true, CreationDate = 1.5 } },
  { "escapes, zero bytes and characters beyond the basic plane", "DescribeVault",
    [[{"VaultName":"\u00e9\ud83d\ude00\u0000\n\"\\\/","VaultARN":"é😀"}]],
    { VaultName = "é😀\0\n\"\\/", VaultARN = "é😀" } },
  { "half of a surrogate pair as U+FFFD", "DescribeVault",
    [[{"VaultName":"a\ud83db","VaultARN":"\ude00","CreationDate":"\ud83d\ud83d\ude00","New":"\ud83d"}]],
    { VaultName = "a\239\191\189b", VaultARN = "\239\191\189", CreationDate = "\239\191\189😀" } },
  { "NaN and Infinity as absent", "DescribeVault",
    '{"SizeInBytes":NaN,"NumberOfArchives":-Infinity,"VaultName":"v","New":[Infinity,NaN]}', { VaultName = "v" } },
  { "the byte 255 at the start of a string as U+FFFD", "DescribeVault", '{"VaultName":"\2551.5"}',
    { VaultName = "\239\191\1891.5" } },
  { "a backslash before a quotation mark and before the end", "DescribeVault",
    [[{"VaultName":"\\\"1,5","VaultARN":"\\"}]],
    { VaultName = '\\"1,5', VaultARN = "\\" } },
  { "fractions and exponents where a string belongs as numbers", "DescribeVault",
    '{"VaultName":-1.5e-3,"VaultARN":2E+2,"CreationDate":-0}',
    { VaultName = -1.5e-3, VaultARN = 200, CreationDate = 0 } },
  { "empty strings as they are", "ListVaults", '{"Marker":""}', { Marker = "" } },
}

-- why, operation, body, words
local REFUSED = {
  { "text", "DescribeVault", "no JSON", "not a JSON object" },
  { "a proxy's page", "GetVaultNotifications", "<html>welcome</html>", "not a JSON object" },
  { "JSON cut short", "ListVaults", '{"Marker":"m"', "not a JSON object" },
  { "text after the object", "ListVaults", "{} x", "not a JSON object" },
  { "a list", "DescribeVault", "[]", "not a JSON object" },
  { "null", "GetVaultNotifications", "null", "not a JSON object" },
  { "a string", "GetVaultLock", '"x"', "not a JSON object" },
  { "a number", "ListJobs", "5", "not a JSON object" },
  { "nothing but blanks", "DescribeJob", " \n", "not a JSON object" },
  { "single quotes", "ListVaults", "{'Marker':'m'}", "not a JSON object" },
  { "hexadecimal numbers", "DescribeVault", '{"SizeInBytes":0x10}', "not a JSON object" },
  { "a number without digits after its point", "DescribeVault", '{"SizeInBytes":1.}', "not a JSON object" },
  { "a number with a leading zero", "DescribeVault", '{"SizeInBytes":01}', "not a JSON object" },
  { "a number with a plus", "DescribeVault", '{"SizeInBytes":+1}', "not a JSON object" },
  { "a minus without digits", "DescribeVault", '{"SizeInBytes":-}', "not a JSON object" },
  { "a minus before a point", "DescribeVault", '{"New":-.5}', "not a JSON object" },
  { "infinity in lower case", "DescribeVault", '{"SizeInBytes":infinity}', "not a JSON object" },
  { "two numbers without a comma", "DescribeVault", '{"Other":[1 1.5]}', "not a JSON object" },
  { "a number as a name", "DescribeVault", '{1.5:2}', "not a JSON object" },
  { "objects nested without end", "ListVaults", '{"x":' .. ("["):rep(100000), "not a JSON object" },
  { "a string for a list", "GetVaultNotifications", '{"Events":"x"}', "Events should be a list" },
  { "an object for a list", "GetVaultNotifications", '{"Events":{"a":"b"}}', "Events should be a list" },
  { "a list for an object", "DescribeJob", '{"OutputLocation":[1]}', "OutputLocation should be an object" },
  { "a list for a map", "ListTagsForVault", '{"Tags":["a"]}', "Tags should be an object" },
  { "a string for an object", "GetDataRetrievalPolicy", '{"Policy":"x"}', "Policy should be an object" },
  { "strings in a list of objects", "ListVaults", '{"VaultList":["x"]}', "VaultList should be an object" },
  { "an object for a string", "DescribeVault", '{"VaultName":{}}', "VaultName should be a plain value" },
  { "a list in a list of strings", "GetVaultNotifications", '{"Events":[["a"]]}', "Events should be a plain value" },
  { "letters for an integer", "DescribeVault", '{"SizeInBytes":"12x"}', "SizeInBytes should be an integer" },
  { "an empty string for an integer", "DescribeVault", '{"SizeInBytes":""}', "SizeInBytes should be an integer" },
  { "a string of digits of more than 64 bits", "DescribeVault",
    '{"SizeInBytes":"9223372036854775808"}', "should be an integer" },
  { "a fraction for an integer", "DescribeVault", '{"SizeInBytes":1.5}', "SizeInBytes should be an integer" },
  { "a boolean for an integer", "DescribeVault", '{"SizeInBytes":true}', "SizeInBytes should be an integer" },
  { "a number for a boolean", "DescribeJob", '{"Completed":1}', "Completed should be true or false" },
  { "another word for a boolean", "DescribeJob", '{"Completed":"yes"}', "Completed should be true or false" },
}

-- operation -> the member without which a success is none, and its header
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
    it("of " .. operation .. " without " .. required[1] .. " is an error that says so", function()
      for _, headers in ipairs { {}, { [required[2]] = "" } } do
        refused(required[1] .. " is missing: the response has no header " .. required[2], operation, "", headers)
      end
    end)
  end

  for _, case in ipairs(BODIES) do
    it("of " .. case[1] .. " becomes a table of its members", function()
      assert.same(case[3], members(case[1], case[2]))
    end)
  end

  for _, case in ipairs(HEADERS) do
    it("of " .. case[1] .. " has its members in headers, in upper or lower case", function()
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

    it("of " .. case[1] .. " does not depend on its body", function()
      local id = REQUIRED[case[1]]
      local headers = id and { [id[2]] = "i" }
      assert.same(id and { [id[1]] = "i" } or {}, members(case[1], "<html>done</html>", headers, case[2]))
    end)
  end

  for _, operation in ipairs(WITHOUT_OUTPUT) do
    it("of " .. operation .. " has only its metadata", function()
      assert.same({}, members(operation, nil, nil, 204))
      assert.same({}, members(operation, '{"Marker":"m"}', nil, 200))
    end)
  end

end)

describe("the parser of responses", function()
  for _, case in ipairs(UNDERSTOOD) do
    it("reads " .. case[1], function()
      assert.same(case[4], members(case[2], case[3]))
    end)
  end

  for _, case in ipairs(REFUSED) do
    it("refuses " .. case[1], function()
      refused(case[4], case[2], case[3])
    end)
  end

  it("reads integers as Lua's integer type on Lua 5.3 and later", function()
    local output = call("DescribeVault", '{"SizeInBytes":5,"NumberOfArchives":"6","VaultName":7.0}')
    assert.equal("5 6 7", output.SizeInBytes .. " " .. output.NumberOfArchives .. " " .. output.VaultName)
  end)

  it("reads integers of 64 bits exactly on Lua 5.3 and later, and as the nearest number elsewhere", function()
    for _, digits in ipairs { "9223372036854775807", "-9223372036854775808", "9007199254740993", "1234567890123456" } do
      local value = math.type and math.tointeger(digits) or tonumber(digits)
      for _, text in ipairs { digits, '"' .. digits .. '"' } do
        local output = call("DescribeVault", ('{"SizeInBytes":%s,"NumberOfArchives":%s}'):format(text, text))
        assert.equal(value, output.SizeInBytes)
        assert.equal(value, output.NumberOfArchives)
        assert.equal(math.type and "integer", math.type and math.type(output.SizeInBytes))
      end
    end
    assert.equal(1234567890123456, call("DescribeVault", '{"VaultName":1234567890123456}').VaultName)
  end)

  it("reads an integer of more than 64 bits as the nearest number", function()
    assert.equal(1e20, call("DescribeVault", '{"SizeInBytes":100000000000000000000}').SizeInBytes)
  end)

  it("keeps the order of a thousand vaults", function()
    local names = {}
    for i = 1, 1000 do
      names[i] = ('{"VaultName":"v%d"}'):format(i)
    end
    local list = call("ListVaults", '{"VaultList":[' .. table.concat(names, ",") .. "]}").VaultList
    assert.equal(1000, #list)
    for i = 1, 1000 do
      assert.equal("v" .. i, list[i].VaultName)
    end
  end)

  for _, status in ipairs { 200, 201, 202, 204, 206, 299 } do
    it("is a success with status " .. status, function()
      assert.equal(status, call("SetVaultNotifications", "", nil, status).ResponseMetadata.HTTPStatusCode)
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
