--- The client: a method for every operation of the service, named as in boto3.
local adaptive = require "glacier.adaptive"
local core = require "glacier.core"
local call = require "glacier.call"
local config = require "glacier.config"
local credentials = require "glacier.credentials"
local fail = require "glacier.fail"
local options = require "glacier.options"
local retry = require "glacier.retry"
local send = require "glacier.send"
local version = require "glacier.version"
local wait = require "glacier.wait"

local client = {}

local Client = {}
Client.__index = Client
Client.__name = "glacier.client"

-- API names, by themselves and by method name.
local operations = {}
for method_name, operation in pairs(core.operations) do
  operations[method_name], operations[operation] = operation, operation
end

-- Codes the service documents beyond its model, and the client's own.
local further_codes = {
  "AccessDeniedException", "BadRequest", "ExpiredTokenException", "InvalidSignatureException",
  "MissingAuthenticationTokenException", "SerializationException", "ThrottlingException",
  "UnrecognizedClientException",
  "ParamValidationError", "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
  "ProfileNotFound", "ConfigParseError", "InvalidConfigError", "NoRegionError", "InvalidRegionError",
  "UnknownEndpointError", "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError",
  "ConnectionClosedError", "SSLError", "ProxyConnectionError", "ResponseParserError", "WaiterError",
  "PaginationError",
}

local function exceptions_table()
  local codes = {}
  for _, list in ipairs { core.exceptions, further_codes } do
    for _, code in ipairs(list) do
      codes[code] = code
    end
  end
  return setmetatable(codes, {
    __index = function(_, name)
      fail.raise("validation", "ParamValidationError", ("client.exceptions has no %q"):format(tostring(name)))
    end,
  })
end

--- `client.exceptions.NAME` is the code of an exception as a string; a name that does not exist
-- raises.
Client.exceptions = exceptions_table()

-- What User-Agent may not carry becomes "-".
local function user_agent(app_id, extra)
  local runtime = _G.jit and _G.jit.version or _VERSION
  local agent = ("lua-glacier/%s %s %s"):format(version, runtime:gsub(" ", "/"), core.transport_version)
  if app_id then
    agent = agent .. " app/" .. app_id:gsub("[^%w!#$%%&'*+.^_`|~-]", "-")
  end
  return extra and agent .. " " .. extra or agent
end

-- A logger that fails must not fail the call that it was told of.
local function safe(logger)
  return logger and function(event)
    pcall(logger, event)
  end
end

-- One request for keys, through the client's own way: signed if it has to be, sent, waited for.
local function key_exchange(way)
  return function(fields, turn)
    local request = core.request(fields)
    request:set_header("User-Agent", way.user_agent)
    local sign = fields.sign
    if sign then
      request:sign(sign.credentials, sign.region, sign.service, way.time() + way.clock_offset)
    end
    return way.send(request, fields.url, {
      connect_timeout = fields.connect_timeout or way.settings.connect_timeout,
      read_timeout = fields.read_timeout or way.settings.read_timeout,
    }, turn)
  end
end

-- What the credential providers may know and do.
local function credentials_context(way, chosen)
  local settings = way.settings
  return {
    getenv = settings.getenv, files = settings.files,
    profile_name = settings.profile_name, profile_explicit = settings.profile_explicit,
    region = settings.region, mfa = chosen.mfa_code,
    clock = way.time, exchange = key_exchange(way), log = way.logger,
    sleep = function(seconds, turn)
      return wait.pause(turn, seconds)
    end,
  }
end

-- The inside of a client: what a call needs.
local function make_way(chosen, settings)
  local way = {
    settings = settings,
    wait = chosen.wait,
    logger = safe(chosen.logger),
    clock = chosen.clock or core.monotonic,
    time = chosen.clock or core.time,
    clock_offset = 0, -- what the service's clock is ahead, once it has objected to ours
    retries = retry.new(settings.retry_mode, settings.max_attempts, chosen.random or core.random),
    user_agent = user_agent(settings.app_id, chosen.user_agent_extra),
  }
  way.limiter = settings.retry_mode == "adaptive" and adaptive.new(way.clock) or nil
  if chosen.transport then
    way.send, way.connections = send.host(chosen.transport)
  else
    way.send, way.connections = send.libcurl(settings)
  end
  way.credentials = credentials.source(chosen.credentials, credentials_context(way, chosen))
  return way
end

local function log_settings(way, began)
  local settings = way.settings
  if way.logger then
    way.logger {
      event = "resolve", duration = way.clock() - began, region = settings.region, url = settings.endpoint_url,
      profile = settings.profile_name, retry_mode = settings.retry_mode, max_attempts = settings.max_attempts,
    }
  end
end

--- Makes a client. See README.md for the options.
-- Raises `ParamValidationError` for an unknown option or one of the wrong type, errors of kind
-- "config" and "credentials" for settings that cannot be meant.
-- @param given table or nil
function client.new(given)
  local chosen = options.check(given)
  local began = (chosen.clock or core.monotonic)()
  local way = make_way(chosen, config.resolve(chosen))
  log_settings(way, began)
  return setmetatable({ _way = way }, Client)
end

local function way_of(self)
  if getmetatable(self) ~= Client then
    fail.raise("validation", "ParamValidationError",
      "methods of a client are called with a colon: client:method{ ... }")
  end
  return self._way
end

--- Calls an operation by its API name or method name: `client:call("SetVaultNotifications",
-- params)`.
-- @param name string
-- @param params table or nil: the API's own member names
-- @return table: the API's output members, and ResponseMetadata
function Client:call(name, params)
  local way = way_of(self)
  local operation = operations[name]
  if not operation then
    fail.raise("validation", "ParamValidationError", ("Unknown operation: %q"):format(tostring(name)))
  end
  return call.run(way, operation, params)
end

for method_name, operation in pairs(core.operations) do
  Client[method_name] = function(self, params)
    return call.run(way_of(self), operation, params)
  end
end

--- Closes the client's connections. Legal any number of times; a later call opens new ones. A
-- client that is collected closes them as well.
function Client:close()
  way_of(self).connections.close()
end

Client.__close = Client.close

function Client:__tostring()
  return ("glacier.client (%s)"):format(way_of(self).settings.region)
end

return client
