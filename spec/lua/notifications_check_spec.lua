-- The findings of check_notification_config. The rules are from the developer guides of Glacier and SNS.
local glacier = require "glacier"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local ARCHIVE, INVENTORY = "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"

-- Returns the sorted list of "Code field" of the findings for a valid configuration with changes. The value `false`
-- removes a member.
local function codes(changes)
  local given = { vaultName = "v", region = "us-west-2", account = "012345678901" }
  local config = { SNSTopic = TOPIC, Events = { ARCHIVE, INVENTORY } }
  for name, value in pairs(changes) do
    local into = (name == "SNSTopic" or name == "Events") and config or given
    into[name] = value or nil
  end
  if changes.vaultNotificationConfig == nil then given.vaultNotificationConfig = config end
  local list = {}
  for i, finding in ipairs(glacier.check_notification_config(given)) do
    assert.equal(finding.field .. ": " .. finding.message, tostring(finding))
    assert.is_nil(finding.message:find "%c")
    list[i] = finding.code .. " " .. finding.field
  end
  table.sort(list)
  return list
end

local function topic_codes(arn, more)
  local changes = { SNSTopic = arn, region = false, account = false }
  for name, value in pairs(more or {}) do changes[name] = value end
  local list = {}
  for i, line in ipairs(codes(changes)) do
    list[i] = assert(line:match "^(%a+) vaultNotificationConfig%.SNSTopic$")
  end
  return table.concat(list, " ")
end

local function arn(fields)
  return ("arn:%s:%s:%s:%s:%s"):format(fields.partition or "aws", fields.service or "sns", fields.region or "us-west-2",
    fields.account or "012345678901", fields.name or "mytopic")
end

