--- Policies that let vaults publish to a topic, as tables and as JSON.
local errors = require "glacier.errors"
local names = require "glacier.notifications.names"
local policy_text = require "glacier.notifications.policy_text"

local policy = {}

-- What policies and statements can do; kept apart from their members.
local Statement = { __index = { json = policy_text.json } }

local function check_vaults(vaults, problems)
  if vaults == nil then
    return
  elseif type(vaults) ~= "table" or vaults[1] == nil then
    problems[#problems + 1] = "vaults: a list of names is wanted, or nothing for every vault"
    return
  end
  for _, vault in ipairs(vaults) do
    if not names.is_vault(vault) then
      problems[#problems + 1] = ("vaults: %s is no name of a vault"):format(names.shown(vault))
    end
  end
end

-- The alias under which AWS keeps a key for SNS in every account.
local function check_key(key, problems)
  if key == nil then
    return
  elseif type(key) ~= "string" or key == "" then
    problems[#problems + 1] = "kms_key: the ARN, id or alias of a key is wanted"
  elseif key == "alias/aws/sns" or key:find ":alias/aws/" then
    problems[#problems + 1] = ("kms_key: %s is AWS's own key, whose policy cannot be changed: a customer key is wanted")
      :format(names.shown(key))
  end
end

local known = { topic = true, account = true, vaults = true, kms_key = true }

local function check(given)
  local problems = {}
  for name in next, given do
    if not known[name] then
      problems[#problems + 1] = ("there is no member %s"):format(names.shown(name))
    end
  end
  local topic, wrong = names.topic(given.topic)
  for _, problem in ipairs(wrong) do
    problems[#problems + 1] = "topic: " .. problem.message
  end
  if not names.is_account(given.account) then
    problems[#problems + 1] = ("account: %s is no account: twelve digits are wanted"):format(names.shown(given.account))
  end
  check_vaults(given.vaults, problems)
  check_key(given.kms_key, problems)
  return topic, problems
end

-- The ARNs of the vaults that may publish, in the topic's region.
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

--- The access policy of a topic that lets vaults publish to it, and nothing more. It is to be set
-- as the topic's attribute `Policy`, which replaces the whole; statements that are there already
-- have to be put beside this one.
--
-- Known: the principal glacier.amazonaws.com, SNS:Publish and the condition aws:SourceOwner are
-- what AWS's own solution for Glacier grants. Not documented for Glacier: whether it tells the vault
-- as aws:SourceArn, so that condition counts only if it does; and that a topic encrypted with a
-- customer key works. One encrypted with AWS's own key for SNS does not.
--
-- Raises `ParamValidationError`.
-- @param given table: topic (ARN), account (of the vaults), vaults (list of names; nil for every
--   one of the account), kms_key (ARN, id or alias of the customer key that encrypts the topic, or
--   nil)
-- @return table: the policy; `:json()` is its text, `:key_statement()` what the policy of the key
--   needs, a table with `:json()`, or nil without a key
function policy.topic(given)
  if type(given) ~= "table" then
    errors.raise("validation", "ParamValidationError", ("topic_policy: a table is wanted, not a %s"):format(type(given)))
  end
  local topic, problems = check(given)
  if problems[1] then
    table.sort(problems)
    errors.raise("validation", "ParamValidationError", "topic_policy:\n" .. table.concat(problems, "\n"))
  end
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
