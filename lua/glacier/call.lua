--- The one way through: prepare, then sign → send → wait → finish in a loop that retries, refreshes
-- keys and corrects the clock.
local core = require "glacier.core"
local json = require "glacier.json"
local mask = require "glacier.mask"
local protect = require "glacier.protect"
local reader = require "glacier.reader"
local retry = require "glacier.retry"
local send = require "glacier.send"
local skew = require "glacier.skew"
local source = require "glacier.source"
local wait = require "glacier.wait"

local call = {}

local expired_codes = { ExpiredTokenException = true, ExpiredToken = true, TokenRefreshRequired = true }

-- Tells the client's logger of a step; `began` is when it began, on the client's clock.
local function log(way, state, event, began, fields)
  if not way.logger then
    return
  end
  fields = fields or {}
  fields.event, fields.operation, fields.attempt = event, state.operation, state.attempts
  fields.duration = way.clock() - began
  way.logger(fields)
end

-- Keys for the next attempt; or nil and the error object.
local function keys_of(way, turn)
  local good, keys = protect.call(way.credentials.keys, way.credentials, turn)
  if good then
    return keys
  end
  if type(keys) ~= "table" then
    error(keys, 0)
  end
  return nil, keys
end

local function sign(way, request, keys, state)
  local began = way.clock()
  state.attempts, state.used_keys = state.attempts + 1, keys
  request:set_header("amz-sdk-request", ("attempt=%d; max=%.0f"):format(state.attempts, way.settings.max_attempts))
  state.clock_offset = way.clock_offset
  request:sign(keys, way.settings.region, "glacier", way.time() + state.clock_offset)
  log(way, state, "sign", began, { region = way.settings.region })
end

