--- The methods of a client that are not operations of the service. `glacier.client` loads all of them when one of them
-- is first used.
local client = require "glacier.client"
local context = require "glacier.async.context"
local core = require "glacier.core"
local errors = core.errors
local exceptions = require "glacier.exceptions"
local perform = require "glacier.call.perform"

local runtime_of = client.runtime_of

local Client = {}

-- API names, by API name and by method name.
local operations = {}
for method_name, operation in pairs(core.operations()) do
  operations[method_name], operations[operation] = operation, operation
end

-- Returns the API name of an operation. Raises `ParamValidationError` if there is none with that name.
local function operation_of(name)
  return operations[name] or errors.invalid(nil, ("Unknown operation: %q"):format(tostring(name)))
end

--- `client.exceptions.NAME` is the code of an exception as a string. A name that does not exist raises.
Client.exceptions = setmetatable({}, {
  __newindex = function()
    errors.invalid(nil, "client.exceptions cannot be changed")
  end,
  __index = function(_, name)
    return exceptions[name]
      or errors.invalid(nil, ("client.exceptions has no %q"):format(tostring(name)))
  end,
})

-- Returns a function that calls operations, for paginators and waiters.
local function caller(self)
  local runtime = runtime_of(self)
  return function(operation, params)
    return perform.run(runtime, operation, params)
  end
end

--- Calls an operation by its API name or method name: `client:call("SetVaultNotifications",
-- params)`.
-- @param name string
-- @param params table or nil: the API's own member names
-- @return table: the API's output members, and ResponseMetadata
function Client:call(name, params)
  return perform.run(runtime_of(self), operation_of(name), params)
end

-- Loads the module of tasks when the first task is started.
local start
function start(runtime, operation, params)
  start = require("glacier.async.task").start
  return start(runtime, operation, params)
end

--- Starts a call that is then polled: `task:poll()` never blocks and returns whether the task is done, `task:result()`
-- returns the result or raises. Raises `ParamValidationError` at once. Nothing is sent before the first poll.
-- @param name string: API name or method name
-- @param params table or nil
-- @return glacier.Task: also for `glacier.all` and `glacier.as_completed`
function Client:start(name, params)
  local runtime, operation = runtime_of(self), operation_of(name)
  if runtime.strict_notifications then
    require("glacier.notifications.check").guard(runtime, operation, params)
  end
  return start(runtime, operation, params)
end

--- Iterates over the pages of `list_vaults`, `list_jobs`, `list_multipart_uploads` or `list_parts`.
-- @param name string: API name or method name
-- @param params table or nil: `limit` is the size of a page
-- @return function() -> page
function Client:paginate(name, params)
  return require("glacier.paginate").pages(caller(self), operation_of(name), params)
end

--- Iterates over the items of all pages.
-- @param name string: of `paginate`
-- @param params table or nil
-- @return function() -> item
function Client:each(name, params)
  return require("glacier.paginate").items(caller(self), operation_of(name), params)
end

--- Waits, by polling, until a vault exists, a vault does not exist, or a job is completed.
-- Raises `WaiterError` (kind "waiter") if that does not happen in time or cannot happen any more, and all other errors
-- of describe_vault or describe_job.
-- @param name string: "vault_exists", "vault_not_exists", "job_completed"
-- @param params table: of describe_vault or describe_job
-- @param limits table or nil: delay (seconds), max_attempts, timeout (seconds)
-- @return table: the last response
function Client:wait_until(name, params, limits)
  local runtime = runtime_of(self)
  return require("glacier.waiters").wait({
    call = caller(self),
    pause = function(seconds)
      context.new(runtime.wait, nil, runtime.clock):sleep(seconds)
    end,
    clock = runtime.clock,
  }, name, params, limits)
end

--- Uploads an archive of any size: in one call, or in concurrent parts. It can resume an interrupted upload.
-- Raises `ParamValidationError` for invalid arguments before anything is sent, and later for a body that is empty, too
-- long, or gets another length during the upload; errors of the operations; `ChecksumError` (kind "transport") if the
-- service has other bytes, with `archiveId` if it has stored the archive. If the upload can be resumed, its error has
-- `uploadId`, and `partSize` unless a resumed upload failed before it was known.
-- @param params table: vaultName, accountId, archiveDescription as of upload_archive; one of path (string), body
--   (string, open file, function) and reader (function, open file); partSize (bytes), concurrency (4), uploadId
--   (resumes that upload), progress (function(done, total, uploadId): bytes), abort_on_failure (false)
-- @return table: archiveId, checksum, location; uploadId if it was uploaded in parts
function Client:upload(params)
  return require("glacier.upload").run(runtime_of(self), params)
end

