-- The local service with one vault, for the service's own specs.
--
--   local running, send = local_vault.start { job_delay = 0 }
--   local vault = send("GET", local_vault.PATH).json
--   running.stop()

local local_service = require "spec.support.local_service"
local signed_http = require "spec.support.signed_http"

local local_vault = {
  PATH = "/-/vaults/examplevault",
  ARN = "arn:aws:glacier:us-west-2:012345678901:vaults/examplevault",
}

--- Starts the service with these options (of local_service.start), and creates the vault.
-- @return table: of local_service.start
-- @return function: of signed_http.caller
function local_vault.start(options)
  local running = local_service.start(options)
  local send = signed_http.caller(running)
  assert(send("PUT", local_vault.PATH).status == 201)
  return running, send
end

return local_vault
