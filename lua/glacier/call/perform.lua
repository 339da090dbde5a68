--- The one way through: prepare, then sign → send → wait → finish in a loop that retries, refreshes
-- keys and corrects the clock.
local core = require "glacier.core"
local json = require "glacier.json"
local redact = require "glacier.call.redact"
local copcall = require "glacier.async.copcall"
local reader = require "glacier.body.reader"
local retry = require "glacier.call.retry"
local send = require "glacier.transport.send"
local clock_skew = require "glacier.call.clock_skew"
local source = require "glacier.body.source"
local new_context = require("glacier.async.context").new

local call = {}

local expired_codes = { ExpiredTokenException = true, ExpiredToken = true, TokenRefreshRequired = true }

-- Tells the client's logger of a step; `began` is when it began, on the client's clock.
local function log(runtime, invocation, event, began, fields)
  if not runtime.logger then
    return
  end
  fields = fields or {}
  fields.event, fields.operation, fields.attempt = event, invocation.operation, invocation.attempts
  fields.duration = runtime.clock() - began
  runtime.logger(fields)
end

-- Keys for the next attempt; or nil and the error object.
local function keys_of(runtime, context)
  local good, keys = copcall.call(runtime.credentials.keys, runtime.credentials, context)
  if good then
    return keys
  end
  if type(keys) ~= "table" then
    error(keys, 0)
  end
  return nil, keys
end

local function sign(runtime, request, keys, invocation)
  local began = runtime.clock()
  invocation.attempts, invocation.used_keys = invocation.attempts + 1, keys
  request:set_header("amz-sdk-request", ("attempt=%d; max=%.0f"):format(invocation.attempts, runtime.settings.max_attempts))
  invocation.clock_offset = runtime.clock_offset
  request:sign(keys, runtime.settings.region, "glacier", runtime.time() + invocation.clock_offset)
  log(runtime, invocation, "sign", began, { region = runtime.settings.region })
end

-- What streams in an attempt; nil for a call whose bodies do not.
local function stream_of(runtime, invocation)
  if invocation.source then
    invocation.source.rewind()
  end
  if invocation.source or invocation.output then
    return {
      source = invocation.source, length = invocation.length, take = invocation.output ~= nil,
      context = function()
        return new_context(runtime.wait, nil, runtime.clock)
      end,
    }
  end
end

-- A body that came whole, as one that comes in pieces.
local function once(body)
  return {
    next = function()
      local piece = body
      body = ""
      return piece ~= "" and piece or nil
    end,
    close = function() end,
  }
end

-- The reader of a success's body, and what was hashed of it. The length is that of what travels,
-- which another coding of it would change.
local function reader_of(invocation, response, incoming)
  local coded = response:header "transfer-encoding" or response:header "content-encoding"
  return reader.new(incoming, {
    operation = invocation.operation, attempts = invocation.attempts, hash = response:header "x-amz-sha256-tree-hash",
    length = not coded and tonumber(response:header "content-length") or nil,
  })
end

-- Sends once. Returns the output, or nil and the error object; and the response, if one came.
local function exchange(runtime, request, invocation, context)
  local settings, began = runtime.settings, runtime.clock()
  log(runtime, invocation, "send", began, { url = settings.endpoint_url })
  local response, err, incoming = runtime.send(request, settings.endpoint_url, settings, context, stream_of(runtime, invocation))
  if not response then
    log(runtime, invocation, "response", began, { code = err.code })
    return nil, err
  end
  local result
  result, err = core.parse(invocation.operation, response, json.decode(response:body()))
  log(runtime, invocation, "response", began, { status = response:status(), code = err and err.code })
  if result and invocation.output then
    result[invocation.output] = reader_of(invocation, response, incoming or once(response:body()))
  end
  return result, err, response
end

-- As `exchange`; an error does not tell what the request was signed with: services that refuse a
-- signature can repeat what it was made of.
local function redacted_exchange(runtime, request, invocation, context)
  local result, err, response = exchange(runtime, request, invocation, context)
  if err then
    local secrets = { request:secrets() }
    err.message = redact.text(err.message, secrets)
    redact.tree(err.response or {}, secrets)
  end
  return result, err, response
end

-- The adaptive mode learns from every answer, and from its absence.
local function note_answer(runtime, err)
  if runtime.limiter then
    runtime.limiter:answered(err ~= nil and retry.classify(err) == "throttling")
  end
end

local function try(runtime, request, invocation, context)
  local keys, err = keys_of(runtime, context)
  if not keys then
    return nil, err
  end
  sign(runtime, request, keys, invocation)
  local result, response
  result, err, response = redacted_exchange(runtime, request, invocation, context)
  note_answer(runtime, err)
  return result, err, response
