-- A client on a scripted server, for specs that count requests from outside.
--
--   local played = play({ reply.error(500), reply.good() }, { max_attempts = 2 })
--   local good, result = played:list_vaults()
--   local requests = played:stop()
--
-- Takes a script, options of the client, and fields of the host (spec.support.host). The result has
-- host, server and client.
local glacier = require "glacier"
local hosts = require "spec.support.host"
local scripted = require "spec.support.scripted"

local Played = {}
Played.__index = Played

-- What pcall makes of a call without parameters.
function Played:list_vaults()
  return pcall(self.client.list_vaults, self.client)
end

-- How many requests have come so far.
function Played:count()
  return #self.server:requests()
end

-- Ends the server; returns the requests.
function Played:stop()
  local requests = self.server:requests()
  self.server:stop()
  self.client:close()
  return requests
end

return function(script, options, fields)
  local host, server = hosts.new(fields), scripted.start(script)
  local given = host:options(options)
  given.endpoint_url = server.url
  return setmetatable({ host = host, server = server, client = glacier.client(given) }, Played)
end
