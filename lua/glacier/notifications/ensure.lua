--- Brings the configuration of one vault to what it should be, by reading it first.
local perform = require "glacier.call.perform"
local prepare = require "glacier.call.prepare"
local check = require "glacier.notifications.check"
local errors = require "glacier.errors"
local copcall = require "glacier.async.copcall"
local new_context = require("glacier.async.context").new

local ensure = {}

--- Calls of one after the other, each with its own deadline.
-- @param runtime table: of `runtime.new`
-- @param context table or nil: of a job, to wait by
-- @return function(operation, params) -> output; raises as calls do
function ensure.caller(runtime, context)
  local timeout = runtime.settings.timeout
  return function(operation, params)
    local own = context or new_context(runtime.wait, nil, runtime.clock)
    own.deadline = timeout and runtime.clock() + timeout
    return perform.call(runtime, prepare.call(runtime, operation, params), own)
  end
end

local function says_no_vault(err)
  return type(err.message) == "string" and err.message:lower():find "^vault not found" ~= nil
end

--- Reads a configuration; a vault without one is no error. The service answers both the missing
-- vault and the missing configuration with ResourceNotFoundException, and only what it says of the
-- vault is documented: where it does not say that, DescribeVault is asked as well.
-- Raises what the calls raise; ResourceNotFoundException for a missing vault.
-- @param ask function: of `ensure.caller`
-- @param params table: of GetVaultNotifications
-- @return table: the output of GetVaultNotifications; nil where there is no configuration
function ensure.read(ask, params)
  local good, outcome = copcall.call(ask, "GetVaultNotifications", params)
  if good then
    return outcome
  elseif type(outcome) ~= "table" or outcome.code ~= "ResourceNotFoundException" or says_no_vault(outcome) then
    return error(outcome, 0)
  end
  ask("DescribeVault", params)
  return nil
end

-- Iterates over a list as calls read it: without metamethods.
local function items(list)
  local position = 0
  return function()
    position = position + 1
    return list and rawget(list, position)
  end
end

-- The configuration with each event once.
local function plain(config)
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

local function same(one, other)
  return one.SNSTopic == other.SNSTopic and contains(one.Events, other.Events) and contains(other.Events, one.Events)
end

--- Refuses a configuration that cannot be set, before anything is sent.
-- Raises `ParamValidationError`.
-- @param runtime table: of `runtime.new`
-- @param params table: of SetVaultNotifications; vaultNotificationConfig is required
function ensure.check(runtime, params)
  prepare.call(runtime, "SetVaultNotifications", params)
  if rawget(params, "vaultNotificationConfig") == nil then
    errors.raise("validation", "ParamValidationError",
      'Parameter validation failed:\nMissing required parameter in input: "vaultNotificationConfig"')
  end
  check.guard(runtime, "SetVaultNotifications", params)
end

--- Sets a configuration, or removes it, if it is not so already.
-- Raises what the calls raise.
-- @param ask function: of `ensure.caller`
-- @param where table: accountId or nil, vaultName
-- @param config table that `ensure.check` has seen, or nil to remove it
-- @param dry_run boolean or nil: only says what would be
-- @return table: changed (boolean), before and after (configurations, or nil)
function ensure.apply(ask, where, config, dry_run)
  local found = ensure.read(ask, where)
  local before, after = found and found.vaultNotificationConfig, config and plain(config)
  if before == after or (before and after and same(before, after)) then
    return { changed = false, before = before, after = before }
  end
  if not dry_run then
    ask(after and "SetVaultNotifications" or "DeleteVaultNotifications", {
      accountId = where.accountId, vaultName = where.vaultName, vaultNotificationConfig = after,
    })
  end
  return { changed = true, before = before, after = after }
end

--- Sets the configuration of a vault if it is not so already. Between the reading and the writing
-- another may write: the service has no condition for that. What this writes is whole, so the last
-- to write wins, and nobody's configuration is mixed with another's.
-- Raises `ParamValidationError` before anything is sent, and what the calls raise.
-- @param runtime table: of `runtime.new`
-- @param params table: of SetVaultNotifications
-- @return table: of `ensure.apply`
function ensure.vault(runtime, params)
  ensure.check(runtime, params)
  local where = { accountId = rawget(params, "accountId"), vaultName = rawget(params, "vaultName") }
  return ensure.apply(ensure.caller(runtime), where, rawget(params, "vaultNotificationConfig"))
end

return ensure
