--- What all calls of a client share: settings, keys, connections and clocks.
local core = require "glacier.core"

local runtime = {}

-- Returns the value of User-Agent. Characters of the app ID that are not allowed there are replaced with "-".
local function user_agent(app_id, extra)
  local interpreter = rawget(_G, "jit") and rawget(_G, "jit").version or _VERSION
  local parts = { "lua-glacier/" .. core.version, (interpreter:gsub(" ", "/")) }
  if app_id then
    parts[#parts + 1] = "app/" .. app_id:gsub("[^%w!#$%%&'*+.^_`|~-]", "-")
  end
  parts[#parts + 1] = extra
  return table.concat(parts, " ")
end

-- Completes options with settings from the environment and the shared files. If the options contain the region and the
-- keys, and there are no other settings, returns the options themselves, and the CA bundle from the environment.
local function complete(options)
  local region = options.region
  if region and not region:find("fips", 1, true) and type(options.credentials) == "table"
    and not (options.env or options.profile or options.proxy or options.ca_bundle) then
    local has_settings, ca_bundle = core.has_settings()
    if not has_settings then
      return options, ca_bundle
    end
  end
  return require("glacier.config.resolve").complete(options)
end

--- Resolves the settings of a client: its options, then the environment, then the profile, then the default.
-- Raises the errors of `complete` in `glacier.config.resolve`, and those of `core.endpoint`.
-- @param options table: checked options of `glacier.client`
-- @return table: region; endpoint_url; retry_mode; max_attempts; ca_bundle; verify; connect_timeout, read_timeout,
--   timeout (seconds); proxies, app_id, sources, profile_name, profile_explicit (of `complete`)
function runtime.settings(options)
  local from, ca_bundle = complete(options)
  local retry_mode = from.retry_mode or "standard"
  return {
    region = from.region,
    endpoint_url = from.endpoint or core.endpoint {
      region = from.region, endpoint_url = from.endpoint_url,
      use_fips = from.use_fips_endpoint, use_dualstack = from.use_dualstack_endpoint,
    },
    retry_mode = retry_mode, max_attempts = from.max_attempts or retry_mode == "legacy" and 5 or 3,
    ca_bundle = from.ca_bundle or ca_bundle, verify = from.verify ~= false,
    proxies = from.proxies or { https = "", http = "" },
    connect_timeout = from.connect_timeout or 60, read_timeout = from.read_timeout or 60, timeout = from.timeout,
    app_id = from.app_id,
    sources = from.sources, profile_name = from.profile_name or "default", profile_explicit = from.profile_explicit,
  }
end

-- Wraps the option `name` with a function of `glacier.callbacks`. Returns nil if the option is not set.
local function wrapped(kind, chosen, name)
  return chosen[name] and require("glacier.callbacks")[kind](chosen[name], name)
end

local function make(chosen, settings)
  local clock, keys = wrapped("numeric", chosen, "clock"), chosen.credentials
  local self = {
    settings = settings,
    wait = chosen.wait,
    strict_notifications = chosen.strict_notifications,
    hash_threads = chosen.hash_threads,
    logger = wrapped("guarded", chosen, "logger"),
    clock = clock or core.monotonic,
    time = clock or core.time,
    clock_offset = 0, closings = 0,
    tasks = setmetatable({}, { __mode = "k" }),
    user_agent = user_agent(settings.app_id, chosen.user_agent_extra),
    random = wrapped("numeric", chosen, "random") or core.random,
    attempt_headers = { "attempt=1" }, -- as in botocore, the first attempt has no maximum
    spares = {},
  }
  self.limiter = settings.retry_mode == "adaptive" and require("glacier.call.rate_limiter").new(self.clock) or nil
  self.reference = function() return self end
  self.transport = chosen.transport and require("glacier.transport.host").new(chosen.transport, settings)
    or require("glacier.transport.libcurl").new(settings)
  self.credentials = type(keys) == "table" and core.credentials(keys)
    or require("glacier.credentials.fetched").of_client(self, keys, chosen.mfa_code)
  -- The shared files contain keys. From now on only the source of the keys refers to them, because a program that
  -- prints an object, such as a task, may also print these settings.
  settings.sources = nil
  return self
end

--- Makes the runtime of a client.
-- Raises errors of kind "config" and "credentials" for invalid settings.
-- @param chosen table: checked options of `glacier.client`
-- @return table: settings (of `runtime.settings`, without the shared files), credentials, transport (of
--   `glacier.transport.libcurl` or `.host`), retries (the policy of calls, or nil before the first failure), limiter
--   (adaptive mode) or nil, user_agent (string), attempt_headers (the header amz-sdk-request by attempt), spares
--   (list of invocations for later calls), strict_notifications (boolean or nil), hash_threads (number or nil), logger
--   or nil, wait or nil, clock and time (functions that return seconds: never set back, and since the epoch),
--   clock_offset (seconds by which the service's clock is ahead; 0 until a signature was rejected for its time),
--   closings (how often the client was closed), random (function() -> number from 0 to below 1), tasks (a set with the
--   tasks that must be polled even if no event comes), task_class (of `glacier.async.task_context`, or nil before the
--   first task), reference (function() that returns the runtime, for objects whose printed fields must not show it),
--   context (of `context.of_call`, or nil)
function runtime.new(chosen)
  local began = core.monotonic()
  local self = make(chosen, runtime.settings(chosen))
  if self.logger then
    require("glacier.call.log").settings(self, core.monotonic() - began)
  end
  return self
end

return runtime
