--- The names that notifications are made of: ARNs of topics, vaults, accounts, events.
local names = {}

-- Regions by the start of their names; all others are of the partition aws.
local partitions = {
  { "cn-", "aws-cn" }, { "eusc-", "aws-eusc" }, { "us-gov-", "aws-us-gov" }, { "us-iso-", "aws-iso" },
  { "us-isob-", "aws-iso-b" }, { "eu-isoe-", "aws-iso-e" }, { "us-isof-", "aws-iso-f" },
}

--- The events that the service's documentation has (Set Vault Notification Configuration).
names.events = { ArchiveRetrievalCompleted = true, InventoryRetrievalCompleted = true }

--- A value as a message may show it: on one line, and not all of a long text.
-- @return string
function names.shown(value)
  if type(value) ~= "string" then
    return type(value) == "number" and tostring(value) or type(value)
  end
  local text = #value > 128 and value:sub(1, 128) .. "..." or value
  return '"' .. text:gsub("[%z\1-\31\127]", function(byte) return ("\\x%02x"):format(byte:byte()) end) .. '"'
end

--- Whether it is an account's number: twelve digits.
function names.is_account(text)
  return type(text) == "string" and #text == 12 and not text:find "[^0-9]"
end

--- Whether it is a name of a vault that can be addressed: 1 to 255 of A-Z a-z 0-9 _ - . (Create
-- Vault), but neither "." nor "..", which are lost in a path.
function names.is_vault(text)
  return type(text) == "string" and #text >= 1 and #text <= 255 and not text:find "[^A-Za-z0-9_.-]"
    and text ~= "." and text ~= ".."
end

--- The partition of a region.
-- @param region string
-- @return string: "aws", "aws-cn", …
function names.partition(region)
  for _, row in ipairs(partitions) do
    if region:sub(1, #row[1]) == row[1] then
      return row[2]
    end
  end
  return "aws"
end

local function add(problems, code, message, ...)
  problems[#problems + 1] = { code = code, message = message:format(...) }
end

local function check_origin(topic, problems)
  if not topic.partition:find "^aws[a-z-]*$" then
    add(problems, "InvalidTopicArn", "%s is no partition", names.shown(topic.partition))
  end
  if topic.service ~= "sns" then
    add(problems, "InvalidTopicArn", "this is a resource of %s, not of sns", names.shown(topic.service))
  end
  if not topic.region:find "^[a-z][a-z0-9-]*$" then
    add(problems, "InvalidTopicArn", "%s is no region", names.shown(topic.region))
  elseif topic.partition ~= names.partition(topic.region) then
    add(problems, "PartitionMismatch", "the region %s is in the partition %s, not in %s", topic.region,
      names.partition(topic.region), names.shown(topic.partition))
  end
  if not names.is_account(topic.account) then
    add(problems, "InvalidTopicArn", "%s is no account: twelve digits are wanted", names.shown(topic.account))
  end
end

-- Rules of SNS (CreateTopic). What is published to a FIFO topic needs a message group, which no
-- notification of a vault has.
local function check_name(name, problems)
  local plain = name:gsub("%.fifo$", "")
  if name:find(":", 1, true) then
    add(problems, "InvalidTopicArn", "%s is more than the name of a topic: is this a subscription?", names.shown(name))
  elseif plain == "" or #name > 256 or plain:find "[^A-Za-z0-9_-]" then
    add(problems, "InvalidTopicName",
      "%s is no name of a topic: 1 to 256 letters, digits, - and _ are wanted", names.shown(name))
  elseif plain ~= name then
    add(problems, "FifoTopic", "%s is a FIFO topic, which a vault cannot publish to", names.shown(name))
  end
end

--- Reads the ARN of a topic, `arn:PARTITION:sns:REGION:ACCOUNT:NAME`.
-- @param text any
-- @return table: partition, service, region, account, name; or nil where it is no ARN at all
-- @return list: of { code =, message = }, what is wrong with it; empty for a good one
function names.topic(text)
  local problems, topic = {}, {}
  if type(text) == "string" then
    topic.partition, topic.service, topic.region, topic.account, topic.name =
      text:match "^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.*)$"
  end
  if not topic.name then
    add(problems, "InvalidTopicArn",
      "%s is no ARN of a topic: arn:PARTITION:sns:REGION:ACCOUNT:NAME is wanted", names.shown(text))
    return nil, problems
  end
  check_origin(topic, problems)
  check_name(topic.name, problems)
  return topic, problems
end

return names
