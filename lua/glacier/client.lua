--- The client: a method for every operation of the service, named as in boto3.
--
-- Modules that most programs do not need are loaded when they are first used, because loading takes longer than a call.
local core = require "glacier.core"
local errors = core.errors
local perform = require "glacier.call.perform"
local new_runtime = require("glacier.runtime").new

local client = {}

local Client = {}
Client.__index = Client
Client.__name = "glacier.client"
Client.is_client = true -- the classes of `glacier.safe` inherit it

-- Returns the options, or an empty table for nil. Raises an error that lists every unknown option and every invalid
-- value.
local function checked(given)
  if given == nil then
    return {}
  elseif type(given) ~= "table" then
    errors.invalid("glacier.client", "glacier.client: options must be a table, not a " .. type(given))
  end
  errors.check("glacier.client", core.option_violations(given))
  return given
end

--- Makes a client. See README.md for the options.
-- Raises `ParamValidationError` for an unknown option or one of the wrong type, errors of kind
-- "config" and "credentials" for invalid settings.
-- @param given glacier.Options or nil
-- @return glacier.Client
function client.new(given)
  local runtime = new_runtime(checked(given))
  -- A function hides the runtime, so that printing a client and its fields prints no key of the shared files.
  return setmetatable({ _runtime = function() return runtime end }, Client)
end

--- Returns the runtime of a client. Raises `ParamValidationError` for any other value.
-- @return table: of `runtime.new`
function client.runtime_of(self)
  if type(self) ~= "table" or self.is_client ~= true then
    errors.invalid(nil, "methods of a client are called with a colon: client:method{ ... }")
  end
  return self._runtime()
end

local run, runtime_of = perform.run, client.runtime_of

local function add_operation(method_name, operation)
  Client[method_name] = function(self, params)
    return run(runtime_of(self), operation, params)
  end
end

local function add_all()
  local further = require "glacier.client_methods"
  setmetatable(Client, nil)
  for method_name, operation in pairs(core.operations()) do
    if not Client[method_name] then
      add_operation(method_name, operation)
    end
  end
  for name, method in pairs(further) do
    Client[name] = method
  end
end

-- The method of an operation is made when it is first used. All other methods are added at the first access to a field
-- that is neither present nor an operation.
setmetatable(Client, { __index = function(_, name)
  local operation = core.operation(name)
  if operation then
    add_operation(name, operation)
  else
    add_all()
  end
  return Client[name]
end })

--- Closes the client's connections. It may be called any number of times; a later call opens new ones. A
-- call whose request is in progress fails with `ConnectionClosedError`, and is not retried. Collecting the client
-- closes them as well. The connections of a function in the option `transport` stay open.
function Client:close()
  local runtime = runtime_of(self)
  runtime.closings = runtime.closings + 1
  runtime.transport:close()
end

Client.__close = Client.close

function Client:__tostring()
  return ("glacier.client (%s)"):format(runtime_of(self).settings.region)
end

return client