end

-- Whether the failure is the clock's, and the clock has been corrected: once in a call.
local function corrects_clock(runtime, invocation, err, response)
  if invocation.corrected or not response then
    return false
  end
  invocation.corrected = clock_skew.correct(runtime, invocation.clock_offset, err.code, response)
  return invocation.corrected
end

local function refreshes_keys(runtime, invocation, err, context)
  if not expired_codes[err.code] or invocation.refreshed then
    return false
  end
  invocation.refreshed = true
  return (runtime.credentials:refresh(context, invocation.used_keys))
end

-- Whether to try again, having waited: or nil and why not.
local function again(runtime, invocation, err, response, context)
  local began = runtime.clock()
  local delay, retry_cost = 0, invocation.retry_cost
  local reason = corrects_clock(runtime, invocation, err, response) and "clock"
    or refreshes_keys(runtime, invocation, err, context) and "credentials"
  if reason and context:remaining() <= 0 then
    return nil, "timeout"
  end
  if not reason then
    delay, retry_cost = runtime.retries:decide(err, invocation.attempts, context:remaining())
    if not delay then
      return nil, retry_cost
    end
    reason = retry.classify(err)
    context:sleep(delay)
  end
  invocation.retry_cost = retry_cost
  log(runtime, invocation, "retry", began, { code = err.code, reason = reason, delay = delay })
  return true
end

local function raise(invocation, err, why)
  err.operation, err.attempts = invocation.operation, invocation.attempts
  if err.kind == "service" then
    err.retryable = retry.classify(err) ~= nil
  end
  local metadata = err.response and err.response.ResponseMetadata
  if metadata then
    metadata.RetryAttempts = invocation.attempts - 1
    metadata.MaxAttemptsReached = why == "max_attempts" or nil
    metadata.RetryQuotaReached = why == "quota" or nil
  end
  return error(err, 0)
end

-- Waits for the adaptive mode's leave to send; false where the deadline would come first.
local function ask_leave(runtime, context)
  local delay = runtime.limiter and runtime.limiter:delay() or 0
  while delay > 0 do
    if delay >= context:remaining() then
      return false
    end
    context:sleep(delay)
    delay = runtime.limiter:delay()
  end
  return true
end

--- Checks the parameters of a call and makes its request; nothing is sent.
-- Raises `ParamValidationError`.
-- @param runtime table: of `runtime.new`, of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @param hashed table or nil: the body that params.body stands for, hashed already: { source =
--   with `read(n)` and `rewind()`, tree = of `glacier.core` }
-- @return table: the call, for `call.perform`
function call.prepare(runtime, operation, params, hashed)
  local request = core.prepare(operation, params, runtime.settings.endpoint_url)
  request:set_header("User-Agent", runtime.user_agent)
  request:set_header("amz-sdk-invocation-id", core.uuid())
  local origin = source.body_of(operation)
  local opened = request:streamed() and not hashed and source.open(params[core.blob_inputs[operation]], origin)
  return {
    operation = operation, request = request, attempts = 0,
    origin = origin, opened = opened or nil, hashed = hashed,
    output = core.blob_outputs[operation],
  }
end

-- Reads a body that has to be streamed once, for its length and checksums.
local function hash_body(invocation, context)
  local hashed = invocation.hashed or invocation.opened and source.hash_body(invocation.opened, context, invocation.origin)
  if hashed then
    invocation.length = hashed.tree:length()
    invocation.source = source.exactly(hashed.source, invocation.length, invocation.origin)
    invocation.request:stream(hashed.tree)
  end
end

--- Performs a call.
-- Raises error objects: what the credentials, the transport or the service had to say.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `call.prepare`; used up
-- @param context table: of `new_context`
-- @return table: the operation's output, with ResponseMetadata
function call.perform(runtime, invocation, context)
  local result, err, response
  hash_body(invocation, context)
  while true do
    if not ask_leave(runtime, context) then
      return raise(invocation, err or send.too_late(runtime.settings.endpoint_url), "timeout")
    end
    result, err, response = try(runtime, invocation.request, invocation, context)
    if result then
      runtime.retries:succeeded(invocation.retry_cost)
      result.ResponseMetadata.RetryAttempts = invocation.attempts - 1
      return result
    end
    local retried, why = again(runtime, invocation, err, response, context)
    if not retried then
      return raise(invocation, err, why)
    end
  end
end

--- Calls an operation of the service: prepares and performs it.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @return table: the operation's output, with ResponseMetadata
function call.run(runtime, operation, params)
  local invocation = call.prepare(runtime, operation, params)
  return call.perform(runtime, invocation, new_context(runtime.wait, runtime.settings.timeout, runtime.clock))
end

return call
