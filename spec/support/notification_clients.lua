-- Clients of the local service that list the operations they send.
local glacier = require "glacier"

-- Returns a client, and the list of the operations that it sends.
local function listening_client(options)
  local sent = {}
  options.logger = function(event)
    if event.event == "send" then sent[#sent + 1] = event.operation end
  end
  return glacier.client(options), sent
end

local function options_for(running, more)
  local options = {
    endpoint_url = running.url, region = running.region, env = {},
    credentials = { access_key_id = running.access_key_id, secret_access_key = running.secret_access_key },
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

return { listening_client = listening_client, options_for = options_for }
