--- The client: a method for every operation of the service, named as in boto3.
local core = require "glacier.core"
local perform = require "glacier.call.perform"
local errors = require "glacier.errors"
local task = require "glacier.async.task"
local check = require "glacier.notifications.check"
local ensure = require "glacier.notifications.ensure"
local sync = require "glacier.notifications.sync"
local options = require "glacier.options"
local paginate = require "glacier.paginate"
local upload = require "glacier.upload"
local new_context = require("glacier.async.context").new
local waiters = require "glacier.waiters"
local new_runtime = require("glacier.runtime").new

local client = {}

local Client = {}
Client.__index = Client
Client.__name = "glacier.client"
Client.is_client = true -- the classes of `glacier.safe` inherit it

-- API names, by themselves and by method name.
local operations = {}
for method_name, operation in pairs(core.operations) do
  operations[method_name], operations[operation] = operation, operation
end

-- Codes the service documents beyond its model, and the client's runtime.
local further_codes = {
  "AccessDeniedException", "BadRequest", "ExpiredTokenException", "InvalidSignatureException",
  "MissingAuthenticationTokenException", "SerializationException", "ThrottlingException",
  "UnrecognizedClientException",
  "ParamValidationError", "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
  "ProfileNotFound", "ConfigParseError", "InvalidConfigError", "NoRegionError", "InvalidRegionError",
  "UnknownEndpointError", "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError",
  "ConnectionClosedError", "SSLError", "ProxyConnectionError", "ResponseParserError", "ChecksumError", "WaiterError",
  "PaginationError", "NotificationError", "InfiniteLoopConfigError", "SSOTokenLoadError", "UnauthorizedSSOTokenError",
  "TokenRetrievalError", "InvalidIMDSEndpointError", "InvalidIMDSEndpointModeError", "ClockError", "DigestError",
}

local function exceptions_table()
  local codes = {}
  for _, list in ipairs { core.exceptions, further_codes } do
    for _, code in ipairs(list) do
      codes[code] = code
    end
  end
  return setmetatable({}, {
    __newindex = function()
      errors.raise("validation", "ParamValidationError", "client.exceptions cannot be changed")
    end,
    __index = function(_, name)
      if codes[name] then
        return codes[name]
      end
      errors.raise("validation", "ParamValidationError", ("client.exceptions has no %q"):format(tostring(name)))
    end,
  })
end

--- `client.exceptions.NAME` is the code of an exception as a string; a name that does not exist
-- raises.
Client.exceptions = exceptions_table()

--- Makes a client. See README.md for the options.
-- Raises `ParamValidationError` for an unknown option or one of the wrong type, errors of kind
-- "config" and "credentials" for settings that cannot be meant.
-- @param given table or nil
function client.new(given)
  local runtime = new_runtime(options.check(given))
  -- Behind a function: whoever prints a client with all that is in it prints no key of the shared files.
  return setmetatable({ _runtime = function() return runtime end }, Client)
end

local function runtime_of(self)
  if type(self) ~= "table" or self.is_client ~= true then
    errors.raise("validation", "ParamValidationError",
      "methods of a client are called with a colon: client:method{ ... }")
  end
  return self._runtime()
end

local function operation_of(name)
  return operations[name]
    or errors.raise("validation", "ParamValidationError", ("Unknown operation: %q"):format(tostring(name)))
end

-- A call of the user's own, refused here where the client is strict.
local function run(runtime, operation, params)
  check.guard(runtime, operation, params)
  return perform.run(runtime, operation, params)
end

-- Calls of a client, for what is built on them.
local function caller(self)
  local runtime = runtime_of(self)
  return function(operation, params)
    return perform.run(runtime, operation, params)
  end
end

--- Calls an operation by its API name or method name: `client:call("SetVaultNotifications",
-- params)`.
-- @param name string
-- @param params table or nil: the API's runtime member names
-- @return table: the API's output members, and ResponseMetadata
function Client:call(name, params)
  return run(runtime_of(self), operation_of(name), params)
end

--- Begins a call that is then polled: `job:poll()` never blocks and says whether it is done,
-- `job:result()` returns or raises. Raises `ParamValidationError` at once; nothing is sent before
-- the first poll.
-- @param name string: API name or method name
-- @param params table or nil
-- @return job, also for `glacier.all`
function Client:start(name, params)
  local runtime, operation = runtime_of(self), operation_of(name)
  check.guard(runtime, operation, params)
  return task.start(runtime, operation, params)
end

--- Iterates over the pages of `list_vaults`, `list_jobs`, `list_multipart_uploads` or `list_parts`.
-- @param name string: API name or method name
-- @param params table or nil: `limit` is the size of a page
-- @return function() -> page
function Client:paginate(name, params)
  return paginate.pages(caller(self), operation_of(name), params)
end

--- Iterates over the items of all pages.
-- @return function() -> item
function Client:each(name, params)
  return paginate.items(caller(self), operation_of(name), params)
end

