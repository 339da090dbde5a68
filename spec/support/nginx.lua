-- An nginx for one spec on 127.0.0.1, in a temporary directory. It stops on `stop`, or when the process
-- that started it ends.
--
--   local directory = nginx.directory()
--   local server = nginx.start(directory, { plain = "", good = "ssl_certificate …;" })
--   … server.ports.good …
--   server:stop()

local socket = require "socket"

local nginx = {}

local HEAD = [[
worker_processes 1;
pid %s/nginx.pid;
error_log %s/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path %s/body; proxy_temp_path %s/proxy; fastcgi_temp_path %s/fastcgi;
  uwsgi_temp_path %s/uwsgi; scgi_temp_path %s/scgi;
]]

-- Its response is valid for every operation whose output is a JSON object.
local SERVER = [[
  server {
    listen 127.0.0.1:%d%s;
    %s
    location / { default_type application/json; return 200 '{"Marker":"%s"}'; }
  }
]]

local function succeeded(status)
  return status == true or status == 0
end

-- Ports that are free at the moment, a different one for each name.
local function free_ports(names)
  local held, ports = {}, {}
  for _, name in ipairs(names) do
    local listener = assert(socket.bind("127.0.0.1", 0))
    held[#held + 1] = listener
    ports[name] = select(2, listener:getsockname())
  end
  for _, listener in ipairs(held) do
    listener:close()
  end
  return ports
end

local function write_config(directory, servers, ports)
  local file = assert(io.open(directory .. "/nginx.conf", "w"))
  file:write((HEAD:gsub("%%s", directory)))
  for name, directives in pairs(servers) do
    file:write(SERVER:format(ports[name], directives:find "ssl_certificate" and " ssl" or "", directives, name))
  end
  file:write "}\n"
  file:close()
end

-- nginx runs in the background; the command returns when it listens.
local function launch(directory)
  return succeeded(os.execute(("PATH=$PATH:/usr/sbin nginx -p %s -c %s/nginx.conf -e %s/error.log 2>%s/output")
    :format(directory, directory, directory, directory)))
end

local function explain(directory)
  local file = io.open(directory .. "/output")
  local output = file and file:read "*a" or ""
  error("nginx did not start: " .. output, 3)
end

local Server = {}
Server.__index = Server

--- Stops nginx and waits for its end. A second call does nothing.
function Server:stop()
  if not self.guard then return end
  self.guard:write "stop\n"
  self.guard:close()
  self.guard = nil
end

--- Returns a directory for the files of a server.
function nginx.directory()
  local directory = os.tmpname()
  os.remove(directory)
  assert(succeeded(os.execute("mkdir -m 700 " .. directory)))
  return directory
end

--- Starts nginx with one server for each name in `servers`, a table of directives by name. A server whose
-- directives have a certificate uses TLS. Each answers 200 with its name as Marker. `stop` removes the
-- directory.
function nginx.start(directory, servers)
  local names = {}
  for name in pairs(servers) do
    names[#names + 1] = name
  end
  local ports, started
  for _ = 1, 10 do -- another process may take a port meanwhile
    ports = free_ports(names)
    write_config(directory, servers, ports)
    started = launch(directory)
    if started then break end
  end
  if not started then
    explain(directory)
  end
  local guard = io.popen(([[
    trap '' HUP INT
    read -r _
    while [ ! -s %s/nginx.pid ]; do sleep 0.05; done
    pid=$(cat %s/nginx.pid)
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
    rm -rf %s]]):gsub("%%s", directory), "w")
  return setmetatable({ ports = ports, guard = guard }, Server)
end

return nginx
