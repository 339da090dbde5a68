--- Makes the invocations of calls. An invocation is what the retry loop needs to know about one call, or about another
-- request, such as one for keys; `glacier.call.exchanger` makes those.
--
-- An invocation is a table with these fields:
--   request      of `glacier.core`;  url
--   timeouts     { connect_timeout, read_timeout } in seconds, of a request that is not a call; nil: the client's
--   direct       true: no proxy is used
--   body         a request body that is sent in pieces and is not in the request yet: of `source.open`, or of
--                `source.hash_body` if it was hashed; false: none
--   source, length   a streamed request body and its number of bytes, or false
--   takes_body   the name of the output member that is a reader of the response body, or false
--   region, service   for the signature
--   read(invocation, response, body)   converts a response to the result, or returns nil and an error
--   policy       of `glacier.call.retry`; nil: that of the client for a call, and a single attempt for other requests
--   secrets      list of strings that errors must not show
--   attempts     the number of requests sent
--   operation    the API name of a call's operation; nil for other requests
--   keys         the credentials to sign with; nil or false for none. Each attempt of a call sets them
--   signed_at    the corrected time of the last signature, in seconds since the epoch; nil or false without one
--   err          the error of the last attempt, or nil
--   corrected, refreshed   true if the clock was corrected, or the keys were refreshed, after an attempt
--   retry_cost   what the last retry took from the retry quota, or nil
local core = require "glacier.core"

local prepare = {}

-- The most invocations that a client keeps for later calls.
local MOST_SPARES = 64

-- A local is read faster than a field.
local blob_inputs, blob_outputs = core.blob_inputs, core.blob_outputs
local parse, prepare_request = core.parse, core.prepare

-- Loads the JSON library with the first body that needs it.
local decode
function decode(text)
  decode = require("glacier.json").reader
  return decode(text)
end

local function read_output(invocation, response, body)
  local result, err = parse(invocation.operation, response, decode)
  if result and invocation.takes_body then
    result[invocation.takes_body] = require("glacier.body.reader").of_response(invocation, response, body)
  end
  return result, err
end

-- Makes an invocation for any call of a client. The fields that most calls set are named here, so that the table rarely
-- grows.
local function new_invocation(runtime)
  local settings = runtime.settings
  return {
    url = settings.endpoint_url, region = settings.region, service = "glacier", read = read_output,
    operation = false, request = nil, attempts = 0, signed_at = false, keys = false, err = nil,
    body = false, source = false, takes_body = false,
  }
end

--- Checks the parameters of a call and makes its request. Sends nothing.
-- Raises `ParamValidationError`.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @param hashed table or nil: the result of `source.hash_body`, if params.body has been hashed
-- @return invocation
function prepare.call(runtime, operation, params, hashed)
  local spares = runtime.spares
  local count = #spares
  local self = spares[count] or new_invocation(runtime)
  spares[count] = nil -- before anything else, because the preparation may run a finalizer that makes a call
  local request = prepare_request(operation, params, self.url, runtime.user_agent, self.request)
  self.operation, self.request, self.takes_body = operation, request, blob_outputs[operation] or false
  if hashed then
    self.body = hashed
  elseif blob_inputs[operation] and request:streamed() then
    self.body = require("glacier.call.request_body").open(operation, params[blob_inputs[operation]])
  end
  return self
end

--- Keeps the invocation of a call that succeeded at once, with its request, for a later call.
-- @param runtime table: of `runtime.new`
-- @param invocation table
function prepare.recycle(runtime, invocation)
  local spares = runtime.spares
  local count = #spares
  if count < MOST_SPARES and not invocation.body and not invocation.takes_body then
    invocation.request:recycle()
    invocation.attempts, invocation.signed_at, invocation.keys = 0, false, false
    spares[count + 1] = invocation
  end
end

return prepare
