-- Starts nginx with its Lua module for a spec and sends it requests. It stops on `stop`, or when the
-- process that started it ends.

local cjson = require "cjson"
local shell = require "spec.support.shell"
local socket = require "socket"

local openresty = {}

local script = debug.getinfo(1, "S").source:match "^@(.*)%.lua$" .. "_serve"

-- Returns the directory of LuaJIT's build: nginx uses LuaJIT, whichever Lua runs the spec.
local function module_directory()
  local build = os.getenv "BUILD" or "build"
  return (shell.output("cd " .. shell.quote(build) .. "/luajit && pwd -P"))
end

-- Starts the script; returns its standard input and its standard output.
local function launch(settings, locations, workers)
  local name = os.tmpname()
  local pipe = name .. ".pipe"
  shell.run("mkfifo -m 600 " .. shell.quote(pipe))
  local environment = ("AWS_ENDPOINT_URL_GLACIER=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s"):format(
    shell.quote(settings.endpoint_url), shell.quote(settings.credentials.access_key_id),
    shell.quote(settings.credentials.secret_access_key))
  local input = assert(io.popen(("exec env %s %s %s %s %s %d >%s"):format(environment, shell.quote(script),
    shell.quote(module_directory()), shell.quote(cjson.encode(settings)), shell.quote(locations), workers,
    shell.quote(pipe)), "w"))
  local output = assert(io.open(pipe))
  os.remove(pipe)
  os.remove(name)
  return input, output
end

-- Sends a GET request for `path`. Returns a function that waits for the response and returns its decoded
-- JSON and its headers by lower-case name.
local function ask(url, path)
  local address, port = url:match "^http://([^:]+):(%d+)$"
  local connection = assert(socket.connect(address, tonumber(port)))
  connection:settimeout(120)
  assert(connection:send("GET " .. path .. " HTTP/1.0\r\n\r\n"))
  return function()
    local text = assert(connection:receive "*a")
    connection:close()
    local head, body = text:match "^HTTP/1%.1 200 [^\r]*\r\n(.-\r\n)\r\n(.*)$"
    assert(head, "not the answer expected: " .. text)
    local headers = {}
    for field, value in head:gmatch "(%S+): (.-)\r\n" do headers[field:lower()] = value end
    return cjson.decode(body), headers
  end
end

--- Returns the configuration of a location whose handler is a function of a module, with the same name.
-- @param module string
-- @param name string
-- @return string
function openresty.location(module, name)
  return ([[
    location = /%s {
      content_by_lua_block { require("%s").%s() }
    }
  ]]):format(name, module, name)
end

--- Starts nginx for a local service. Raises if it does not start.
-- @param service table: of local_service.start
-- @param locations string or nil: more configuration of the server
-- @param workers number or nil: of worker processes (1)
-- @return table: url, ask(path) -> function that waits for the response, get(path) -> JSON and headers,
--   stop(signal) -> what is in nginx's error log, when nginx has ended; nil for a second call
function openresty.start(service, locations, workers)
  local input, output = launch({
    endpoint_url = service.url,
    region = service.region,
    credentials = {
      access_key_id = service.access_key_id,
      secret_access_key = service.secret_access_key,
    },
  }, locations or "", workers or 1)
  local url = output:read "*l"
  local running = { url = url }
  function running.ask(path) return ask(url, path) end
  function running.get(path) return ask(url, path)() end
  function running.stop(signal)
    if not input then return nil end
    input:write((signal or "TERM") .. "\n")
    input:flush()
    local log = output:read "*a"
    output:close()
    input:close()
    input = nil
    return log
  end
  if not url then
    input:close()
    error("nginx did not start", 2)
  end
  return running
end

return openresty
