-- A service of HAProxy that creates a vault, with a request that goes through HAProxy itself. Its arguments are
-- environment variables: GLACIER_LUA and GLACIER_MODULE (directories), and those of the endpoint and the keys.
-- luacheck: globals core
local directory, module = os.getenv "GLACIER_LUA", os.getenv "GLACIER_MODULE"
package.path = ("%s/?.lua;%s/?/init.lua;%s"):format(directory, directory, package.path)
package.cpath = ("%s/?.so;%s"):format(module, package.cpath)

local glacier = require "glacier"

local client = glacier.client {
  wait = function(seconds) core.msleep(math.max(1, math.ceil(seconds * 1000))) end,
  read_timeout = 30, max_attempts = 1,
}

core.register_service("create_vault", "http", function(applet)
  local good, result = pcall(client.create_vault, client, { vaultName = "proxied" })
  local body = good and result.location or tostring(result)
  applet:set_status(good and 200 or 500)
  applet:add_header("content-length", #body)
  applet:start_response()
  applet:send(body)
end)