--- Downloads the output of a job into a file. An archive is downloaded in concurrent ranges, each with a checked hash.
-- Another call after an error or a kill resumes the download.
-- Raises `ParamValidationError` for invalid arguments and if the file cannot be written; `WaiterError` if the job is
-- not complete or has failed; `ChecksumError` (kind "transport") if the bytes are wrong; the errors of the operations.
-- @param params table: vaultName, accountId, jobId, path; partSize (bytes: 1 MiB times a power of 2), concurrency (4),
--   progress (function(done, total): bytes)
-- @return table: path, size (bytes), checksum (the tree hash)
function Client:download(params)
  return require("glacier.download").run(runtime_of(self), params)
end

--- Retrieves an archive into a file: finds or starts the job, waits for it, and downloads its output.
-- Raises the errors of the operations, `wait_until` and `download`. Once there is a job, the error's `jobId` is its ID.
-- @param params table: vaultName, accountId, archiveId, path; tier ("Standard", "Expedited", "Bulk"), jobId (uses that
--   job), on_wait (function(job), called before each wait), delay (seconds between two polls of the job); partSize,
--   concurrency and progress as of `download`
-- @return table: path, size (bytes), checksum (the tree hash), jobId
function Client:retrieve(params)
  return require("glacier.retrieve").archive(runtime_of(self), params)
end

--- Lists the archives of a vault: finds or starts the inventory job, waits for it, and iterates over its output.
-- Raises the errors of the operations, `wait_until` and `glacier.inventory`. Once there is a job, the error's `jobId`
-- is its ID, also in the errors of the iterator.
-- @param params table: vaultName, accountId; format ("JSON", "CSV"), jobId, on_wait and delay as of `retrieve`
-- @return function: the iterator of `glacier.inventory`, and its `info`
function Client:list_archives(params)
  return require("glacier.retrieve").list(runtime_of(self), params)
end

--- Sets the notifications of a vault, unless it has the same already. The order of the events does not matter.
-- Raises the errors of its calls; ResourceNotFoundException for a missing vault.
-- @param params table: as of set_vault_notifications, vaultNotificationConfig required
-- @return table: changed (boolean), before (table or nil), after (table)
function Client:ensure_vault_notifications(params)
  return require("glacier.notifications.ensure").vault(runtime_of(self), params)
end

--- Reads the notifications of a vault.
-- Raises as get_vault_notifications, but not for a vault without a configuration. If the service's response does not
-- say whether the vault or the configuration is missing, describe_vault is called as well. If describe_vault is not
-- permitted then, a missing vault looks like a missing configuration.
-- @param params table: as of get_vault_notifications
-- @return table: as of get_vault_notifications; nil if the vault has no configuration
function Client:get_vault_notifications_or_nil(params)
  return require("glacier.notifications.ensure").read_or_nil(runtime_of(self), params)
end

--- Sets or removes the notifications of many vaults concurrently, if they differ. A vault that fails does not stop
-- the others.
-- Raises `ParamValidationError` before anything is sent, and the errors of listing the vaults.
-- @param params table: config (or false: remove), vaults ("all", a list of names, or
--   function(vault) -> boolean), accountId, concurrency (64), dry_run (false), progress
--   (function(done, total, name, entry))
-- @return table: changed, unchanged, failed: lists of { vaultName =, before =, after =, error = }; with dry_run also
--   findings: the list that `glacier.check_notification_config` returns for the configuration
function Client:sync_vault_notifications(params)
  return require("glacier.notifications.sync").vaults(runtime_of(self), params)
end

--- Verifies a SubscriptionConfirmation of SNS, and confirms the subscription of the HTTP endpoint to the topic.
-- Raises `NotificationError` (see `glacier.verify_notification`), the errors of the transport, and errors of kind
-- "service" if SNS rejects the request.
-- @param text string: the body of the SubscriptionConfirmation that the endpoint received
-- @param given table: options, as of `glacier.verify_notification`; `topics` is required
-- @return table: SubscriptionArn
function Client:confirm_subscription(text, given)
  return require("glacier.notifications.confirm").subscription(self, runtime_of(self), text, given)
end

--- Returns a descriptor that is readable when a task or a call of the client can continue, for a loop that watches
-- descriptors. It is the same for the client's lifetime; a forked child has its own.
-- @return number; nil if the system has neither epoll nor kqueue, or if the client has a transport of the host
function Client:pollfd()
  local events = runtime_of(self).transport:events()
  return events and events:fd()
end

--- Returns the events for which a loop must watch `pollfd`, in the form of cqueues.
-- @return string: "r"
function Client:events()
  runtime_of(self)
  return "r"
end

--- Returns the time after which the client must be polled even if its descriptor is not readable.
-- @return number: seconds; nil if no timer runs
function Client:timeout()
  local runtime = runtime_of(self)
  local events = runtime.transport:events()
  local of_tasks = runtime.task_class and require("glacier.async.task").timeout(runtime) or math.huge
  local seconds = math.min(of_tasks, events and events:timeout() or math.huge)
  return seconds < math.huge and seconds or nil
end

return Client
