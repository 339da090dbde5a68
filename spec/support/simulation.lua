-- A simulated environment for a client: the spec controls its clock, random numbers, sleep and logger. Back-offs take
-- no real time, and the spec sees each of them afterwards.
--
--   local sim = simulation.new { random = 0.5 }
--   local client = glacier.client(sim:options { endpoint_url = server.url })
--   sim.pauses    -- list of numbers: the length of each back-off in seconds
--   sim.events    -- list of the events that the client's logger got
--
-- Fields that a spec may set at any time: now (the clock, in seconds since the epoch), random (the result of the
-- client's random function, or a function), poll_takes (seconds by which the clock advances at each pause between two
-- polls of a transfer; 0), listener (a function that gets every event), on_pause (a function that gets every back-off).

local simulation = {}

local Simulation = {}
Simulation.__index = Simulation

--- Returns a simulation with these fields.
function simulation.new(fields)
  local self = setmetatable({ now = 1350000000, random = 0.5, poll_takes = 0, pauses = {}, events = {} }, Simulation)
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

local function log(self, event)
  self.events[#self.events + 1] = event
  if event.event == "send" then self.sending = true end
  if event.event == "response" then self.sending = false end
  if self.listener then self.listener(event) end
end

--- Returns options for a client in this simulation; those in `more` take precedence. The client sees neither the
-- environment nor the files of the process.
function Simulation:options(more)
  local options = {
    region = "us-west-2",
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "EXAMPLESECRETKEY" },
    env = {},
    clock = function() return self.now end,
    random = function() return type(self.random) == "function" and self.random() or self.random end,
    wait = function(seconds) wait(self, seconds) end,
    logger = function(event) log(self, event) end,
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

--- Returns the events of that name, in order.
function Simulation:events_of(name)
  local list = {}
  for _, event in ipairs(self.events) do
    if event.event == name then list[#list + 1] = event end
  end
  return list
end

return simulation
