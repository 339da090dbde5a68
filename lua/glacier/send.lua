--- Sends a signed request: over libcurl, or through the host's own HTTP stack.
local core = require "glacier.core"
local fail = require "glacier.fail"
local wait = require "glacier.wait"

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
local function pool_for(pools, settings, url)
  local proxy = proxy_for(settings.proxies, url)
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
  return fail.new("transport", "ReadTimeoutError", message, true)
end

--- Makes the way to send over libcurl.
-- @param settings table: of `config.resolve`
-- @return function(request, url, timeouts, turn) -> response, or nil and an error object; `url` is
--   where the request goes, `timeouts` has connect_timeout and read_timeout in seconds, `turn` is
--   of `wait.turn`
-- @return function(): closes the connections; the next request opens new ones
function send.libcurl(settings)
  local pools = {}
  local function over_libcurl(request, url, timeouts, turn)
    local connect, read = milliseconds(timeouts.connect_timeout), milliseconds(timeouts.read_timeout)
    local transfer, err = pool_for(pools, settings, url):start(request, connect, read)
    if not transfer then
      return nil, err
    end
    if not wait.transfer(transfer, turn) then
      transfer:cancel()
      return nil, send.too_late(url)
    end
    return transfer:finish()
  end
  return over_libcurl, function()
    for name, pool in pairs(pools) do
      pool:close()
      pools[name] = nil
    end
  end
end

--- Makes the way to send through a host's own transport.
-- @param transport function(request) -> { status, headers, body }, or nil, message, code
-- @return function(request, url, timeouts, turn) -> response, or nil and an error object
-- @return function(): does nothing, for the connections are the host's
function send.host(transport)
  local function over_host(request, _, timeouts, turn)
    local exported = request:export()
    exported.timeout = math.min(timeouts.read_timeout, wait.left(turn))
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
