-- Invalid parameters: the error lists each problem on a line, in botocore's words with the names of Lua's types. The
-- client sends nothing.
local invalid_parameters = require "spec.support.invalid_parameters"

local JOB_MEMBERS = "Format, Type, ArchiveId, Description, SNSTopic, RetrievalByteRange, Tier, "
  .. "InventoryRetrievalParameters, SelectParameters, OutputLocation"

local problems = invalid_parameters.problems

local function each(rows)
  invalid_parameters.each(it, rows)
end

describe("a required member", function()
  each {
    ["is reported as missing"] = { "CreateVault", {}, 'Missing required parameter in input: "vaultName"' },
    ["is reported beside another missing one"] = {
      "DescribeJob", { accountId = "-" },
      'Missing required parameter in input: "vaultName"', 'Missing required parameter in input: "jobId"',
    },
    ["is reported as missing in a nested structure"] = {
      "InitiateJob", {
        vaultName = "v",
        jobParameters = { OutputLocation = { S3 = { AccessControlList = { {}, { Grantee = {} } } } } },
      },
      'Missing required parameter in jobParameters.OutputLocation.S3.AccessControlList[1].Grantee: "Type"',
    },
  }

  it("is reported as missing if there are no parameters", function()
    assert.same({ 'Missing required parameter in input: "vaultName"' }, problems("CreateVault", nil))
  end)
end)

describe("an unknown member", function()
  each {
    ["is reported with the names of the known members"] = {
      "CreateVault", { vaultName = "v", VaultName = "v" },
      'Unknown parameter in input: "VaultName", must be one of: accountId, vaultName',
    },
    ["is reported with its path"] = {
      "SetVaultNotifications", { vaultName = "v", vaultNotificationConfig = { Foo = 1 } },
      'Unknown parameter in vaultNotificationConfig: "Foo", must be one of: SNSTopic, Events',
    },
    ["is reported with its path in a list"] = {
      "SetDataRetrievalPolicy", { Policy = { Rules = { {}, { strategy = "None" } } } },
      'Unknown parameter in Policy.Rules[1]: "strategy", must be one of: Strategy, BytesPerHour',
    },
    ["is reported if it is not a string"] = {
      "DescribeVault", { vaultName = "v", "x", [2.5] = 1, [true] = 1, [{}] = 1 },
      'Unknown parameter in input: "1", must be one of: accountId, vaultName',
      'Unknown parameter in input: "2.5", must be one of: accountId, vaultName',
      'Unknown parameter in input: "true", must be one of: accountId, vaultName',
      'Unknown parameter in input: "table", must be one of: accountId, vaultName',
    },
    ["is reported for the items of a list in place of a structure"] = {
      "InitiateJob", { vaultName = "v", jobParameters = { "x" } },
      'Unknown parameter in jobParameters: "1", must be one of: ' .. JOB_MEMBERS,
    },
    ["is shown without breaking the line"] = {
      "DescribeVault", { vaultName = "v", ["a\r\nb\0\127"] = 1 },
      'Unknown parameter in input: "a\\x0d\\x0ab\\x00\\x7f", must be one of: accountId, vaultName',
    },
    ["is reported though a known member begins like it"] = {
      "DescribeVault", { vaultName = "v", ["vaultName\0"] = 1, vault = 1 },
      'Unknown parameter in input: "vaultName\\x00", must be one of: accountId, vaultName',
      'Unknown parameter in input: "vault", must be one of: accountId, vaultName',
    },
  }
end)

