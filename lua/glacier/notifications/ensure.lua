--- Reads the notification configuration of one vault, and writes it only if it differs.
local perform = require "glacier.call.perform"
local prepare = require "glacier.call.prepare"
local check = require "glacier.notifications.check"
local errors = require("glacier.core").errors
local copcall = require "glacier.async.copcall"
local new_context = require("glacier.async.context").new

local ensure = {}

--- Makes a function that calls operations. Each call has its own deadline.
-- @param runtime table: of `runtime.new`
-- @param context table or nil: the context of a task
-- @return function(operation, params) -> output; raises as calls do
function ensure.caller(runtime, context)
  local timeout = runtime.settings.timeout
  return function(operation, params)
    local call_context = context or new_context(runtime.wait, nil, runtime.clock)
    call_context.deadline = timeout and runtime.clock() + timeout
    return perform.call(runtime, prepare.call(runtime, operation, params), call_context)
  end
end

-- Returns what a ResourceNotFoundException reports as missing: "vault" or "configuration"; nil if its message does not
-- say. The documented message for a vault is "Vault not found for ARN: ...". For a configuration, the service says "No
-- notification configuration is set for vault: ...". ARNs are removed first, because a vault's name may contain any of
-- these words.
local function missing(err)
  local message = tostring(err.message):lower():gsub("arn:%S*", "")
  return message:find "^vault not found" and "vault" or message:find "notification" and "configuration" or nil
end

-- Raises if DescribeVault fails, for example because the vault is missing. AccessDeniedException is ignored, because
-- the program may lack this permission. The operations that write raise for a missing vault themselves.
local function check_vault(ask, params)
  local good, err = copcall.call(ask, "DescribeVault", params)
  if not good and (type(err) ~= "table" or err.code ~= "AccessDeniedException") then
    return error(err, 0)
  end
end

--- Reads a configuration. The service answers with ResourceNotFoundException both for a missing vault and
-- for a missing configuration. DescribeVault is called only if the message does not tell which of them is missing.
-- Raises the errors of the calls; ResourceNotFoundException for a missing vault. If DescribeVault is needed and not
-- permitted, a missing vault looks like a missing configuration.
-- @param ask function: of `ensure.caller`
-- @param params table: of GetVaultNotifications
-- @return table: the output of GetVaultNotifications; nil if there is no configuration
function ensure.read(ask, params)
  local good, outcome = copcall.call(ask, "GetVaultNotifications", params)
  if good then
    return outcome
  elseif type(outcome) ~= "table" or outcome.code ~= "ResourceNotFoundException" then
    return error(outcome, 0)
  end
  local what = missing(outcome)
  if what == "vault" then
    return error(outcome, 0)
  elseif not what then
    check_vault(ask, params)
  end
  return nil
end

-- Iterates over a list without metamethods, as calls read it.
local function items(list)
  local position = 0
  return function()
    position = position + 1
    return list and rawget(list, position)
  end
end

-- Returns a copy of the configuration, with each event once.
local function copy(config)
  local events, seen = rawget(config, "Events") and {}, {}
  for event in items(rawget(config, "Events")) do
    if not seen[event] then
      events[#events + 1] = event
    end
    seen[event] = true
  end
  return { SNSTopic = rawget(config, "SNSTopic"), Events = events }
end

local function contains(list, others)
  local has = {}
  for item in items(list) do
    has[item] = true
  end
  for item in items(others) do
    if not has[item] then
      return false
    end
  end
  return true
end

local function equal(one, other)
  return one.SNSTopic == other.SNSTopic and contains(one.Events, other.Events) and contains(other.Events, one.Events)
end

--- Checks a configuration before anything is sent.
-- Raises `ParamValidationError` for an invalid one.
-- @param runtime table: of `runtime.new`
-- @param params table: of SetVaultNotifications; vaultNotificationConfig is required
function ensure.check(runtime, params)
  prepare.call(runtime, "SetVaultNotifications", params)
  if rawget(params, "vaultNotificationConfig") == nil then
    errors.invalid("SetVaultNotifications",
      'Parameter validation failed:\nMissing required parameter in input: "vaultNotificationConfig"')
  end
  check.guard(runtime, "SetVaultNotifications", params)
end

--- Sets or removes a configuration, unless the vault has the same.
-- Raises the errors of the calls.
-- @param ask function: of `ensure.caller`
-- @param where table: accountId or nil, vaultName
-- @param config table that `ensure.check` has accepted, or nil to remove it
-- @param dry_run boolean or nil: true to report only, without writing
-- @return table: changed (boolean), before and after (configurations, or nil)
function ensure.apply(ask, where, config, dry_run)
  local current = ensure.read(ask, where)
  local before, after = current and current.vaultNotificationConfig, config and copy(config)
  if before == after or (before and after and equal(before, after)) then
    return { changed = false, before = before, after = before }
  end
  if not dry_run then
    ask(after and "SetVaultNotifications" or "DeleteVaultNotifications", {
      accountId = where.accountId, vaultName = where.vaultName, vaultNotificationConfig = after,
    })
  end
  return { changed = true, before = before, after = after }
end

--- Sets the configuration of a vault if it differs. Another program can change it between the read and the write,
-- because the service has no conditional writes. A configuration is always written as a whole, so the last write wins,
-- and two configurations are never mixed.
-- Raises `ParamValidationError` before anything is sent, and the errors of the calls.
-- @param runtime table: of `runtime.new`
-- @param params table: of SetVaultNotifications
-- @return table: of `ensure.apply`
function ensure.vault(runtime, params)
  ensure.check(runtime, params)
  local where = { accountId = rawget(params, "accountId"), vaultName = rawget(params, "vaultName") }
  return ensure.apply(ensure.caller(runtime), where, rawget(params, "vaultNotificationConfig"))
end

--- Reads the configuration of a vault.
-- Raises as `ensure.read`.
-- @param runtime table: of `runtime.new`
-- @param params table: of GetVaultNotifications
-- @return table: the output of GetVaultNotifications; nil if the vault has no configuration
function ensure.read_or_nil(runtime, params)
  return ensure.read(ensure.caller(runtime), params)
end

return ensure
