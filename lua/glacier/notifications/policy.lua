--- Policies that allow vaults to publish to a topic, as tables and as JSON.
local errors = require("glacier.core").errors
local names = require "glacier.notifications.names"
local policy_text = require "glacier.notifications.policy_text"

local policy = {}

-- The methods of a statement. They are in a metatable, because all members of the table are written as JSON.
local Statement = { __index = { json = policy_text.json } }

local function check_vaults(vaults, violations)
  if vaults == nil then
    return
  elseif type(vaults) ~= "table" or vaults[1] == nil then
    violations[#violations + 1] = "vaults: expected a list of names, or nil for every vault"
    return
  end
  for _, vault in ipairs(vaults) do
    if not names.is_vault(vault) then
      violations[#violations + 1] = ("vaults: invalid vault name %s"):format(names.quote(vault))
    end
  end
end

-- alias/aws/sns is the alias of the key that AWS manages for SNS in every account.
local function check_key(key, violations)
  if key == nil then
    return
  elseif type(key) ~= "string" or key == "" then
    violations[#violations + 1] = "kms_key: expected the ARN, ID or alias of a key"
  elseif key == "alias/aws/sns" or key:find ":alias/aws/" then
    violations[#violations + 1] = ("kms_key: expected a customer managed key: the policy of the AWS managed key %s"
      .. " cannot be changed"):format(names.quote(key))
  end
end

local known = { topic = true, account = true, vaults = true, kms_key = true }

local function check(given)
  local violations = {}
  for name in next, given do
    if not known[name] then
      violations[#violations + 1] = ("unknown member %s"):format(names.quote(name))
    end
  end
  local topic, wrong = names.topic(given.topic)
  for _, violation in ipairs(wrong) do
    violations[#violations + 1] = "topic: " .. violation.message
  end
  if not names.is_account(given.account) then
    violations[#violations + 1] = ("account: invalid account ID %s: expected 12 digits"):format(
      names.quote(given.account))
  end
  check_vaults(given.vaults, violations)
  check_key(given.kms_key, violations)
  return topic, violations
end

-- Returns the ARNs of the vaults that may publish, in the topic's region.
local function sources(topic, account, vaults)
  local prefix = ("arn:%s:glacier:%s:%s:vaults/"):format(topic.partition, topic.region, account)
  local arns = {}
  for position, vault in ipairs(vaults) do
    arns[position] = prefix .. vault
  end
  return arns[2] and arns or arns[1]
end

local function condition(topic, given)
  return {
    StringEquals = { ["aws:SourceOwner"] = given.account },
    ArnLikeIfExists = given.vaults and { ["aws:SourceArn"] = sources(topic, given.account, given.vaults) } or nil,
  }
end

local function allow(sid, actions, resource, conditions)
  return setmetatable({
    Sid = sid, Effect = "Allow", Principal = { Service = "glacier.amazonaws.com" },
    Action = actions, Resource = resource, Condition = conditions,
  }, Statement)
end

--- Makes the access policy of a topic that allows vaults to publish to it, and nothing else. Set it as the
-- topic's attribute `Policy`. That replaces the whole policy, so add the statements that must stay.
--
-- AWS's published solution for Glacier grants SNS:Publish to the principal glacier.amazonaws.com under the
-- condition aws:SourceOwner. It is not documented whether Glacier sends the vault's ARN as aws:SourceArn, so
-- that condition is checked only if it does. It is not documented whether a topic that is encrypted with a customer
-- managed key works. A topic that is encrypted with the AWS managed key does not work.
--
-- Raises `ParamValidationError`.
-- @param given table: topic (ARN), account (of the vaults), vaults (list of names; nil for all
--   vaults of the account), kms_key (ARN, ID or alias of the customer managed key that encrypts the topic, or nil)
-- @return table: the policy. `:json()` returns its text; `:key_statement()` returns the statement that the
--   key's policy needs, a table with `:json()`, or nil without a key
function policy.topic(given)
  if type(given) ~= "table" then
    errors.invalid("topic_policy", ("topic_policy: expected a table, got a %s"):format(type(given)))
  end
  local topic, violations = check(given)
  errors.check("topic_policy", violations)
  local key_statement
  if given.kms_key then
    key_statement = allow("GlacierVaultsEncrypt", { "kms:GenerateDataKey*", "kms:Decrypt" }, "*",
      { StringEquals = { ["kms:EncryptionContext:aws:sns:topicArn"] = given.topic } })
  end
  return setmetatable({
    Version = "2012-10-17", Id = "glacier-vault-notifications",
    Statement = { allow("GlacierVaultsPublish", "SNS:Publish", given.topic, condition(topic, given)) },
  }, { __index = { json = policy_text.json, key_statement = function() return key_statement end } })
end

return policy
