--- Checks of a notification configuration that go further than the service's own.
local prepare = require "glacier.call.prepare"
local errors = require "glacier.errors"
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

-- Tables are read without metamethods, as parameters of calls are.
local function report_unknown(findings, given, known, prefix)
  local unknown = {}
  for name in next, given do
    if not known[name] then
      unknown[#unknown + 1] = type(name) == "string" and name or names.shown(name)
    end
  end
  table.sort(unknown)
  for _, name in ipairs(unknown) do
    add(findings, prefix .. name, "UnknownMember", "there is no such member")
  end
end

local function check_vault(findings, vault)
  if vault == nil then
    add(findings, "vaultName", "MissingVaultName", "no vault is named")
  elseif not names.is_vault(vault) then
    add(findings, "vaultName", "InvalidVaultName",
      "%s is no name of a vault: 1 to 255 letters, digits, . - and _ are wanted, and neither . nor ..",
      names.shown(vault))
  end
end

-- The service is regional, and all its documentation has topic and vault in one region.
local function compare_region(findings, topic, region)
  if type(region) ~= "string" or region == "" then
    add(findings, "region", "InvalidRegion", "%s is no region", names.shown(region))
  elseif topic and topic.region ~= region then
    add(findings, TOPIC, "RegionMismatch", "the topic is in %s, the vault in %s", names.shown(topic.region),
      names.shown(region))
  end
end

local function compare_account(findings, topic, account)
  if account == "" or account == "-" then
    return
  elseif not names.is_account(account) then
    add(findings, "account", "InvalidAccount", "%s is no account: twelve digits are wanted", names.shown(account))
  elseif topic and topic.account ~= account then
    add(findings, TOPIC, "AccountMismatch",
      "the topic is of the account %s, the vault of %s: the topic's policy must let it publish",
      names.shown(topic.account), account)
  end
end

local function check_topic(findings, arn, region, account)
  local topic, problems
  if arn == nil then
    add(findings, TOPIC, "MissingTopic", "no topic is named")
  else
    topic, problems = names.topic(arn)
    for _, problem in ipairs(problems) do
      add(findings, TOPIC, problem.code, "%s", problem.message)
    end
  end
  if region ~= nil then
    compare_region(findings, topic, region)
  end
  if account ~= nil then
    compare_account(findings, topic, account)
  end
end

-- How many items a list has; nil where the table is no sequence.
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
    add(findings, field, "InvalidEvents", "an event is a string, not a %s", type(event))
  elseif seen[event] then
    add(findings, field, "DuplicateEvent", "%s is listed already", names.shown(event))
  elseif not names.events[event] then
    add(findings, field, "UnknownEvent", "%s is no event that the service is known to have", names.shown(event))
  end
  seen[event] = true
end

local function check_events(findings, events)
  local count = type(events) == "table" and length(events)
  if events == nil or count == 0 then
    add(findings, EVENTS, "MissingEvents", "at least one event is wanted")
  elseif not count then
    add(findings, EVENTS, "InvalidEvents", "a list of strings is wanted, not %s",
      type(events) == "table" and "a table with holes or other keys" or names.shown(events))
  else
    local seen = {}
    for position = 1, count do
      check_event(findings, position - 1, rawget(events, position), seen)
    end
  end
end

--- Checks a configuration and what it belongs to. Nothing is sent. Where `region` or `account` is
-- left out (an account also where it is "-" or empty), that comparison is.
-- Raises `ParamValidationError` only where what is given is no table.
-- @param given table: vaultName, vaultNotificationConfig, region or nil, account or nil
-- @return list of findings, empty if there is nothing to say: each { field =, code =, message = },
--   and "field: message" as a string. `field` counts list items from 0, as the messages of
--   refused parameters do. Codes: MissingVaultName, InvalidVaultName, MissingConfig, InvalidConfig,
--   MissingTopic, InvalidTopicArn, InvalidTopicName, FifoTopic, PartitionMismatch, RegionMismatch,
--   AccountMismatch, InvalidRegion, InvalidAccount, MissingEvents, InvalidEvents, UnknownEvent,
--   DuplicateEvent, UnknownMember
function check.config(given)
  if type(given) ~= "table" then
    errors.raise("validation", "ParamValidationError",
      ("check_notification_config: a table is wanted, not a %s"):format(type(given)))
  end
  local findings, config = {}, rawget(given, CONFIG)
  report_unknown(findings, given, { vaultName = true, region = true, account = true, [CONFIG] = true }, "")
  check_vault(findings, rawget(given, "vaultName"))
  local is_table = type(config) == "table"
  if config == nil then
    add(findings, CONFIG, "MissingConfig", "no configuration is given")
  elseif not is_table then
    add(findings, CONFIG, "InvalidConfig", "a table is wanted, not %s", names.shown(config))
  else
    report_unknown(findings, config, { SNSTopic = true, Events = true }, CONFIG .. ".")
    check_topic(findings, rawget(config, "SNSTopic"), rawget(given, "region"), rawget(given, "account"))
    check_events(findings, rawget(config, "Events"))
  end
  return findings
end

local function refuse(findings, operation)
  local lines = { "Parameter validation failed:" }
  for _, finding in ipairs(findings) do
    lines[#lines + 1] = tostring(finding)
  end
  local err = errors.new("validation", "ParamValidationError", table.concat(lines, "\n"))
  err.operation, err.findings = operation, findings
  return error(err, 0)
end

--- Refuses what `check.config` has findings of, where the client is strict and the operation sets a
-- configuration; does nothing otherwise. The region is the client's, the account `accountId`.
-- Raises `ParamValidationError` with the findings as `findings`; parameters that are not of the
-- API's shape are told in its words first.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil: of the operation
function check.guard(runtime, operation, params)
  if not runtime.strict_notifications or operation ~= "SetVaultNotifications" then
    return
  end
  prepare.call(runtime, operation, params)
  local findings = check.config {
    vaultName = rawget(params, "vaultName"), vaultNotificationConfig = rawget(params, CONFIG),
    region = runtime.settings.region, account = rawget(params, "accountId"),
  }
  if findings[1] then
    refuse(findings, operation)
  end
end

return check
