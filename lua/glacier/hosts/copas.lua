--- The option `wait` for programs on Copas 3.0 or later: calls wait in its loop.
--
--   local client = glacier.client { wait = require "glacier.hosts.copas" }
--   copas.addthread(function() client:list_vaults() end)
local requirements = require "glacier.hosts.requirements"

local NAME = "glacier.hosts.copas"

-- In seconds. Copas ends the wait for a socket up to 0.1 seconds late. A wait with a shorter limit is one short pause
-- instead, after which the caller polls and waits again.
local PRECISION, PAUSE = 0.1, 0.01

local host = {}

-- Returns the library, and the coroutine that it runs.
local function library()
  local copas = requirements.load(NAME, "copas")
  if not copas.settimeout then
    requirements.raise(NAME, ("%s is too old; Copas 3.0 or later is needed"):format(tostring(copas._VERSION)))
  end
  return copas, requirements.running(NAME, "start it with copas.addthread")
end

local function pause(copas, seconds)
  (copas.pause or copas.sleep)(math.max(seconds, 0)) -- copas.sleep waits forever if the time is negative
end

--- Sleeps.
-- Raises `InvalidConfigError` outside of a coroutine, without Copas, or with one that is too old.
-- @param seconds number
function host.sleep(seconds)
  pause((library()), seconds)
end

-- A socket for Copas. Its first `receive` returns "timeout", so that the loop waits for the descriptor once.
local function socket_of(fd)
  local waited = false
  return {
    getfd = function()
      return fd
    end,
    receive = function()
      if waited then
        return ""
      end
      waited = true
      return nil, "timeout"
    end,
  }
end

--- Waits until a descriptor is readable, or until the seconds have passed.
-- Raises `InvalidConfigError` outside of a coroutine, without Copas, or with one that is too old.
-- @param fd number
-- @param seconds number, or nil for no limit
function host.readable(fd, seconds)
  local copas, thread = library()
  -- On Lua 5.1 a call may run in a coroutine of ours, which Copas must not resume.
  if seconds and seconds < PRECISION or thread ~= coroutine.running() then
    pause(copas, math.min(seconds or PAUSE, PAUSE))
    return
  end
  local socket = socket_of(fd)
  copas.settimeout(socket, seconds)
  copas.receive(socket)
end

return host