describe("check_notification_config", function()
  it("has no findings for a valid configuration", function()
    assert.same({}, codes {})
    assert.same({}, codes { region = false, account = false, Events = { INVENTORY } })
    assert.same({}, codes { account = "-" })
    assert.same({}, codes { account = "" })
  end)

  it("compares the topic's partition with that of its region", function()
    for region, partition in pairs {
      ["cn-north-1"] = "aws-cn", ["us-gov-east-1"] = "aws-us-gov", ["us-iso-east-1"] = "aws-iso",
      ["us-isob-east-1"] = "aws-iso-b", ["eu-isoe-west-1"] = "aws-iso-e", ["us-isof-south-1"] = "aws-iso-f",
      ["eusc-de-east-1"] = "aws-eusc", ["il-central-1"] = "aws",
    } do
      assert.equal("", topic_codes(arn { partition = partition, region = region }))
      local wrong = partition == "aws" and "aws-cn" or "aws"
      assert.equal("PartitionMismatch", topic_codes(arn { partition = wrong, region = region }))
    end
  end)

  it("accepts only the topic names that SNS allows", function()
    for _, name in ipairs { "a", "A-b_9", ("x"):rep(256) } do
      assert.equal("", topic_codes(arn { name = name }))
    end
    for _, name in ipairs { "", "my topic", "my.topic", "m\195\188", ("x"):rep(257), ".fifo", "a\n" } do
      assert.equal("InvalidTopicName", topic_codes(arn { name = name }))
    end
  end)

  it("finds values that are not topic ARNs", function()
    for _, text in ipairs {
      "", "mytopic", "arn:aws:sns:us-west-2:012345678901", " " .. TOPIC, 7, true, {},
      arn { partition = "AWS" }, arn { partition = "" }, arn { service = "sqs" }, arn { service = "" },
      arn { region = "" }, arn { region = "us west" }, arn { account = "" }, arn { account = "1234" },
      arn { account = "0123-4567-8901" }, arn { name = "mytopic:uuid" },
    } do
      assert.truthy(topic_codes(text):find "^InvalidTopicArn", tostring(text))
    end
  end)

  it("finds FIFO topics, to which services cannot publish", function()
    assert.equal("FifoTopic", topic_codes(arn { name = "mytopic.fifo" }))
  end)

  it("compares the topic with the region and the account that are given", function()
    local east, other_account = arn { region = "us-east-1" }, arn { account = "999999999999" }
    assert.equal("RegionMismatch", topic_codes(east, { region = "us-west-2" }))
    assert.equal("AccountMismatch", topic_codes(other_account, { account = "012345678901" }))
    assert.equal("", topic_codes(east, { account = "012345678901" }))
    assert.equal("", topic_codes(other_account, { region = "us-west-2" }))
    assert.same({ "InvalidAccount account" }, codes { account = "0123" })
    assert.same({ "InvalidAccount account" }, codes { account = 12345678901 })
    assert.same({ "InvalidAccount accountId" }, codes { accountId = "0123" })
    assert.same({ "InvalidRegion region" }, codes { region = 1 })
    assert.same({ "InvalidRegion region" }, codes { region = "" })
  end)

  it("accepts accountId as set_vault_notifications does", function()
    local topic = "vaultNotificationConfig.SNSTopic"
    assert.same({}, codes { account = false, accountId = "012345678901" })
    assert.same({}, codes { account = false, accountId = "-" })
    assert.same({}, codes { account = false, accountId = "" })
    assert.same({ "AccountMismatch " .. topic }, codes { account = false, accountId = "999999999999" })
  end)

  it("finds events that are unknown, repeated or missing", function()
    local field = "vaultNotificationConfig.Events"
    assert.same({ "UnknownEvent " .. field .. "[1]" }, codes { Events = { ARCHIVE, "archiveRetrievalCompleted" } })
    assert.same({ "DuplicateEvent " .. field .. "[2]" }, codes { Events = { ARCHIVE, INVENTORY, ARCHIVE } })
    assert.same({ "InvalidEvents " .. field .. "[0]" }, codes { Events = { 1, ARCHIVE } })
    assert.same({ "InvalidEvents " .. field .. "[0]" }, codes { Events = { 0 / 0, ARCHIVE } })
    assert.same({ "MissingEvents " .. field }, codes { Events = {} })
    assert.same({ "MissingEvents " .. field }, codes { Events = false })
    for _, events in ipairs { ARCHIVE, 1, { [2] = ARCHIVE }, { ARCHIVE, x = 1 }, { [1.5] = ARCHIVE } } do
      assert.same({ "InvalidEvents " .. field }, codes { Events = events })
    end
  end)

  it("finds invalid vault names", function()
    for _, name in ipairs { "a", "...", "-_.", "Az09", ("x"):rep(255) } do
      assert.same({}, codes { vaultName = name })
    end
    for _, name in ipairs { "", ".", "..", "a b", "a/b", "\195\188", "a\n", ("x"):rep(256), 1 } do
      assert.same({ "InvalidVaultName vaultName" }, codes { vaultName = name })
    end
    assert.same({ "MissingVaultName vaultName" }, codes { vaultName = false })
  end)

  it("finds members that are missing or unknown", function()
    local field = "vaultNotificationConfig"
    assert.same({ "MissingConfig " .. field }, codes { vaultNotificationConfig = false })
    assert.same({ "InvalidConfig " .. field }, codes { vaultNotificationConfig = TOPIC })
    assert.same({ "MissingTopic " .. field .. ".SNSTopic" }, codes { SNSTopic = false })
    assert.same({ "UnknownMember Region" }, codes { Region = "us-west-2" })
    assert.same({ "MissingEvents " .. field .. ".Events", "UnknownMember " .. field .. ".events" },
      codes { vaultNotificationConfig = { SNSTopic = TOPIC, events = { ARCHIVE } } })
  end)

  it("reports all findings at once", function()
    assert.equal(5, #codes {
      vaultName = "a/b", region = "us-east-1", account = "999999999999", SNSTopic = arn { name = "x.fifo" },
      Events = { "Foo" },
    })
  end)

  it("raises for an argument that is not a table", function()
    for _, given in ipairs { "x", 1, false } do
      local _, err = pcall(glacier.check_notification_config, given or nil)
      assert.equal("ParamValidationError", err.code)
    end
  end)

  it("reads tables without metamethods, as calls do", function()
    local function touched() error "touched" end
    local hidden = setmetatable({}, { __index = touched, __pairs = touched, __len = touched })
    assert.equal(2, #glacier.check_notification_config(hidden))
    assert.same({ "MissingEvents vaultNotificationConfig.Events", "MissingTopic vaultNotificationConfig.SNSTopic" },
      codes { vaultNotificationConfig = hidden })
  end)
end)
