--- Checks a notification configuration more strictly than the service does.
local prepare = require "glacier.call.prepare"
local errors = require("glacier.core").errors
local names = require "glacier.notifications.names"

local check = {}

local Finding = {}
Finding.__index = Finding
Finding.__name = "glacier.finding"

function Finding:__tostring()
  return self.field .. ": " .. self.message
end

local CONFIG = "vaultNotificationConfig"
local TOPIC, EVENTS = CONFIG .. ".SNSTopic", CONFIG .. ".Events"

local function add(findings, field, code, message, ...)
  findings[#findings + 1] = setmetatable({ field = field, code = code, message = message:format(...) }, Finding)
end

-- Tables are read without metamethods, as the parameters of calls are.
local function report_unknown(findings, given, known, prefix)
  local unknown = {}
  for name in next, given do
    if not known[name] then
      unknown[#unknown + 1] = type(name) == "string" and name or names.quote(name)
    end
  end
  table.sort(unknown)
  for _, name in ipairs(unknown) do
    add(findings, prefix .. name, "UnknownMember", "unknown member")
  end
end

local function check_vault(findings, vault)
  if vault == nil then
    add(findings, "vaultName", "MissingVaultName", "missing vault name")
  elseif not names.is_vault(vault) then
    add(findings, "vaultName", "InvalidVaultName",
      'invalid vault name %s: expected 1 to 255 letters, digits, ".", "-" and "_", except "." and ".."',
      names.quote(vault))
  end
end

-- In all documentation of the service, the topic and the vault are in the same region.
local function compare_region(findings, topic, region)
  if type(region) ~= "string" or region == "" then
    add(findings, "region", "InvalidRegion", "invalid region %s", names.quote(region))
  elseif topic and topic.region ~= region then
    add(findings, TOPIC, "RegionMismatch", "the topic is in %s, the vault is in %s", names.quote(topic.region),
      names.quote(region))
  end
end

-- `field` is the member that names the account.
local function compare_account(findings, topic, account, field)
  if account == "" or account == "-" then
    return
  elseif not names.is_account(account) then
    add(findings, field, "InvalidAccount", "invalid account ID %s: expected 12 digits", names.quote(account))
  elseif topic and topic.account ~= account then
    add(findings, TOPIC, "AccountMismatch",
      "the topic belongs to the account %s and the vault belongs to %s: the topic's policy must "
        .. "allow the vault to publish",
      names.quote(topic.account), account)
  end
end

local function compare(findings, topic, given)
  local region = rawget(given, "region")
  if region ~= nil then
    compare_region(findings, topic, region)
  end
  for _, field in ipairs { "account", "accountId" } do
    local account = rawget(given, field)
    if account ~= nil then
      compare_account(findings, topic, account, field)
    end
  end
end

local function check_topic(findings, arn, given)
  local topic, violations
  if arn == nil then
    add(findings, TOPIC, "MissingTopic", "missing topic ARN")
  else
    topic, violations = names.topic(arn)
    for _, violation in ipairs(violations) do
      add(findings, TOPIC, violation.code, "%s", violation.message)
    end
  end
  compare(findings, topic, given)
end

-- Returns the number of items in a list; nil for a table that is not a sequence.
local function length(list)
  local count, highest = 0, 0
  for key in next, list do
    if type(key) ~= "number" or key < 1 or key % 1 ~= 0 then
      return nil
    end
    count, highest = count + 1, math.max(highest, key)
  end
  return highest == count and count or nil
end

local function check_event(findings, position, event, seen)
  local field = ("%s[%d]"):format(EVENTS, position)
  if type(event) ~= "string" then
    add(findings, field, "InvalidEvents", "invalid event: expected a string, got a %s", type(event))
    return
  elseif seen[event] then
    add(findings, field, "DuplicateEvent", "the event %s is listed more than once", names.quote(event))
  elseif not names.events[event] then
    add(findings, field, "UnknownEvent", "unknown event %s", names.quote(event))
  end
  seen[event] = true
end

local function check_events(findings, events)
  local count = type(events) == "table" and length(events)
  if events == nil or count == 0 then
    add(findings, EVENTS, "MissingEvents", "missing events: expected at least one")
  elseif not count then
    add(findings, EVENTS, "InvalidEvents", "invalid list of events: expected a list of strings, got %s",
      type(events) == "table" and "a table with holes or other keys" or names.quote(events))
  else
    local seen = {}
    for position = 1, count do
      check_event(findings, position - 1, rawget(events, position), seen)
    end
  end
end

local members = { vaultName = true, region = true, account = true, accountId = true, [CONFIG] = true }

--- Checks a configuration, and the vault and topic that it names. Sends nothing. Compares the topic's
-- region and account only with the given `region`, `account` and `accountId` (an account of "-" or "" is ignored).
-- Raises `ParamValidationError` only for an argument that is not a table.
-- @param given table: vaultName, vaultNotificationConfig; region, account, accountId or nil
-- @return list of findings, empty for a good configuration: each { field =, code =, message = }, and
--   "field: message" as a string. `field` counts list items from 0, as the messages of
--   ParamValidationError do. Codes: MissingVaultName, InvalidVaultName, MissingConfig, InvalidConfig,
--   MissingTopic, InvalidTopicArn, InvalidTopicName, FifoTopic, PartitionMismatch, RegionMismatch,
--   AccountMismatch, InvalidRegion, InvalidAccount, MissingEvents, InvalidEvents, UnknownEvent,
--   DuplicateEvent, UnknownMember
function check.config(given)
  if type(given) ~= "table" then
    errors.invalid("check_notification_config",
      ("check_notification_config: expected a table, got a %s"):format(type(given)))
  end
  local findings, config = {}, rawget(given, CONFIG)
  report_unknown(findings, given, members, "")
  check_vault(findings, rawget(given, "vaultName"))
  local is_table = type(config) == "table"
  if config == nil then
    add(findings, CONFIG, "MissingConfig", "missing configuration")
  elseif not is_table then
    add(findings, CONFIG, "InvalidConfig", "invalid configuration: expected a table, got %s", names.quote(config))
  else
    report_unknown(findings, config, { SNSTopic = true, Events = true }, CONFIG .. ".")
    check_topic(findings, rawget(config, "SNSTopic"), given)
    check_events(findings, rawget(config, "Events"))
  end
  return findings
end

local function raise(findings, operation)
  local lines = { "Parameter validation failed:" }
  for _, finding in ipairs(findings) do
    lines[#lines + 1] = tostring(finding)
  end
  return errors.raise("validation", "ParamValidationError", table.concat(lines, "\n"),
    { operation = operation, findings = findings })
end

--- Checks a configuration that the client would set. The topic is compared with the client's region and `accountId`.
-- @param runtime table: of `runtime.new`
-- @param params table: of SetVaultNotifications
-- @return list of findings: of `check.config`
function check.findings(runtime, params)
  return check.config {
    vaultName = rawget(params, "vaultName"), vaultNotificationConfig = rawget(params, CONFIG),
    region = runtime.settings.region, accountId = rawget(params, "accountId"),
  }
end

--- Checks the parameters of a call that sets a configuration, if the client has the option strict_notifications.
-- Raises `ParamValidationError` if there are findings; they are in the error's `findings`. Parameters of the
-- wrong type are reported first, as in every call.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil: of the operation
function check.guard(runtime, operation, params)
  if not runtime.strict_notifications or operation ~= "SetVaultNotifications" then
    return
  end
  prepare.call(runtime, operation, params)
  local findings = check.findings(runtime, params)
  if findings[1] then
    raise(findings, operation)
  end
end

return check
