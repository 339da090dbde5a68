-- request.lua URL: prints the request that client:set_vault_notifications sends to URL, for
-- bare_curl.c: method, URL and "Name: value" lines, an empty line, the body.

local glacier = require "glacier"
local params = require "spec.bench.parameters"

local function show(request)
  print(request.method)
  print(request.url)
  for name, value in pairs(request.headers) do print(name .. ": " .. value) end
  io.write("\n", request.body)
  return { status = 204 }
end

glacier.client(params.client(arg[1], show)):set_vault_notifications(params.call)
