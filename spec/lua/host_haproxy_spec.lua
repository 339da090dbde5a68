-- A call in a real HAProxy with one thread. The request goes through the same HAProxy, so a call that blocked the
-- thread would never get its response.
local files = require "spec.support.files"
local service = require "spec.support.local_service"
local shell = require "spec.support.shell"
local socket = require "socket"

local BUILD = os.getenv "BUILD" or "build"

-- Returns why HAProxy cannot be tested on this machine; nil if it can.
local function obstacle()
  if not shell.succeeds "PATH=$PATH:/usr/sbin haproxy -vv 2>/dev/null | grep -q 'Lua 5.3'" then
    return "HAProxy with Lua 5.3 is not installed"
  elseif not shell.succeeds("test -e " .. shell.quote(BUILD .. "/lua5.3/glacier/core.so")) then
    return "there is no build for Lua 5.3"
  end
end

local CONFIG = [[
global
  nbthread 1
  lua-load spec/support/in_haproxy.lua
defaults
  mode http
  timeout connect 60s
  timeout client 60s
  timeout server 60s
frontend program
  bind fd@%d
  http-request use-service lua.create_vault
frontend forward
  bind fd@%d
  default_backend glacier
backend glacier
  server service %s
]]

-- Returns a socket that listens, and its port. HAProxy inherits its descriptor.
local function listen()
  local listener = assert(socket.bind("127.0.0.1", 0))
  return listener, tonumber((select(2, listener:getsockname())))
end

local function absolute(directory)
  return (shell.output("cd " .. shell.quote(directory) .. " && pwd -P"))
end

-- Starts HAProxy. It ends when the returned pipe is closed.
local function start(config, forward, glacier)
  local environment = ("GLACIER_LUA=%s GLACIER_MODULE=%s AWS_ENDPOINT_URL_GLACIER=http://127.0.0.1:%d AWS_REGION=%s"
    .. " AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s"):format(shell.quote(absolute "lua"),
    shell.quote(absolute(BUILD .. "/lua5.3")), forward, glacier.region, shell.quote(glacier.access_key_id),
    shell.quote(glacier.secret_access_key))
  return assert(io.popen(([[
    PATH=$PATH:/usr/sbin; unset LUA_PATH LUA_CPATH
    env %s haproxy -db -f %s >%s.log 2>&1 </dev/null &
    pid=$!
    read -r _
    { kill "$pid"; wait "$pid"; } 2>/dev/null]]):format(environment, config, config), "w"))
end

-- Sends a request. Returns the status and the body.
local function get(port)
  local connection = assert(socket.connect("127.0.0.1", port))
  connection:settimeout(120)
  connection:send "GET / HTTP/1.0\r\n\r\n"
  local answer = assert(connection:receive "*a")
  connection:close()
  return answer:match "^HTTP/1%.%d (%d+)", answer:match "\r\n\r\n(.*)$"
end

describe("a call in HAProxy with the option wait = core.msleep", function()
  local why_not = obstacle()
  if why_not then
    pending("lets HAProxy handle other requests: " .. why_not)
    return
  end

  it("lets HAProxy handle other requests", function()
    local glacier, config = service.start(), os.tmpname()
    local program, program_port = listen()
    local forward, forward_port = listen()
    files.write(config, CONFIG:format(program:getfd(), forward:getfd(), glacier.url:match "//(.*)"))
    local process = start(config, forward_port, glacier)
    program:close()
    forward:close()
    local good, status, body = pcall(get, program_port)
    process:write "stop\n"
    process:close()
    glacier.stop()
    assert(good, tostring(status) .. files.read(config .. ".log"))
    os.remove(config)
    os.remove(config .. ".log")
    assert.are.same({ "200", "/" .. glacier.account .. "/vaults/proxied" }, { status, body })
  end)
end)
