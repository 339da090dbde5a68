--- Checks the names in notification configurations: topic ARNs, vaults, accounts, events.
local core = require "glacier.core"

local names = {}

--- The events in the service's documentation (Set Vault Notification Configuration).
names.events = { ArchiveRetrievalCompleted = true, InventoryRetrievalCompleted = true }

--- Quotes a value for a message: on one line, and at most 128 bytes of it.
-- @param value any
-- @return string: for a value that is neither a string nor a number, its type
function names.quote(value)
  if type(value) ~= "string" then
    return type(value) == "number" and tostring(value) or type(value)
  end
  local text = #value > 128 and value:sub(1, 128) .. "..." or value
  return '"' .. text:gsub("[%z\1-\31\127]", function(byte) return ("\\x%02x"):format(byte:byte()) end) .. '"'
end

--- Returns whether a value is an account ID: a string of 12 digits.
function names.is_account(text)
  return type(text) == "string" and #text == 12 and not text:find "[^0-9]"
end

--- Returns whether a value is a vault name that a path can contain: 1 to 255 of A-Z a-z 0-9 _ - . (Create Vault),
-- except "." and "..".
function names.is_vault(text)
  return type(text) == "string" and #text >= 1 and #text <= 255 and not text:find "[^A-Za-z0-9_.-]"
    and text ~= "." and text ~= ".."
end

local function add(violations, code, message, ...)
  violations[#violations + 1] = { code = code, message = message:format(...) }
end

local function check_region(topic, violations)
  if not topic.region:find "^[a-z][a-z0-9-]*$" then
    add(violations, "InvalidTopicArn", "invalid region %s", names.quote(topic.region))
    return
  end
  local partition = core.partition(topic.region)
  if topic.partition ~= partition then
    add(violations, "PartitionMismatch", "the region %s is in the partition %s, not in %s", topic.region, partition,
      names.quote(topic.partition))
  end
end

local function check_origin(topic, violations)
  if not topic.partition:find "^aws[a-z-]*$" then
    add(violations, "InvalidTopicArn", "invalid partition %s", names.quote(topic.partition))
  end
  if topic.service ~= "sns" then
    add(violations, "InvalidTopicArn", "invalid service %s: expected sns", names.quote(topic.service))
  end
  check_region(topic, violations)
  if not names.is_account(topic.account) then
    add(violations, "InvalidTopicArn", "invalid account ID %s: expected 12 digits", names.quote(topic.account))
  end
end

-- The rules of SNS's CreateTopic. FIFO topics are rejected, because their messages need a message group, and a vault's
-- notifications have none.
local function check_name(name, violations)
  local stem = name:gsub("%.fifo$", "")
  if name:find(":", 1, true) then
    add(violations, "InvalidTopicArn", "invalid topic name %s: this may be the ARN of a subscription",
      names.quote(name))
  elseif stem == "" or #name > 256 or stem:find "[^A-Za-z0-9_-]" then
    add(violations, "InvalidTopicName", "invalid topic name %s: expected 1 to 256 letters, digits, - and _",
      names.quote(name))
  elseif stem ~= name then
    add(violations, "FifoTopic", "%s is a FIFO topic: a vault cannot publish to it", names.quote(name))
  end
end

--- Reads the ARN of a topic, `arn:PARTITION:sns:REGION:ACCOUNT:NAME`.
-- @param text any
-- @return table: partition, service, region, account, name; nil for a value that is not an ARN at all
-- @return list: the problems, each { code =, message = }; empty for a valid ARN
function names.topic(text)
  local violations, topic = {}, {}
  if type(text) == "string" then
    topic.partition, topic.service, topic.region, topic.account, topic.name =
      text:match "^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.*)$"
  end
  if not topic.name then
    add(violations, "InvalidTopicArn", "invalid topic ARN %s: expected arn:PARTITION:sns:REGION:ACCOUNT:NAME",
      names.quote(text))
    return nil, violations
  end
  check_origin(topic, violations)
  check_name(topic.name, violations)
  return topic, violations
end

return names
