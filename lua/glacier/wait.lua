--- Waiting, which is always done here, in Lua: so a coroutine can be switched under any host.
local wait = {}

-- The phases of a request in OpenResty in which ngx.sleep may yield.
local yielding_phases = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, preread = true,
  ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true,
}

-- How long the first pause between two polls is, and the longest, in seconds: short against a
-- round trip, long against the cost of a poll.
local SHORTEST, LONGEST = 0.001, 0.016

-- How long a blocking poll may take, in milliseconds, before Lua is asked again: a debug hook (the
-- interpreter's Ctrl-C) runs only between two of them.
local BLOCKING_POLL = 500

--- How this host waits without blocking.
-- @param given function or nil: the option `wait`
-- @return function(seconds), or nil where blocking is all there is
function wait.host(given)
  local ngx = _G.ngx
  if given or not (ngx and ngx.get_phase) then
    return given
  end
  return yielding_phases[ngx.get_phase()] and ngx.sleep or nil
end

--- Waits until a transfer is done, polling it.
-- @param transfer transfer of `glacier.core`
-- @param host function(seconds) or nil: of `wait.host`
function wait.transfer(transfer, host)
  if not host then
    repeat until transfer:poll(BLOCKING_POLL)
    return
  end
  local pause = SHORTEST
  while not transfer:poll(0) do
    host(pause)
    pause = math.min(pause * 2, LONGEST)
  end
end

return wait