-- What streams in an attempt; nil for a call whose bodies do not.
local function stream_of(way, state)
  if state.source then
    state.source.rewind()
  end
  if state.source or state.output then
    return {
      source = state.source, length = state.length, take = state.output ~= nil,
      turn = function()
        return wait.turn(way.wait, nil, way.clock)
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

-- The reader of a success's body, and what was announced of it. The length is that of what travels,
-- which another coding of it would change.
local function reader_of(state, response, incoming)
  local coded = response:header "transfer-encoding" or response:header "content-encoding"
  return reader.new(incoming, {
    operation = state.operation, attempts = state.attempts, hash = response:header "x-amz-sha256-tree-hash",
    length = not coded and tonumber(response:header "content-length") or nil,
  })
end

-- Sends once. Returns the output, or nil and the error object; and the response, if one came.
local function exchange(way, request, state, turn)
  local settings, began = way.settings, way.clock()
  log(way, state, "send", began, { url = settings.endpoint_url })
  local response, err, incoming = way.send(request, settings.endpoint_url, settings, turn, stream_of(way, state))
  if not response then
    log(way, state, "response", began, { code = err.code })
    return nil, err
  end
  local result
  result, err = core.parse(state.operation, response, json.decode(response:body()))
  log(way, state, "response", began, { status = response:status(), code = err and err.code })
  if result and state.output then
    result[state.output] = reader_of(state, response, incoming or once(response:body()))
  end
  return result, err, response
end

-- As `exchange`; an error does not tell what the request was signed with: services that refuse a
-- signature can repeat what it was made of.
local function discreet_exchange(way, request, state, turn)
  local result, err, response = exchange(way, request, state, turn)
  if err then
    local secrets = { request:secrets() }
    err.message = mask.text(err.message, secrets)
    mask.tree(err.response or {}, secrets)
  end
  return result, err, response
end

-- The adaptive mode learns from every answer, and from its absence.
local function note_answer(way, err)
  if way.limiter then
    way.limiter:answered(err ~= nil and retry.classify(err) == "throttling")
  end
end

local function try(way, request, state, turn)
  local keys, err = keys_of(way, turn)
  if not keys then
    return nil, err
  end
  sign(way, request, keys, state)
  local result, response
  result, err, response = discreet_exchange(way, request, state, turn)
  note_answer(way, err)
  return result, err, response
end

-- Whether the failure is the clock's, and the clock has been corrected: once in a call.
local function corrects_clock(way, state, err, response)
  if state.corrected or not response then
    return false
  end
  state.corrected = skew.correct(way, state.clock_offset, err.code, response)
  return state.corrected
end

local function refreshes_keys(way, state, err, turn)
  if not expired_codes[err.code] or state.refreshed then
    return false
  end
  state.refreshed = true
  return (way.credentials:refresh(turn, state.used_keys))
end

-- Whether to try again, having waited: or nil and why not.
local function again(way, state, err, response, turn)
  local began = way.clock()
  local delay, taken = 0, state.taken
  local reason = corrects_clock(way, state, err, response) and "clock"
    or refreshes_keys(way, state, err, turn) and "credentials"
  if reason and wait.left(turn) <= 0 then
    return nil, "timeout"
  end
  if not reason then
    delay, taken = way.retries:decide(err, state.attempts, wait.left(turn))
    if not delay then
      return nil, taken
    end
    reason = retry.classify(err)
    wait.pause(turn, delay)
  end
  state.taken = taken
  log(way, state, "retry", began, { code = err.code, reason = reason, delay = delay })
  return true
end

local function raise(state, err, why)
  err.operation, err.attempts = state.operation, state.attempts
  if err.kind == "service" then
    err.retryable = retry.classify(err) ~= nil
  end
  local metadata = err.response and err.response.ResponseMetadata
  if metadata then
    metadata.RetryAttempts = state.attempts - 1
    metadata.MaxAttemptsReached = why == "max_attempts" or nil
    metadata.RetryQuotaReached = why == "quota" or nil
  end
  return error(err, 0)
end

-- Waits for the adaptive mode's leave to send; false where the deadline would come first.
local function ask_leave(way, turn)
  local delay = way.limiter and way.limiter:delay() or 0
  while delay > 0 do
    if delay >= wait.left(turn) then
      return false
    end
    wait.pause(turn, delay)
    delay = way.limiter:delay()
  end
  return true
end

--- Checks the parameters of a call and makes its request; nothing is sent.
-- Raises `ParamValidationError`.
-- @param way table: the inside of a client, of `way.new`
-- @param operation string: API name
-- @param params table or nil
-- @param announced table or nil: the body that params.body stands for, hashed already: { source =
--   with `read(n)` and `rewind()`, tree = of `glacier.core` }
-- @return table: the call, for `call.perform`
function call.prepare(way, operation, params, announced)
  local request = core.prepare(operation, params, way.settings.endpoint_url)
  request:set_header("User-Agent", way.user_agent)
  request:set_header("amz-sdk-invocation-id", core.uuid())
  local origin = source.body_of(operation)
  local opened = request:streamed() and not announced and source.open(params[core.blob_inputs[operation]], origin)
  return {
    operation = operation, request = request, attempts = 0,
    origin = origin, opened = opened or nil, announced = announced,
    output = core.blob_outputs[operation],
  }
end

-- Reads a body that has to be streamed once, for its length and checksums.
local function announce(state, turn)
  local announced = state.announced or state.opened and source.announce(state.opened, turn, state.origin)
  if announced then
    state.length = announced.tree:length()
    state.source = source.exactly(announced.source, state.length, state.origin)
    state.request:stream(announced.tree)
  end
end

--- Performs a call.
-- Raises error objects: what the credentials, the transport or the service had to say.
-- @param way table: the inside of a client
-- @param state table: of `call.prepare`; used up
-- @param turn table: of `wait.turn`
-- @return table: the operation's output, with ResponseMetadata
function call.perform(way, state, turn)
  local result, err, response
  announce(state, turn)
  while true do
    if not ask_leave(way, turn) then
      return raise(state, err or send.too_late(way.settings.endpoint_url), "timeout")
    end
    result, err, response = try(way, state.request, state, turn)
    if result then
      way.retries:succeeded(state.taken)
      result.ResponseMetadata.RetryAttempts = state.attempts - 1
      return result
    end
    local retried, why = again(way, state, err, response, turn)
    if not retried then
      return raise(state, err, why)
    end
  end
end

--- Calls an operation of the service: prepares and performs it.
-- @param way table: the inside of a client
-- @param operation string: API name
-- @param params table or nil
-- @return table: the operation's output, with ResponseMetadata
function call.run(way, operation, params)
  local state = call.prepare(way, operation, params)
  return call.perform(way, state, wait.turn(way.wait, way.settings.timeout, way.clock))
end

return call
