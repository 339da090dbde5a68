-- How JSON bodies of successful responses are read, by the shapes of the operations' outputs.
local canned = require "spec.support.canned"

local call, members, rejected = canned.call, canned.members, canned.assert_rejected

-- Unusual bodies that are accepted. Columns: title, operation, body, expected members.
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
  { "escapes, NUL bytes and characters beyond the basic plane", "DescribeVault",
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

-- Bodies that are rejected. Columns: title, operation, body, part of the message.
local REJECTED = {
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
  { "lists nested without end", "ListVaults", '{"x":' .. ("["):rep(100000), "not a JSON object" },
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

describe("the parser of responses", function()
  for _, case in ipairs(UNDERSTOOD) do
    it("reads " .. case[1], function()
      assert.same(case[4], members(case[2], case[3]))
    end)
  end

  for _, case in ipairs(REJECTED) do
    it("rejects " .. case[1], function()
      rejected(case[4], case[2], case[3])
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
    it("takes the status " .. status .. " as a success", function()
      assert.equal(status, call("SetVaultNotifications", "", nil, status).ResponseMetadata.HTTPStatusCode)
    end)
  end
end)
