--- The one way through: prepare, sign, send, wait, finish.
local cjson = require "cjson"
local core = require "glacier.core"
local wait = require "glacier.wait"

local call = {}

-- An instance of our own: settings that a program makes on the shared one do not reach it. "nan" and
-- hexadecimal numbers are no JSON.
local json = cjson.new()
json.decode_invalid_numbers(false)

-- The value of a body, or nil where it is empty or no JSON.
local function decode(body)
  if body == "" then
    return nil
  end
  local good, value = pcall(json.decode, body)
  if good then
    return value
  end
end

-- What every outcome says about its attempts.
local function count(metadata, attempts)
  metadata.RetryAttempts = attempts - 1
end

local function raise(err, operation, attempts)
  err.operation = operation
  err.attempts = attempts
  if err.response then
    count(err.response.ResponseMetadata, attempts)
  end
  return error(err, 0)
end

--- Calls an operation of the service.
-- Raises error objects: `ParamValidationError` before anything is sent, else what api and transport
-- had to say.
-- @param way table: settings, keys (function), send (function), wait (function or nil), user_agent
-- @param operation string: API name
-- @param params table or nil
-- @return table: the operation's output, with ResponseMetadata
function call.run(way, operation, params)
  local settings = way.settings
  local request = core.prepare(operation, params, settings.endpoint_url)
  request:set_header("User-Agent", way.user_agent)
  request:sign(way.keys(), settings.region, "glacier", os.time())
  local response, err = way.send(request, wait.host(way.wait))
  if not response then
    return raise(err, operation, 1)
  end
  local result
  result, err = core.parse(operation, response, decode(response:body()))
  if not result then
    return raise(err, operation, 1)
  end
  count(result.ResponseMetadata, 1)
  return result
end

return call
