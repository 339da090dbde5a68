-- The handler for the location /call of nginx. It makes `calls` calls to the endpoint `url`, one after another, with
-- the transport libcurl or resty_http, or it sleeps `sleep` seconds. It responds with the elapsed microseconds and the
-- microseconds of the worker's CPU of one call. Without lua-resty-http, it uses the stand-in of the specs.
-- luacheck: std ngx_lua

local glacier = require "glacier"
local measure = require "spec.bench.measure"
local params = require "spec.bench.parameters"

local args = ngx.req.get_uri_args()
local calls = tonumber(args.calls) or 1

if not pcall(require, "resty.http") then
  package.loaded["resty.http"] = require "spec.support.resty.http"
end

local transports = { resty_http = require "glacier.hosts.resty_http" }

-- Returns a function that makes one call. If several are measured, the connection is already open.
local function call_of(url)
  local client = glacier.client(params.client(url, transports[args.transport]))
  if calls > 1 then
    client:set_vault_notifications(params.call)
  end
  return function() client:set_vault_notifications(params.call) end
end

local work = args.sleep and function() ngx.sleep(tonumber(args.sleep)) end or call_of(args.url)
local cpu, wall = measure.run(function()
  for _ = 1, calls do work() end
end)
ngx.say(("%.1f %.1f"):format(wall / calls * 1e6, cpu / calls * 1e6))
