--- The subcommands of `glacier`: each calls one function of the API and prints the result.
local errors = require("glacier.core").errors
local glacier = require "glacier"
local json = require "glacier.json"

local actions = {}

local BOTH_EVENTS = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" }

-- Quotes a word for the shell.
local function quoted(word)
  return word:find "^[%w@%%_+=:,./-]+$" and word or "'" .. word:gsub("'", "'\\''") .. "'"
end

-- Adds the options of these names that have a value.
local function add_options(words, options, names)
  for _, name in ipairs(names) do
    local value = options[name]
    words[#words + 1] = value and quoted("--" .. name:gsub("_", "-") .. "=" .. value) or nil
  end
end

-- Returns a command line that continues the work of this one. It has the options that select the account and the
-- service, but not --json and --quiet. `own` has the options of the subcommand.
local function command_line(options, subcommand, own, ...)
  local words = { "glacier" }
  add_options(words, options, { "profile", "region", "endpoint_url", "account_id" })
  words[#words + 1] = subcommand
  add_options(words, own, { "upload_id", "job_id", "tier" })
  words[#words + 1] = "--"
  for _, word in ipairs { ... } do
    words[#words + 1] = quoted(word)
  end
  return table.concat(words, " ")
end

local function config_of(options)
  return { SNSTopic = options.topic, Events = options.event[1] and options.event or BOTH_EVENTS }
end

local function config_line(vault, config)
  if not config then
    return vault .. "\t-"
  end
  return ("%s\t%s\t%s"):format(vault, config.SNSTopic or "-", table.concat(config.Events or {}, ","))
end

-- Runs `work(vault)` for each vault. An error object is printed, and the next vault follows. Any other error, such as
-- Ctrl-C, ends the command.
local function each_vault(run, work)
  local failed = false
  for _, vault in ipairs(run.options.vaults) do
    local ok, err = pcall(work, vault)
    if not ok and type(err) ~= "table" then
      error(err, 0)
    elseif not ok then
      run.print_error(err, vault)
      failed = true
    end
  end
  return not failed
end

local function params_of(run, vault, more)
  local params = { vaultName = vault, accountId = run.options.account_id }
  for name, value in pairs(more or {}) do
    params[name] = value
  end
  return params
end

local notifications = {}

function notifications.get(run)
  return each_vault(run, function(vault)
    local output = run.client:get_vault_notifications_or_nil(params_of(run, vault))
    local config = output and output.vaultNotificationConfig
    run.printer:result({ vaultName = vault, vaultNotificationConfig = config }, config_line(vault, config))
  end)
end

-- `vault` is a name, or nil if the finding is about no particular vault.
local function print_finding(run, finding, vault)
  run.printer:result({
    vaultName = vault, code = finding.code, field = finding.field, message = finding.message,
  }, ("%s\t%s\t%s"):format(vault or "-", finding.code, tostring(finding)))
end

-- Sets or removes (config: false) the configuration of the vaults, and prints a line for each. In a dry run, it also
-- prints the findings of the configuration.
local function sync(run, config, vaults)
  local report = run.client:sync_vault_notifications {
    config = config, vaults = vaults, accountId = run.options.account_id,
    concurrency = run.options.concurrency, dry_run = run.options.dry_run,
    progress = function(done, total) run.printer:progress(done, total, "vaults") end,
  }
  for _, finding in ipairs(report.findings or {}) do
    print_finding(run, finding)
  end
  local words = { changed = run.options.dry_run and "would change" or "changed", unchanged = "unchanged" }
  for _, state in ipairs { "changed", "unchanged" } do
    for _, entry in ipairs(report[state]) do
      run.printer:result({ vaultName = entry.vaultName, result = words[state], after = entry.after },
        ("%s\t%s"):format(entry.vaultName, words[state]))
    end
  end
  for _, entry in ipairs(report.failed) do
    run.print_error(entry.error, entry.vaultName)
  end
  return not (report.failed[1] or report.findings and report.findings[1])
end

function notifications.set(run)
  return sync(run, config_of(run.options), run.options.vaults)
end

function notifications.delete(run)
  return sync(run, false, run.options.vaults)
end

function notifications.sync(run)
  return sync(run, config_of(run.options), run.options.vaults[1] and run.options.vaults or "all")
end

function notifications.check(run)
  local clean = true
  for _, vault in ipairs(run.options.vaults[1] and run.options.vaults or { false }) do
    local findings = glacier.check_notification_config {
      vaultName = vault or nil, region = run.options.region, account = run.options.account_id,
      vaultNotificationConfig = config_of(run.options),
    }
    for _, finding in ipairs(findings) do
      if vault or finding.code ~= "MissingVaultName" then
        clean = false
        print_finding(run, finding, vault or nil)
      end
    end
  end
  return clean
end

--- `glacier notifications get|set|delete|sync|check`
function actions.notifications(run)
  return notifications[run.options.action](run)
end

--- `glacier topic-policy`
actions["topic-policy"] = function(run)
  local options = run.options
  local policy = glacier.topic_policy {
    topic = options.topic, account = options.account, kms_key = options.kms_key,
    vaults = options.vaults[1] and options.vaults or nil,
  }
  run.printer:write(policy:json(), "\n")
  return true
end

--- `glacier vaults`
function actions.vaults(run)
  for vault in run.client:each("list_vaults", { accountId = run.options.account_id }) do
    local line = ("%s\t%s\t%s"):format(vault.VaultName, vault.NumberOfArchives or 0, vault.SizeInBytes or 0)
    run.printer:result(vault, line)
  end
  return true
end

--- `glacier jobs`
function actions.jobs(run)
  for job in run.client:each("list_jobs", params_of(run, run.options.vault)) do
    run.printer:result(job, ("%s\t%s\t%s"):format(job.JobId, job.Action, job.StatusCode))
  end
  return true
end

local function progress_of(run)
  return function(done, total)
    run.printer:progress(done, total, "bytes")
  end
end

--- `glacier upload`
function actions.upload(run)
  local options = run.options
  local result = run.client:upload(params_of(run, options.vault, {
    path = options.path, archiveDescription = options.description, partSize = options.part_size,
    concurrency = options.concurrency, uploadId = options.upload_id,
    progress = function(done, total, upload_id)
      if upload_id and not run.resume then
        run.resume = command_line(options, "upload", { upload_id = upload_id }, options.vault, options.path)
        run.printer:remark("upload ID: " .. upload_id)
      end
      run.printer:progress(done, total, "bytes")
    end,
  }))
  run.printer:result({ archiveId = result.archiveId, checksum = result.checksum }, result.archiveId)
  return true
end

--- `glacier download`
function actions.download(run)
  local options = run.options
  run.resume = command_line(options, "download", {}, options.vault, options.job, options.path)
  local result = run.client:download(params_of(run, options.vault, {
    jobId = options.job, path = options.path, progress = progress_of(run),
  }))
  run.printer:result(result, ("%s\t%.0f\t%s"):format(result.path, result.size, result.checksum or "-"))
  return true
end

--- `glacier retrieve`
function actions.retrieve(run)
  local options, has_waited = run.options, false
  local function resume_with(own)
    run.resume = command_line(options, "retrieve", own, options.vault, options.archive, options.path)
  end
  -- Without the ID of a job, the command finds the same job again, or starts it.
  resume_with { job_id = options.job_id, tier = options.tier }
  local result = run.client:retrieve(params_of(run, options.vault, {
    archiveId = options.archive, path = options.path, tier = options.tier, jobId = options.job_id,
    progress = progress_of(run),
    on_wait = function(job)
      if not has_waited then
        has_waited = true
        resume_with { job_id = job.JobId, tier = options.tier }
        run.printer:remark(("waiting for the job %s, which can take hours"):format(job.JobId))
      end
    end,
  }))
  run.printer:result(result, ("%s\t%.0f\t%s"):format(result.path, result.size, result.checksum or "-"))
  return true
end

local function read_input()
  local text, why = io.stdin:read "*a"
  return text or error("cannot read standard input: " .. tostring(why), 0)
end

local function parameters_of(text)
  if text == "-" then
    text = read_input()
  end
  local value = text and text:find "^%s*{" and json.decode(text)
  if text and type(value) ~= "table" then
    errors.invalid("call", "invalid parameters: expected a JSON object")
  end
  return value
end

-- Copies a streamed body to standard output.
local function print_body(run, body)
  for chunk in function() return body:read(65536) end do
    run.printer:write(chunk)
  end
end

--- `glacier call`
function actions.call(run)
  local result = run.client:call(run.options.operation, parameters_of(run.options.parameters))
  if type(result.body) == "table" then
    print_body(run, result.body)
  else
    result.ResponseMetadata = nil
    run.printer:write(json.encode(result), "\n")
  end
  return true
end

return actions
