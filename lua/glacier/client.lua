--- The client: a method for every operation of the service, named as in boto3.
local core = require "glacier.core"
local call = require "glacier.call"
local config = require "glacier.config"
local credentials = require "glacier.credentials"
local fail = require "glacier.fail"
local options = require "glacier.options"
local send = require "glacier.send"
local version = require "glacier.version"

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

local function user_agent(extra)
  local runtime = _G.jit and _G.jit.version or _VERSION
  local agent = ("lua-glacier/%s %s %s"):format(version, runtime:gsub(" ", "/"), core.transport_version)
  return extra and agent .. " " .. extra or agent
end

--- Makes a client. See README.md for the options.
-- Raises `ParamValidationError` for an unknown option or one of the wrong type, errors of kind "config" and
-- "credentials" for settings that cannot be meant.
-- @param given table or nil
function client.new(given)
  local chosen = options.check(given)
  local settings = config.resolve(chosen)
  local way = {
    settings = settings,
    keys = credentials.source(chosen.credentials, settings),
    wait = chosen.wait,
    user_agent = user_agent(chosen.user_agent_extra),
  }
  if chosen.transport then
    way.send, way.close = send.host(chosen.transport, settings)
  else
    way.send, way.close = send.libcurl(settings)
  end
  return setmetatable({ _way = way }, Client)
end

local function way_of(self)
  if getmetatable(self) ~= Client then
    fail.raise("validation", "ParamValidationError", "methods of a client are called with a colon: client:method{ ... }")
  end
  return self._way
end

--- Calls an operation by its API name or method name: `client:call("SetVaultNotifications", params)`.
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

--- Closes the client's connections. Legal any number of times; a later call opens new ones. A client that
-- is collected closes them as well.
function Client:close()
  way_of(self).close()
end

Client.__close = Client.close

function Client:__tostring()
  return ("glacier.client (%s)"):format(way_of(self).settings.region)
end

return client
