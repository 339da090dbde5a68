-- Handlers of host_resty_http_spec.lua: calls through glacier.hosts.resty_http, and a service for them.
-- luacheck: std ngx_lua
local cjson = require "cjson"
local files = require "spec.support.files"
local glacier = require "glacier"
local streams = require "spec.support.streams"

local app = {}

local SIZE = 300001 -- bytes; a body of this size needs more than one chunk

local on_event -- gets the events of the clients

local function answer_of(call)
  local good, outcome = pcall(call)
  if good then return outcome end
  return { code = outcome.code, message = outcome.message or tostring(outcome) }
end

local operations = {}

function operations.list_vaults(client)
  return { marker = client:list_vaults().Marker }
end

function operations.tasks(client)
  local markers = {}
  for _, outcome in ipairs(glacier.all { client:start "list_vaults", client:start "list_vaults" }) do
    markers[#markers + 1] = outcome.ok and outcome.result.Marker or tostring(outcome.error)
  end
  return { markers = markers }
end

function operations.notifications(client)
  client:create_vault { vaultName = "v" }
  client:set_vault_notifications { vaultName = "v", vaultNotificationConfig = {
    SNSTopic = "arn:aws:sns:us-west-2:012345678901:mytopic", Events = { "ArchiveRetrievalCompleted" },
  } }
  return client:get_vault_notifications({ vaultName = "v" }).vaultNotificationConfig
end

function operations.upload(client)
  client:create_vault { vaultName = "v" }
  local bytes = streams.pattern(SIZE)
  local result = client:upload_archive { vaultName = "v", body = streams.file(bytes) }
  return { is_right = result.checksum == glacier.tree_hash(bytes) }
end

-- The file is truncated after it was hashed, when the request is sent.
function operations.failing_upload(client)
  local path = os.tmpname()
  files.write(path, streams.pattern(SIZE))
  on_event = function(event)
    if event.event == "send" then
      files.write(path, "")
      os.remove(path)
      on_event = nil
    end
  end
  client:upload_archive { vaultName = "v", body = io.open(path, "rb") }
end

function operations.output(client)
  local body = client:get_job_output(streams.JOB).body
  local bytes = body:read "a"
  return { size = #bytes, is_right = bytes == streams.pattern(SIZE) }
end

--- Makes the call that the arguments of the request name.
function app.call()
  local args = ngx.req.get_uri_args()
  package.loaded["resty.http"] = nil
  package.preload["resty.http"] = args.library ~= "missing" and function()
    return require "spec.support.resty.http"
  end or nil
  local client = glacier.client(streams.options {
    endpoint_url = args.endpoint or os.getenv "AWS_ENDPOINT_URL_GLACIER", proxy = args.proxy,
    credentials = {
      access_key_id = os.getenv "AWS_ACCESS_KEY_ID", secret_access_key = os.getenv "AWS_SECRET_ACCESS_KEY",
    },
    verify = args.verify ~= "no", read_timeout = tonumber(args.read_timeout) or 60,
    transport = require "glacier.hosts.resty_http",
    logger = function(event) return on_event and on_event(event) end,
  })
  ngx.say(cjson.encode(answer_of(function()
    return operations[args.operation or "list_vaults"](client)
  end)))
end

--- Responds with the number of the connection, the request line, and the credentials for a proxy.
function app.show_connection()
  local authorization = ngx.var.http_proxy_authorization
  ngx.say(cjson.encode { Marker = table.concat({
    ngx.var.connection, ngx.req.raw_header():match "^[^\r]*", authorization,
  }, " ") })
end

--- Responds with a body in chunks of different sizes.
function app.send_output()
  local bytes, at, size = streams.pattern(SIZE), 1, 1
  while at <= #bytes do
    ngx.print(bytes:sub(at, at + size - 1))
    ngx.flush(true)
    at, size = at + size, size * 7 % 65537
  end
end

return app
