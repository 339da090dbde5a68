-- A client of a scripted server, in a simulation, for specs that count and read the requests.
--
--   local run = scripted_client({ reply.error(500), reply.good() }, { max_attempts = 2 })
--   local good, result = run:list_vaults()
--   local requests = run:stop()
--
-- Takes a script (spec.support.scripted), options of the client, and fields of the simulation. The
-- result has sim, server and client.
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local simulation = require "spec.support.simulation"

local Run = {}
Run.__index = Run

--- Calls list_vaults without parameters; returns what pcall returns.
function Run:list_vaults()
  return pcall(self.client.list_vaults, self.client)
end

--- Returns the number of requests so far.
function Run:count()
  return #self.server:requests()
end

--- Ends the server; returns the requests.
function Run:stop()
  local requests = self.server:requests()
  self.server:stop()
  self.client:close()
  return requests
end

return function(script, options, fields)
  local sim, server = simulation.new(fields), scripted.start(script)
  local all_options = sim:options(options)
  all_options.endpoint_url = server.url
  return setmetatable({ sim = sim, server = server, client = glacier.client(all_options) }, Run)
end
