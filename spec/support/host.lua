-- A host for a client in a spec: it has the client's clock, chance, waiting and log in its hands, so
-- that no back-off takes any time and every one is known afterwards.
--
--   local host = hosts.new { chance = 0.5 }
--   local client = glacier.client(host:options { endpoint_url = server.url })
--   host.pauses    -- list of numbers: how long each back-off was, in seconds
--   host.events    -- list of what the client told its logger
--
-- Fields that a spec may set at any time: now (the clock, seconds since the epoch), chance (what
-- random gives, or a function), poll_takes (seconds that pass on the clock at each pause between two
-- polls of a transfer; 0), listener (a function that gets every event), on_pause (a function that
-- gets every back-off).

local hosts = {}

local Host = {}
Host.__index = Host

function hosts.new(fields)
  local self = setmetatable({ now = 1350000000, chance = 0.5, poll_takes = 0, pauses = {}, events = {} }, Host)
  for name, value in pairs(fields or {}) do self[name] = value end
  return self
end

local function wait(self, seconds)
  if self.sending then
    self.now = self.now + self.poll_takes
    return
  end
  self.pauses[#self.pauses + 1] = seconds
  self.now = self.now + seconds
  if self.on_pause then self.on_pause(seconds) end
end

local function hear(self, event)
  self.events[#self.events + 1] = event
  if event.event == "send" then self.sending = true end
  if event.event == "response" then self.sending = false end
  if self.listener then self.listener(event) end
end

-- The options of a client on this host, and `more`, which wins. The process's environment and files
-- are not seen.
function Host:options(more)
  local options = {
    region = "us-west-2",
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "EXAMPLESECRETKEY" },
    env = {},
    clock = function() return self.now end,
    random = function() return type(self.chance) == "function" and self.chance() or self.chance end,
    wait = function(seconds) wait(self, seconds) end,
    logger = function(event) hear(self, event) end,
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

-- The events of that name, in order.
function Host:events_of(name)
  local list = {}
  for _, event in ipairs(self.events) do
    if event.event == name then list[#list + 1] = event end
  end
  return list
end

return hosts
