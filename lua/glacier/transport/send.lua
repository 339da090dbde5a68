--- Sends a signed request: over libcurl, or through the host's own HTTP stack.
local core = require "glacier.core"
local errors = require "glacier.errors"
local copcall = require "glacier.async.copcall"

local send = {}

-- What a host's transport may call its failures; whether trying again could help.
local transport_codes = {
  EndpointConnectionError = true, ConnectTimeoutError = true, ReadTimeoutError = true,
  ConnectionClosedError = true, ProxyConnectionError = true, ResponseParserError = false, SSLError = false,
}

-- Whole milliseconds, at least one; no limit (0) for what is too long to count.
local function milliseconds(seconds)
  return seconds < 1e6 and math.max(1, math.ceil(seconds * 1000)) or 0
end

local function proxy_for(proxies, url)
  return proxies.any or proxies[url:match "^%a+"]
end

-- The pools of connections, one a proxy: each made when first needed, and anew in a child that was
-- forked since.
local function pool_for(pools, settings, url, direct)
  local proxy = direct and "" or proxy_for(settings.proxies, url)
  local pool = pools[proxy or "environment"]
  if not pool or pool:foreign() then
    pool = core.pool {
      ca_bundle = settings.ca_bundle, insecure = not settings.verify,
      proxy = proxy, no_proxy = settings.proxies.no_proxy,
    }
    pools[proxy or "environment"] = pool
  end
  return pool
end

--- What to raise when the turn's deadline has come and nothing else has failed.
-- @param url string: where the request goes
-- @return table: the error object
function send.too_late(url)
  local message = ('The timeout of the whole call passed on endpoint URL: "%s"'):format(url)
  return errors.new("transport", "ReadTimeoutError", message, true)
end

-- Bytes: fed to libcurl at once; taken before others get their turn.
local FEED, YIELD_BYTES = 256 * 1024, 8 * 1024 * 1024

-- Feeds a transfer from its source, which never yields. Returns whether it did.
local function feed(transfer, source)
  local wanted = transfer:wants()
  if wanted == 0 then
    return false
  end
  local good, piece = pcall(source.read, math.min(wanted, FEED))
  if not good then
    transfer:cancel()
    error(piece, 0)
  end
  transfer:feed(piece)
  return true
end

-- What a transfer with a streamed body needs while it is waited for, see `wait.transfer`.
local function poller(transfer, stream)
  return stream and function(done)
    if stream.source and not done and feed(transfer, stream.source) then
      return "again"
    elseif stream.take then
      stream.head = transfer:head()
      return stream.head and "enough"
    end
  end
end

-- The body of a response, taken from its transfer piece by piece.
local function incoming(transfer, stream)
  local over, since = false, 0
  local function take(piece)
    if piece == "" and not over then
      stream.context():wait_for(transfer, function(done)
        over, piece = done, transfer:take()
        return piece ~= "" and "enough"
      end)
    end
    return piece
  end
  return {
    next = function()
      if since >= YIELD_BYTES then
        since = 0
        stream.context():yield()
      end
      local piece = take(transfer:take())
      if piece ~= "" then
        since = since + #piece
        return piece
      end
      local _, err = transfer:finish()
      return nil, err
    end,
    close = function()
      transfer:cancel()
    end,
  }
end

-- Waits at most so many seconds for something to happen on any connection.
local function idle(pools, seconds)
  local first, pool = next(pools)
  if not pool then
    core.sleep(seconds)
  elseif next(pools, first) then
    pool:wait(1) -- of several, one waits for all: not for long, then
  else
    pool:wait(seconds * 1000)
  end
end