--- Waits until a vault exists, or does not, or a job is completed, by polling.
-- Raises `WaiterError` (kind "waiter") when it does not come about.
-- @param name string: "vault_exists", "vault_not_exists", "job_completed"
-- @param params table: of describe_vault or describe_job
-- @param limits table or nil: delay (seconds), max_attempts, timeout (seconds)
-- @return table: the last response
function Client:wait_until(name, params, limits)
  local runtime = runtime_of(self)
  return waiters.wait({
    call = caller(self),
    pause = function(seconds)
      new_context(runtime.wait, nil, runtime.clock):sleep(seconds)
    end,
    clock = runtime.clock,
  }, name, params, limits)
end

--- Uploads an archive of any size: in one call, or in parts, several at a time; resumes an upload
-- that was interrupted. See `glacier.upload` for the parameters.
-- @param params table
-- @return table: archiveId, checksum, location; uploadId where it went in parts
function Client:upload(params)
  return upload.run(runtime_of(self), params)
end

--- Downloads the output of a job into a file: an archive in ranges, several at a time, each of them checked. Called
-- again after an error or a kill, it goes on where it stopped. See `glacier.download` for the parameters.
-- @param params table
-- @return table: path, size (bytes), checksum (the tree hash)
function Client:download(params)
  return require("glacier.download").run(runtime_of(self), params)
end

--- Retrieves an archive into a file: finds or starts the job, waits for it, and downloads its output. See
-- `glacier.retrieve` for the parameters.
-- @param params table
-- @return table: path, size (bytes), checksum (the tree hash), jobId
function Client:retrieve(params)
  return require("glacier.retrieve").archive(runtime_of(self), params)
end

--- Lists the archives of a vault: finds or starts the inventory job, waits for it, and iterates over its output. See
-- `glacier.retrieve` for the parameters.
-- @param params table
-- @return function: the iterator of `glacier.inventory`, and its `info`
function Client:list_archives(params)
  return require("glacier.retrieve").list(runtime_of(self), params)
end

for method_name, operation in pairs(core.operations) do
  Client[method_name] = function(self, params)
    return run(runtime_of(self), operation, params)
  end
end

--- Sets the notifications of a vault, if they are not so already; events count in any order.
-- Raises what the calls that it makes raise; a missing vault is ResourceNotFoundException.
-- @param params table: as of set_vault_notifications, vaultNotificationConfig required
-- @return table: changed (boolean), before (table or nil), after (table)
function Client:ensure_vault_notifications(params)
  return ensure.vault(runtime_of(self), params)
end

--- Reads the notifications of a vault.
-- Raises as get_vault_notifications, but not for a vault without a configuration. Where the
-- service's answer leaves open which of the two is missing, describe_vault is asked as well.
-- @param params table: as of get_vault_notifications
-- @return table: as of get_vault_notifications; nil where the vault has no configuration
function Client:get_vault_notifications_or_nil(params)
  return ensure.read_or_nil(runtime_of(self), params)
end

--- Sets or removes the notifications of many vaults, where they are not so already, several at a
-- time. Goes on after a vault that fails.
-- Raises `ParamValidationError` before anything is sent, and what listing the vaults raises.
-- @param params table: config (or false: remove), vaults ("all", a list of names, or
--   function(vault) -> boolean), accountId, concurrency (64), dry_run (false), progress
--   (function(done, total, name, entry))
-- @return table: changed, unchanged, failed: lists of { vaultName =, before =, after =, error = }
function Client:sync_vault_notifications(params)
  return sync.vaults(runtime_of(self), params)
end

--- Confirms the subscription of an HTTP endpoint to a topic, if SNS really asks for it.
-- Raises `NotificationError` (see `glacier.verify_notification`), the errors of the transport, and errors of kind
-- "service" for what SNS refuses.
-- @param text string: the body of the SubscriptionConfirmation that the endpoint received
-- @param given table: options, as of `glacier.verify_notification`; `topics` is required
-- @return table: SubscriptionArn
function Client:confirm_subscription(text, given)
  return require("glacier.notifications.confirm").subscription(self, runtime_of(self), text, given)
end

--- A descriptor that is readable when a task or a call of the client can go on, for a loop that watches descriptors.
-- It is the same for the client's lifetime; a forked child has one of its own.
-- @return number; nil where the system has neither epoll nor kqueue, or the client a transport of the host's
function Client:pollfd()
  local events = runtime_of(self).transport:events()
  return events and events:fd()
end

--- What `pollfd` has to be watched for, as cqueues asks for it.
-- @return string: "r"
function Client:events()
  runtime_of(self)
  return "r"
end

--- How long the client needs no poll if its descriptor stays quiet.
-- @return number: seconds; nil where no timer runs
function Client:timeout()
  local runtime = runtime_of(self)
  local events = runtime.transport:events()
  local seconds = math.min(task.timeout(runtime), events and events:timeout() or math.huge)
  return seconds < math.huge and seconds or nil
end

--- Closes the client's connections. Legal any number of times; a later call opens new ones. A
-- client that is collected closes them as well.
function Client:close()
  runtime_of(self).transport:close()
end

Client.__close = Client.close

function Client:__tostring()
  return ("glacier.client (%s)"):format(runtime_of(self).settings.region)
end

return client
