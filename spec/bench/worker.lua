-- The handler for the location /latency of nginx: it makes `calls` calls to the endpoint `url`, one after
-- another, and responds with the elapsed microseconds of one.
-- luacheck: std ngx_lua

local glacier = require "glacier"
local measure = require "spec.bench.measure"
local params = require "spec.bench.parameters"

local args = ngx.req.get_uri_args()
local client = glacier.client(params.client(args.url))
client:set_vault_notifications(params.call)
local _, wall = measure.run(function()
  for _ = 1, args.calls do client:set_vault_notifications(params.call) end
end)
ngx.say(("%.1f"):format(wall / args.calls * 1e6))
