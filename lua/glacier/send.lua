--- Sends a signed request: over libcurl, or through the host's own HTTP stack.
local core = require "glacier.core"
local fail = require "glacier.fail"
local wait = require "glacier.wait"

local send = {}

-- What a host's transport may call its failures; whether trying again could help.
local transport_codes = {
  EndpointConnectionError = true, ConnectTimeoutError = true, ReadTimeoutError = true,
  ConnectionClosedError = true, ProxyConnectionError = true, ResponseParserError = true, SSLError = false,
}

-- Whole milliseconds, at least one; no limit (0) for what is too long to count.
local function milliseconds(seconds)
  return seconds < 1e6 and math.max(1, math.ceil(seconds * 1000)) or 0
end

-- The pool of connections: made when first needed, and anew in a child that was forked since.
local function pool_of(client_pool, settings)
  if not client_pool.pool or client_pool.pool:foreign() then
    client_pool.pool = core.pool { ca_bundle = settings.ca_bundle, insecure = not settings.verify }
  end
  return client_pool.pool
end

--- Makes the way to send over libcurl.
-- @param settings table: of `config.resolve`
-- @return function(request, host) -> response, or nil and an error object; `host` is of `wait.host`
-- @return function(): closes the connections; the next request opens new ones
function send.libcurl(settings)
  local connections = {}
  local connect, read = milliseconds(settings.connect_timeout), milliseconds(settings.read_timeout)
  local function over_libcurl(request, host)
    local transfer, err = pool_of(connections, settings):start(request, connect, read)
    if not transfer then
      return nil, err
    end
    wait.transfer(transfer, host)
    return transfer:finish()
  end
  return over_libcurl, function()
    if connections.pool then
      connections.pool:close()
      connections.pool = nil
    end
  end
end

--- Makes the way to send through a host's own transport.
-- @param transport function(request) -> { status, headers, body }, or nil, message, code
-- @param settings table: of `config.resolve`
-- @return function(request) -> response, or nil and an error object
-- @return function(): does nothing, for the connections are the host's
function send.host(transport, settings)
  local function over_host(request)
    local exported = request:export()
    exported.timeout = settings.read_timeout
    local result, message, code = transport(exported)
    if result == nil then
      code = transport_codes[code] ~= nil and code or "EndpointConnectionError"
      return nil, fail.new("transport", code, tostring(message), transport_codes[code])
    end
    local good, response = pcall(core.response, result)
    if not good then
      return nil, fail.new("transport", "ResponseParserError", tostring(response))
    end
    return response
  end
  return over_host, function() end
end

return send
