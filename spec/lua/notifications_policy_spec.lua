-- The policies that allow vaults to publish to a topic.
local cjson = require "cjson"
local glacier = require "glacier"

local TOPIC = "arn:aws:sns:us-west-2:111111111111:mytopic"
local VAULTS = "arn:aws:glacier:us-west-2:012345678901:vaults/"

local function policy(more)
  local given = { topic = TOPIC, account = "012345678901" }
  for name, value in pairs(more or {}) do given[name] = value end
  return glacier.topic_policy(given)
end

describe("topic_policy", function()
  it("allows only the named vaults to publish", function()
    local document = policy { vaults = { "a", "b" } }
    assert.same({
      Version = "2012-10-17",
      Id = "glacier-vault-notifications",
      Statement = { {
        Sid = "GlacierVaultsPublish",
        Effect = "Allow",
        Principal = { Service = "glacier.amazonaws.com" },
        Action = "SNS:Publish",
        Resource = TOPIC,
        Condition = {
          StringEquals = { ["aws:SourceOwner"] = "012345678901" },
          ArnLikeIfExists = { ["aws:SourceArn"] = { VAULTS .. "a", VAULTS .. "b" } },
        },
      } },
    }, document)
    assert.same(document, cjson.decode(document:json()))
  end)

  it("allows every vault of the account to publish if none is named", function()
    assert.same({ StringEquals = { ["aws:SourceOwner"] = "012345678901" } }, policy().Statement[1].Condition)
  end)

  it("writes the ARNs of vaults in the topic's partition", function()
    local document = policy { topic = "arn:aws-cn:sns:cn-north-1:111111111111:t", vaults = { "a" } }
    assert.equal("arn:aws-cn:glacier:cn-north-1:012345678901:vaults/a",
      document.Statement[1].Condition.ArnLikeIfExists["aws:SourceArn"])
  end)

  it("writes its members always in the same order", function()
    assert.equal('{"Version":"2012-10-17","Id":"glacier-vault-notifications","Statement":[{'
      .. '"Sid":"GlacierVaultsPublish","Effect":"Allow","Principal":{"Service":"glacier.amazonaws.com"},'
      .. '"Action":"SNS:Publish","Resource":"' .. TOPIC .. '","Condition":{"StringEquals":{'
      .. '"aws:SourceOwner":"012345678901"},"ArnLikeIfExists":{"aws:SourceArn":"' .. VAULTS .. 'a"}}}]}',
      policy({ vaults = { "a" } }):json())
  end)

  it("writes members that the caller adds", function()
    local document = policy()
    document.Statement[2] = {
      Sid = 'tab\t "quoted" \\ \1\127 \195\188', Effect = "Deny", Principal = "*", NotAction = {},
      Condition = { Bool = { ["aws:SecureTransport"] = false }, StringEquals = {} },
    }
    local text = document:json()
    assert.truthy(text:find('"Sid":"tab\\t \\"quoted\\" \\\\ \\u0001\\u007f \195\188"', 1, true))
    assert.truthy(text:find('"NotAction":[]', 1, true))
    assert.truthy(text:find('"Condition":{"StringEquals":{},"Bool":{"aws:SecureTransport":false}}', 1, true))
    assert.equal(document.Statement[2].Sid, cjson.decode(text).Statement[2].Sid)
    document.Statement = {}
    assert.truthy(document:json():find('"Statement":[]', 1, true))
  end)

  it("has the statement for the key that encrypts the topic", function()
    assert.is_nil(policy():key_statement())
    local document = policy { kms_key = "arn:aws:kms:us-west-2:111111111111:key/1234" }
    assert.equal(1, #document.Statement)
    local statement = document:key_statement()
    assert.same({
      Sid = "GlacierVaultsEncrypt",
      Effect = "Allow",
      Principal = { Service = "glacier.amazonaws.com" },
      Action = { "kms:GenerateDataKey*", "kms:Decrypt" },
      Resource = "*",
      Condition = { StringEquals = { ["kms:EncryptionContext:aws:sns:topicArn"] = TOPIC } },
    }, statement)
    assert.same(statement, cjson.decode(statement:json()))
    assert.truthy(statement:json():find '^{"Sid":"GlacierVaultsEncrypt","Effect":"Allow"')
  end)

  it("raises for invalid arguments, and says what is wrong", function()
    for problem, given in pairs {
      ["topic: invalid topic ARN"] = { topic = "mytopic" },
      ["topic: .*FIFO"] = { topic = TOPIC .. ".fifo" },
      ["account: "] = { account = "-" },
      ["account: invalid account ID 1.*: expected 12 digits"] = { account = 12345678901 },
      ["vaults: expected a list"] = { vaults = {} },
      ["vaults: expected a list of"] = { vaults = "a" },
      ['vaults: invalid vault name "%*"'] = { vaults = { "a", "*" } },
      ["kms_key: .*AWS managed key"] = { kms_key = "alias/aws/sns" },
      ["kms_key: .*customer managed key"] = { kms_key = "arn:aws:kms:us-west-2:012345678901:alias/aws/sns" },
      ["kms_key: expected the ARN"] = { kms_key = true },
      ['unknown member "vault"'] = { vault = "a" },
    } do
      local ok, err = pcall(policy, given)
      assert.is_false(ok)
      assert.equal("ParamValidationError", err.code)
      assert.truthy(err.message:find(problem), err.message)
    end
    local _, err = pcall(glacier.topic_policy, {})
    assert.truthy(err.message:find "topic: " and err.message:find "account: ")
    _, err = pcall(glacier.topic_policy)
    assert.equal("ParamValidationError", err.code)
  end)
end)
