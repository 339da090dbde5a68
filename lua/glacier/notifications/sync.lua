--- Sets or removes the notification configurations of many vaults concurrently.
local check_findings = require("glacier.notifications.check").findings
local ensure = require "glacier.notifications.ensure"
local errors = require("glacier.core").errors
local all = require "glacier.async.all"
local task = require "glacier.async.task"
local names = require "glacier.notifications.names"
local paginate = require "glacier.paginate"
local copcall = require "glacier.async.copcall"

local sync = {}

local function is_list_of_strings(value)
  if type(value) ~= "table" then
    return false
  end
  local count = 0
  for _, item in next, value do
    count = count + 1
    if type(item) ~= "string" or rawget(value, count) == nil then
      return false
    end
  end
  return true
end

-- By option: whether a value is valid, and what is expected.
local known = {
  config = function(value)
    return value == false or type(value) == "table", "a configuration, or false to remove it"
  end,
  vaults = function(value)
    return value == "all" or type(value) == "function" or is_list_of_strings(value),
      '"all", a list of names, or a function that selects vaults'
  end,
  accountId = function(value)
    return type(value) == "string", "a string"
  end,
  concurrency = function(value)
    return type(value) == "number" and value >= 1 and value % 1 == 0, "an integer of at least 1"
  end,
  dry_run = function(value)
    return type(value) == "boolean", "a boolean"
  end,
  progress = function(value)
    return type(value) == "function", "a function"
  end,
}

local function check_option(name, value)
  if not known[name] then
    return ("unknown option %s"):format(names.quote(name))
  end
  local valid, expected = known[name](value)
  return not valid and ("invalid option %s: expected %s, got %s"):format(name, expected, names.quote(value)) or nil
end

local function check(options)
  if type(options) ~= "table" then
    errors.invalid("sync_vault_notifications",
      ("sync_vault_notifications: expected a table, got a %s"):format(type(options)))
  end
  local violations = { options.config == nil and check_option("config", nil) or nil }
  for name, value in next, options do
    violations[#violations + 1] = check_option(name, value)
  end
  errors.check("sync_vault_notifications", violations)
end

-- Returns a list of names without duplicates.
local function distinct(list)
  local chosen, seen = {}, {}
  for _, name in ipairs(list) do
    if not seen[name] then
      chosen[#chosen + 1] = name
    end
    seen[name] = true
  end
  return chosen
end

local function choose(runtime, options)
  local vaults = options.vaults or "all"
  if type(vaults) == "table" then
    return distinct(vaults)
  end
  local chosen = {}
  local next_vault = paginate.items(ensure.caller(runtime), "ListVaults", { accountId = options.accountId })
  local vault = next_vault()
  while vault do -- a generic `for` would not let a call yield on Lua 5.1
    if vaults == "all" or vaults(vault) then
      chosen[#chosen + 1] = vault.VaultName
    end
    vault = next_vault()
  end
  return chosen
end

-- Handles one vault and fills its entry.
local function work(runtime, context, entry, options)
  local where = { accountId = options.accountId, vaultName = entry.vaultName }
  local ask = ensure.caller(runtime, context)
  local good, outcome = copcall.call(ensure.apply, ask, where, options.config or nil, options.dry_run)
  if good then
    entry.changed, entry.before, entry.after = outcome.changed, outcome.before, outcome.after
  elseif type(outcome) == "table" then
    entry.error = outcome
  else
    error(outcome, 0) -- for example, out of memory
  end
end

-- Handles all entries concurrently.
local function run(runtime, entries, options)
  local position, last = 0, nil
  local function next_task()
    position = position + 1
    local entry = entries[position]
    return entry and task.new(runtime, function(context)
      work(runtime, context, entry, options)
      last = entry
    end)
  end
  local outcomes = all.all(next_task, {
    concurrency = options.concurrency,
    progress = options.progress and function(done)
      options.progress(done, #entries, last.vaultName, last)
    end,
  })
  for _, outcome in ipairs(outcomes) do
    if not outcome.ok then
      error(outcome.error, 0)
    end
  end
end

-- Checks the configuration before anything is sent. Returns its findings in a dry run, otherwise nil.
local function check_config(runtime, options)
  if not options.config then
    return options.dry_run and {} or nil
  end
  local params = { accountId = options.accountId, vaultName = "any", vaultNotificationConfig = options.config }
  ensure.check(runtime, params)
  return options.dry_run and check_findings(runtime, params) or nil
end

--- Sets the configuration of many vaults if it differs, or removes it. All vaults are listed before the
-- first one is changed. A vault that fails does not stop the others.
-- Raises `ParamValidationError` before anything is sent, the errors of ListVaults, and those of the function `vaults`.
-- @param runtime table: of `runtime.new`
-- @param options table: config (of SetVaultNotifications, or false to remove it), vaults ("all", the default; a
--   list of names; or function(vault) -> boolean, which gets the items of list_vaults), accountId, concurrency
--   (vaults at a time, 64), dry_run (true to report only, without writing), progress (function(done, total,
--   name, entry), whose errors are ignored)
-- @return table: changed, unchanged, failed: lists of entries { vaultName =, before =, after =, error = } in the
--   order of the vaults. The entry that `progress` gets also has `changed`. With dry_run, the table also has the field
--   findings: the list that `check.config` returns for the configuration
function sync.vaults(runtime, options)
  check(options)
  local entries, findings = {}, check_config(runtime, options)
  for position, name in ipairs(choose(runtime, options)) do
    entries[position] = { vaultName = name }
  end
  run(runtime, entries, options)
  local report = { changed = {}, unchanged = {}, failed = {}, findings = findings }
  for _, entry in ipairs(entries) do
    local list = entry.error ~= nil and report.failed or entry.changed and report.changed or report.unchanged
    list[#list + 1] = entry
  end
  return report
end

return sync
