--- Sends requests through the host's HTTP stack, the option `transport`.
local copcall = require "glacier.async.copcall"
local context_of = require "glacier.async.context"
local core = require "glacier.core"
local errors = core.errors

local host = {}

-- The size of a chunk of a body in bytes.
local CHUNK = 64 * 1024

-- The error codes that a host's transport may return, and whether trying again could help.
local transport_codes = {
  EndpointConnectionError = true, ConnectTimeoutError = true, ReadTimeoutError = true,
  ConnectionClosedError = true, ProxyConnectionError = true, ResponseParserError = false, SSLError = false,
}

local function failure(message, code)
  code = transport_codes[code] ~= nil and code or "EndpointConnectionError"
  return errors.new("transport", code, tostring(message), { retryable = transport_codes[code] })
end

local function malformed(message)
  return errors.new("transport", "ResponseParserError", message)
end

-- ---- response bodies that are readers ------------------------------------------------------------

-- Returns the next bytes of a host's reader; nil at the end; nil and an error object after a failure.
local function next_chunk(read)
  local chunk, message, code = read(CHUNK)
  if chunk == nil and message ~= nil then
    return nil, failure(message, code or "ConnectionClosedError")
  elseif chunk ~= nil and type(chunk) ~= "string" then
    return nil, malformed(("the transport's body returned a %s instead of a string or nil"):format(type(chunk)))
  end
  return chunk
end

-- Reads a host's reader to its end. Returns all bytes; or nil and an error object.
local function read_all(read)
  local chunks = {}
  while true do
    local chunk, err = next_chunk(read)
    if not chunk then
      return not err and table.concat(chunks) or nil, err
    end
    chunks[#chunks + 1] = chunk
  end
end

local Incoming = {}
Incoming.__index = Incoming

function Incoming:next()
  if self.context:remaining() <= 0 then
    return nil, context_of.too_late(self.url)
  end
  return next_chunk(self.read)
end

function Incoming.close() end

local function is_success(status)
  return type(status) == "number" and status >= 200 and status < 300
end

-- ---- sending -------------------------------------------------------------------------------------

local Transport = {}
Transport.__index = Transport

-- Returns the request for the host's function. `proxy` is "" for no proxy, and nil if the environment of the process
-- decides.
local function export(self, invocation, context)
  local exported, proxies = invocation.request:export(), self.settings.proxies
  local timeouts = invocation.timeouts or self.settings
  exported.timeout = context.deadline and math.min(timeouts.read_timeout, context:remaining())
    or timeouts.read_timeout
  exported.connect_timeout = timeouts.connect_timeout
  exported.verify = self.settings.verify
  exported.proxy = invocation.direct and "" or proxies.any or proxies[invocation.url:match "^%a+"]
  exported.no_proxy = proxies.no_proxy
  if invocation.source then
    exported.body, exported.body_length = invocation.source.read, invocation.length
  end
  return exported
end

-- Calls the host's function. A table that it raises is raised again, and so is an error for `copcall.raise_fatal`. Any
-- other error counts as a failure to connect.
local function ask(self, exported)
  local good, result, message, code = copcall.call(self.ask, exported)
  if good then
    return result, message, code
  elseif type(result) == "table" then
    error(result, 0)
  end
  copcall.raise_fatal(result)
  return nil, result
end

-- Converts a response whose body is a reader of the host. Returns the results of `Transport:send`.
local function read_streamed(result, invocation, context)
  local read, body, err = result.body, nil, nil
  result.body = nil
  if invocation.takes_body and is_success(result.status) then
    body = setmetatable({ read = read, url = invocation.url, context = context }, Incoming)
  else
    result.body, err = read_all(read)
  end
  if err then
    return nil, err
  end
  local response
  response, err = core.response(result)
  return response, err, response and body
end

--- Sends a request. See `glacier.transport.libcurl` for parameters and results.
function Transport:send(invocation, context)
  if context.deadline and context:remaining() <= 0 then
    return nil, context_of.too_late(invocation.url)
  end
  local result, message, code = ask(self, export(self, invocation, context))
  if result == nil then
    return nil, failure(message, code)
  elseif type(result) == "table" and type(result.body) == "function" then
    return read_streamed(result, invocation, context)
  end
  return core.response(result)
end

--- Does nothing: the connections belong to the host.
function Transport.close() end

--- Returns nil: there is no event set, because the host's transport does the waiting.
function Transport.events() end

--- Sleeps. There is no event to wait for.
-- @param seconds number
function Transport.idle(_, seconds)
  core.sleep(seconds)
end

--- Makes a transport.
-- @param transport function(request) -> { status, headers, body }, or nil, message, code
-- @param settings table: of `runtime.settings`
function host.new(transport, settings)
  return setmetatable({ ask = transport, settings = settings }, Transport)
end

return host
