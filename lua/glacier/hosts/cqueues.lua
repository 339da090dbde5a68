--- The option `wait` for programs on cqueues: calls wait in the controller that runs their coroutine.
--
--   local client = glacier.client { wait = require "glacier.hosts.cqueues" }
--   controller:wrap(function() client:list_vaults() end)
local requirements = require "glacier.hosts.requirements"

local NAME = "glacier.hosts.cqueues"

local host = {}

-- The tokens of the waits in progress, by descriptor. The sets of tokens are weak, because a wait never returns if its
-- controller is collected.
local waits = setmetatable({}, { __index = function(tokens, fd)
  tokens[fd] = setmetatable({}, { __mode = "k" })
  return tokens[fd]
end })

-- Returns the library, if a controller runs this coroutine. Elsewhere cqueues.poll would block the whole program.
local function library()
  local cqueues = requirements.load(NAME, "cqueues")
  if not cqueues.running() then
    requirements.raise(NAME, "the call does not run in a coroutine of a controller; start it with controller:wrap")
  end
  return cqueues
end

--- Sleeps.
-- Raises `InvalidConfigError` outside of a controller or without cqueues.
-- @param seconds number
function host.sleep(seconds)
  library().poll(seconds)
end

--- Waits until a descriptor is readable, or until the seconds have passed.
-- Raises `InvalidConfigError` outside of a controller or without cqueues.
-- @param fd number
-- @param seconds number, or nil for no limit
function host.readable(fd, seconds)
  local cqueues, token = library(), {}
  waits[fd][token] = true
  cqueues.poll({ pollfd = fd, events = "r" }, seconds)
  waits[fd][token] = nil
  if not next(waits[fd]) then
    waits[fd] = nil
    cqueues.cancel(fd) -- the controller must not know the descriptor any more when the client closes it
  end
end

return host
