--- Makes invocations: what the retry loop needs to know about one call, or about one request for keys.
--
-- An invocation is a table with these fields:
--   request      of `glacier.core`;  url
--   timeouts     { connect_timeout, read_timeout } in seconds; nil: the client's
--   direct       true: no proxy is used
--   source, length   a streamed request body and its number of bytes, or nil
--   takes_body   whether the body of a success is read in chunks
--   region, service   for the signature
--   read(invocation, response, body)   converts a response to the result, or returns nil and an error
--   policy       of `glacier.call.retry`
--   secrets      list of strings that errors must not show
--   attempts     the number of requests sent
--   operation    the API name of a call's operation; nil for a request for keys
--   keys         of a request for keys: the credentials to sign with, or nil
local core = require "glacier.core"
local retry = require "glacier.call.retry"

local prepare = {}

-- The most requests that a client keeps for later calls.
local MOST_SPARES = 64

local blob_inputs, blob_outputs = core.blob_inputs, core.blob_outputs

-- Wraps a string as a body that is read in chunks.
local function whole(body)
  return {
    next = function()
      local chunk = body
      body = ""
      return chunk ~= "" and chunk or nil
    end,
    close = function() end,
  }
end

-- Returns the reader of a successful response's body. With a transfer or content coding, Content-Length is not the
-- length of the body that is read, so it is ignored.
local function reader_of(invocation, response, body)
  local coded = response:header "transfer-encoding" or response:header "content-encoding"
  return require("glacier.body.reader").new(body or whole(response:body()), {
    operation = invocation.operation, attempts = invocation.attempts, hash = response:header "x-amz-sha256-tree-hash",
    length = not coded and tonumber(response:header "content-length") or nil,
  })
end

-- Loads the JSON library with the first body that needs it.
local decode
function decode(text)
  decode = require("glacier.json").reader
  return decode(text)
end

local function read_output(invocation, response, body)
  local result, err = core.parse(invocation.operation, response, decode)
  if result and invocation.output then
    result[invocation.output] = reader_of(invocation, response, body)
  end
  return result, err
end

-- Opens the body of a call. Returns nil for a string, which is already in the request.
local function open_body(request, operation, params)
  if not request:streamed() then
    return nil
  end
  local source = require "glacier.body.source"
  return source.open(params[blob_inputs[operation]], source.body_of(operation))
end

--- Checks the parameters of a call and makes its request. Sends nothing.
-- Raises `ParamValidationError`.
-- @param runtime table: of `runtime.new`
-- @param operation string: API name
-- @param params table or nil
-- @param hashed table or nil: the result of `source.hash_body`, if params.body has been hashed
-- @return invocation
function prepare.call(runtime, operation, params, hashed)
  local spares = runtime.spare_requests
  local request = core.prepare(operation, params, runtime.settings.endpoint_url, runtime.user_agent, spares[#spares])
  spares[#spares] = nil
  local invocation = setmetatable({
    operation = operation, request = request, attempts = 0, signed_at = false, used_keys = false,
  }, runtime.calls)
  if blob_inputs[operation] then
    invocation.hashed, invocation.opened = hashed, not hashed and open_body(request, operation, params) or nil
  elseif blob_outputs[operation] then
    invocation.output, invocation.takes_body = blob_outputs[operation], true
  end
  return invocation
end

--- Makes the metatable of a client's invocations, which holds the fields that all of them share.
-- @param runtime table: of `runtime.new`
-- @return table
function prepare.calls(runtime)
  local settings = runtime.settings
  return { __index = {
    url = settings.endpoint_url, region = settings.region, service = "glacier",
    policy = runtime.retries, read = read_output,
  } }
end

--- Keeps the request of a finished invocation for a later call.
-- @param runtime table: of `runtime.new`
-- @param invocation table
function prepare.recycle(runtime, invocation)
  local spares = runtime.spare_requests
  if #spares < MOST_SPARES and not invocation.takes_body then
    invocation.request:recycle()
    spares[#spares + 1] = invocation.request
  end
end

--- Reads a streamed body once, for its length and checksums, before the first attempt.
-- @param runtime table: of `runtime.new`
-- @param invocation table
-- @param context context: lets other coroutines run during the hashing
function prepare.body(runtime, invocation, context)
  local hashed = invocation.hashed
  if not hashed then
    local source = require "glacier.body.source"
    hashed = source.hash_body(invocation.opened, context, prepare.hash_options(runtime),
      source.body_of(invocation.operation))
  end
  invocation.source, invocation.length = hashed.source, hashed.length
  invocation.request:stream(hashed.length, hashed.tree, hashed.linear)
end

--- Returns the options for hashing the bodies of a client's calls.
-- @param runtime table: of `runtime.new`
-- @return table: of `source.hash`
function prepare.hash_options(runtime)
  return { threads = runtime.hash_threads, events = runtime.transport:events() }
end

local function read_answer(invocation, response)
  if invocation.read_response then
    return invocation.read_response(response)
  end
  return response
end

--- Makes the invocation of a request for keys.
-- @param runtime table: of `runtime.new`
-- @param fields table: of `perform.exchanger`
-- @param policy table or nil: of `glacier.call.retry`; without it the request is sent once
-- @return invocation
function prepare.fields(runtime, fields, policy)
  local request, sign, settings = core.request(fields), fields.sign or {}, runtime.settings
  request:set_header("User-Agent", runtime.user_agent)
  return {
    request = request, url = fields.url, direct = fields.direct, attempts = 0, policy = policy or retry.never,
    timeouts = {
      connect_timeout = fields.connect_timeout or settings.connect_timeout,
      read_timeout = fields.read_timeout or settings.read_timeout,
    },
    keys = sign.credentials, region = sign.region, service = sign.service, secrets = fields.secrets,
    read = read_answer, read_response = fields.read,
  }
end

return prepare
