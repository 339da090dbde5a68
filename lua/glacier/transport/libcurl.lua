--- Sends requests over libcurl.
local core = require "glacier.core"
local context_of = require "glacier.async.context"
local errors = core.errors

local libcurl = {}

-- Converts seconds to whole milliseconds, at least one. A time that is too long for C becomes 0, which means no limit.
local function milliseconds(seconds)
  return seconds < 1e6 and math.max(1, math.ceil(seconds * 1000)) or 0
end

-- Returns the C module with libcurl. It is loaded by the first request that needs it, because a host with its own
-- transport may not have libcurl.
local function curl()
  package.preload["glacier.curl"] = package.preload["glacier.curl"] or core.load_curl()
  local good, module = pcall(require, "glacier.curl")
  if good then
    return module
  end
  local text = tostring(module)
  if text:find("not enough memory", 1, true) or text:find "interrupted!$" then
    error(module, 0) -- the interpreter raises "interrupted!" on Ctrl-C
  end
  error(errors.new("config", "InvalidConfigError", "libcurl cannot be loaded: " .. text), 0)
end

-- Returns the proxy for a URL: a URL, "" for no proxy, or nil if libcurl reads it from the environment.
local function proxy_for(proxies, invocation)
  if invocation.direct then
    return ""
  end
  return proxies.any or proxies[invocation.url:match "^%a+"]
end

local function new_pool(self, proxy)
  local settings = self.settings
  return curl().pool {
    events = self.event_set, ca_bundle = settings.ca_bundle, insecure = not settings.verify,
    proxy = proxy, no_proxy = settings.proxies.no_proxy,
  }
end

-- There is one pool for each proxy. It is made when it is first needed, and a forked child makes its own.
local function pool_for(self, invocation)
  local proxy = proxy_for(self.settings.proxies, invocation)
  local name = proxy or "environment"
  self.pools[name] = self.pools[name] or new_pool(self, proxy)
  return self.pools[name]
end

-- All calls go to one endpoint, so they have one pool.
local function pool_for_calls(self, invocation)
  self.pool = pool_for(self, invocation)
  return self.pool
end

local Transport = {}
Transport.__index = Transport

-- Starts a transfer. If the core can read the streamed body by itself, the transfer reads it. Otherwise
-- `glacier.transport.streaming` feeds it.
local function start(self, invocation)
  local request, source = invocation.request, invocation.source
  if not invocation.operation then
    local connect, read = invocation.timeouts.connect_timeout, invocation.timeouts.read_timeout
    return pool_for(self, invocation):start(request, milliseconds(connect), milliseconds(read))
  end
  local pool = self.pool or pool_for_calls(self, invocation)
  if source and source.locate then
    return pool:start(request, self.connect, self.read, false, source.locate(0, source.length))
  end
  return pool:start(request, self.connect, self.read, invocation.takes_body)
end

--- Sends a request.
-- @param invocation table: of `glacier.call.prepare`
-- @param context context
-- @return response; or nil
-- @return error object; or nil
-- @return table, if the body of a success is read in chunks: `next()` returns a string, nil at the end, or nil and an
--   error object; `close()` may be called at any time
function Transport:send(invocation, context)
  local events = self:events()
  local transfer, err = start(self, invocation)
  if not transfer then
    return nil, err
  end
  if invocation.source or invocation.takes_body then
    return require("glacier.transport.streaming").exchange(self, transfer, invocation, context)
  elseif context:wait_for(transfer, events) then
    return transfer:finish()
  end
  transfer:cancel()
  return nil, context_of.too_late(invocation.url)
end

--- Closes the connections. The next request opens new ones.
function Transport:close()
  for name, pool in pairs(self.pools) do
    pool:close()
    self.pools[name] = nil
  end
  self.pool = nil
  context_of.wake(self.event_set)
end

--- Returns the event set of all connections. A forked child gets its own set, and new connections.
-- @return events of `glacier.core`
function Transport:events()
  local current = self.event_set
  if not current or current:is_forked() then
    self.event_set, self.pools, self.pool = core.events(), {}, nil
    if current then
      require("glacier.async.rounds").abandon(current)
    end
  end
  return self.event_set
end

--- Waits until something happens on a connection, but at most `seconds`.
function Transport:idle(seconds)
  require("glacier.async.rounds").begin(self:events(), seconds)
end

--- Makes a transport.
-- @param settings table: of `runtime.settings`
function libcurl.new(settings)
  return setmetatable({
    settings = settings, pools = {},
    connect = milliseconds(settings.connect_timeout), read = milliseconds(settings.read_timeout),
  }, Transport)
end

return libcurl