describe("a wrong type", function()
  each {
    ["is reported for a string"] = {
      "DescribeVault", { accountId = 12, vaultName = true },
      "Invalid type for parameter accountId, value: 12, type: number, valid types: string",
      "Invalid type for parameter vaultName, value: true, type: boolean, valid types: string",
    },
    ["is reported for a string in the query or a header"] = {
      "ListVaults", { limit = 10, marker = {} },
      "Invalid type for parameter limit, value: 10, type: number, valid types: string",
      "Invalid type for parameter marker, value: table, type: table, valid types: string",
    },
    ["is reported for a list"] = {
      "SetVaultNotifications", { vaultName = "v", vaultNotificationConfig = { Events = "x" } },
      "Invalid type for parameter vaultNotificationConfig.Events, value: x, type: string, valid types: table (list)",
    },
    ["is reported for a list's items, counted from 0"] = {
      "SetVaultNotifications", { vaultName = "v", vaultNotificationConfig = { Events = { "a", 5, "b", false } } },
      "Invalid type for parameter vaultNotificationConfig.Events[1], value: 5, type: number, valid types: string",
      "Invalid type for parameter vaultNotificationConfig.Events[3], value: false, type: boolean, valid types: string",
    },
    ["is reported for a structure"] = {
      "SetVaultNotifications", { vaultName = "v", vaultNotificationConfig = "x" },
      "Invalid type for parameter vaultNotificationConfig, value: x, type: string, valid types: table",
    },
    ["is reported for a map"] = {
      "AddTagsToVault", { vaultName = "v", Tags = 5 },
      "Invalid type for parameter Tags, value: 5, type: number, valid types: table (map)",
    },
    ["is reported for a map's values"] = {
      "AddTagsToVault", { vaultName = "v", Tags = { a = 1, ["b c"] = {}, d = "x" } },
      "Invalid type for parameter Tags.a, value: 1, type: number, valid types: string",
      "Invalid type for parameter Tags.b c, value: table, type: table, valid types: string",
    },
    ["is reported for a map's keys, and for the values of these keys"] = {
      "AddTagsToVault", { vaultName = "v", Tags = { "x", [2.5] = "y", [true] = 3 } },
      "Invalid type for parameter Tags (key: 1), value: 1, type: number, valid types: string",
      "Invalid type for parameter Tags (key: 2.5), value: 2.5, type: number, valid types: string",
      "Invalid type for parameter Tags (key: true), value: true, type: boolean, valid types: string",
      "Invalid type for parameter Tags.true, value: 3, type: number, valid types: string",
    },
    ["is reported for an integer"] = {
      "SetDataRetrievalPolicy",
      { Policy = { Rules = { { BytesPerHour = "5" }, { BytesPerHour = 1.5 }, { BytesPerHour = 2 ^ 63 }, 7 } } },
      "Invalid type for parameter Policy.Rules[0].BytesPerHour, value: 5, type: string, valid types: number (integer)",
      "Invalid type for parameter Policy.Rules[1].BytesPerHour, value: 1.5, type: number, "
        .. "valid types: number (integer)",
      "Invalid type for parameter Policy.Rules[2].BytesPerHour, value: " .. tostring(2 ^ 63)
        .. ", type: number, valid types: number (integer)",
      "Invalid type for parameter Policy.Rules[3], value: 7, type: number, valid types: table",
    },
    ["is reported for a body of bytes"] = {
      "UploadArchive", { vaultName = "v", body = { "x" } },
      "Invalid type for parameter body, value: table, type: table, valid types: string, open file, function",
    },
    ["is reported for a function"] = {
      "DescribeVault", { vaultName = print },
      "Invalid type for parameter vaultName, value: function, type: function, valid types: string",
    },
    ["is reported for the parameters themselves"] = {
      "DescribeVault", "v", "Invalid type for parameter input, value: v, type: string, valid types: table",
    },
    ["shows a value without breaking the line"] = {
      "AddTagsToVault", { vaultName = "v", Tags = "a\nb\0" },
      "Invalid type for parameter Tags, value: a\\x0ab\\x00, type: string, valid types: table (map)",
    },
    ["shows a key without breaking the line"] = {
      "AddTagsToVault", { vaultName = "v", Tags = { ["a\0\nb"] = 1 } },
      "Invalid type for parameter Tags.a\\x00\\x0ab, value: 1, type: number, valid types: string",
    },
    ["shows the beginning of a long value, in whole characters"] = {
      "AddTagsToVault", { vaultName = "v", Tags = "xx" .. ("\226\130\172"):rep(1000) },
      "Invalid type for parameter Tags, value: xx" .. ("\226\130\172"):rep(84) .. "..., type: string, "
        .. "valid types: table (map)",
    },
  }

  it("is reported for NaN and infinity", function()
    for _, value in ipairs { 0 / 0, math.huge, -math.huge } do
      local found = problems("SetDataRetrievalPolicy", { Policy = { Rules = { { BytesPerHour = value } } } })
      assert.equal(1, #found)
      assert.matches("^Invalid type for parameter Policy%.Rules%[0%]%.BytesPerHour, value: %-?%l+, type: number, ",
        found[1])
    end
  end)
end)

describe("a list", function()
  local function events(list)
    return problems("SetVaultNotifications", { vaultName = "v", vaultNotificationConfig = { Events = list } })
  end
  local function key(shown)
    return "Invalid list for parameter vaultNotificationConfig.Events, key: " .. shown
      .. ", a list has only the keys 1, 2, 3 and so on"
  end
  local function hole(at)
    return "Invalid list for parameter vaultNotificationConfig.Events, key: " .. at .. ", a list must not have holes"
  end

  it("is rejected if it has a hole, and the hole is named", function()
    assert.same({ hole(2) }, events { "a", nil, "c" })
    assert.same({ hole(1) }, events { [2] = "b" })
    assert.same({ hole(1) }, events { [2 ^ 40] = "far" })
  end)

  it("is checked up to its first hole", function()
    assert.same({ hole(1) }, events { [3] = "c", [4] = 5, [5] = "e" })
  end)

  it("is rejected if it has a key that is not a position, and the key is named", function()
    assert.same({ key "a" }, events { a = "x" })
    assert.same({ key "a" }, events { "x", a = "y" })
    assert.same({ key "0" }, events { [0] = "x", "y" })
    assert.same({ key "-1" }, events { [-1] = "x" })
    assert.same({ key "1.5" }, events { "x", [1.5] = "y" })
    assert.same({ key "true" }, events { [true] = "y" })
    assert.same({ key "\\x0a" }, events { ["\n"] = "y" })
  end)

  it("has its items checked even if a key is wrong", function()
    assert.same({ key "a",
      "Invalid type for parameter vaultNotificationConfig.Events[0], value: 1, type: number, valid types: string",
    }, events { 1, a = "y" })
  end)
end)

describe("every problem", function()
  each {
    ["is listed on a line of its own"] = {
      "SetVaultNotifications",
      { accountId = "..", Foo = 1, vaultNotificationConfig = { SNSTopic = 5, Events = { 1, "\255" }, Bar = "x" } },
      'Missing required parameter in input: "vaultName"',
      'Unknown parameter in input: "Foo", must be one of: accountId, vaultName, vaultNotificationConfig',
      "Invalid value for parameter accountId, value: .., it would disappear from the path of the request",
      'Unknown parameter in vaultNotificationConfig: "Bar", must be one of: SNSTopic, Events',
      "Invalid type for parameter vaultNotificationConfig.SNSTopic, value: 5, type: number, valid types: string",
      "Invalid type for parameter vaultNotificationConfig.Events[0], value: 1, type: number, valid types: string",
      "Invalid value for parameter vaultNotificationConfig.Events[1], it is not valid UTF-8",
    },
  }

  it("is part of one error object with the fields of the contract", function()
    local err = invalid_parameters.error_of("create_vault", {})
    assert.equal('Parameter validation failed:\nMissing required parameter in input: "vaultName"', tostring(err))
    assert.same(
      { "ParamValidationError", "validation", "CreateVault", false },
      { err.code, err.kind, err.operation, err.retryable })
  end)

  it("is found without calling metamethods", function()
    local function asked() error "asked" end
    local params = setmetatable({}, { __index = asked, __pairs = asked, __len = asked })
    assert.same({ 'Missing required parameter in input: "vaultName"' }, problems("CreateVault", params))
  end)
end)