--- Makes the way to send over libcurl.
-- @param settings table: of `config.resolve`
-- @return function(request, url, timeouts, context, stream) -> response, or nil and an error object;
--   `url` is where the request goes, `timeouts` has connect_timeout and read_timeout in seconds,
--   and direct, true for what no proxy may see, `context` is of `new_context`. `stream` is nil or {
--   source = of `source.hash_body` or nil, length = of it, take = whether a success's body is to be
--   taken in pieces, context = function() -> context to do so }: the third result is then { next =
--   function() -> string, or nil at the end, or nil and an error object, close = function() }
-- @return table: `close()` closes the connections, and the next request opens new ones;
--   `idle(seconds)` waits at most so long for something to happen on them
function send.libcurl(settings)
  local pools = {}
  local function over_libcurl(request, url, timeouts, context, stream)
    local connect, read = milliseconds(timeouts.connect_timeout), milliseconds(timeouts.read_timeout)
    local pool = pool_for(pools, settings, url, timeouts.direct)
    local transfer, err = pool:start(request, connect, read, stream and stream.take)
    if not transfer then
      return nil, err
    end
    if not context:wait_for(transfer, poller(transfer, stream)) then
      transfer:cancel()
      return nil, send.too_late(url)
    end
    if stream and stream.head then
      return stream.head, nil, incoming(transfer, stream)
    end
    return transfer:finish()
  end
  local connections = {}
  function connections.close()
    for name, pool in pairs(pools) do
      pool:close()
      pools[name] = nil
    end
  end
  function connections.idle(seconds)
    idle(pools, seconds)
  end
  return over_libcurl, connections
end

local function failure_of_host(message, code)
  code = transport_codes[code] ~= nil and code or "EndpointConnectionError"
  return errors.new("transport", code, tostring(message), transport_codes[code])
end

-- The next bytes of a host's reader; nil at the end; or nil and an error object.
local function next_of_host(body)
  local piece, message, code = body(65536)
  if piece == nil and message ~= nil then
    return nil, failure_of_host(message, code or "ConnectionClosedError")
  elseif piece ~= nil and type(piece) ~= "string" then
    return nil, errors.new("transport", "ResponseParserError",
      ("the transport's body gave a %s, not a string or nil"):format(type(piece)))
  end
  return piece
end

-- The whole of a host's reader; or nil and an error object.
local function read_all(body)
  local pieces = {}
  while true do
    local piece, err = next_of_host(body)
    if not piece then
      return not err and table.concat(pieces) or nil, err
    end
    pieces[#pieces + 1] = piece
  end
end

-- A host may give a body as a reader: handed on where it is to be taken in pieces, else read. The
-- second result is an error object, if that failed.
local function body_of(result, stream)
  local body, status = result.body, result.status
  if type(body) ~= "function" then
    return nil
  elseif stream and stream.take and type(status) == "number" and status >= 200 and status < 300 then
    result.body = nil
    return { next = function() return next_of_host(body) end, close = function() end }
  end
  local whole, err = read_all(body)
  result.body = whole
  return nil, err
end

local function export(request, timeouts, context, stream)
  local exported = request:export()
  exported.timeout = math.min(timeouts.read_timeout, context:remaining())
  if stream and stream.source then
    exported.body, exported.body_length = stream.source.read, stream.length
  end
  return exported
end

-- Calls the host's function. Tables that it raises are its own affair; a text is a failure like others.
local function ask_host(transport, exported)
  local good, result, message, code = copcall.call(transport, exported)
  if good then
    return result, message, code
  elseif type(result) == "table" then
    error(result, 0)
  end
  return nil, result
end

--- Makes the way to send through a host's own transport.
-- @param transport function(request) -> { status, headers, body }, or nil, message, code
-- @return function(request, url, timeouts, context, stream) -> as of `send.libcurl`
-- @return table: as of `send.libcurl`; the connections are the host's
function send.host(transport)
  local function over_host(request, url, timeouts, context, stream)
    if context:remaining() <= 0 then
      return nil, send.too_late(url)
    end
    local result, message, code = ask_host(transport, export(request, timeouts, context, stream))
    if result == nil then
      return nil, failure_of_host(message, code)
    end
    local body, err
    if type(result) == "table" then
      body, err = body_of(result, stream)
    end
    if err then
      return nil, err
    end
    local good, response = pcall(core.response, result)
    if not good then
      return nil, errors.new("transport", "ResponseParserError", tostring(response))
    end
    return response, nil, body
  end
  return over_host, { close = function() end, idle = core.sleep }
end

return send
