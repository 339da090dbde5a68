-- A scripted server for one spec, in a process of its own.
--
--   local server = scripted.start {
--     { { "read" }, { "send", "HTTP/1.1 204 No Content\r\n\r\n" }, { "stall" } },
--     fallback = { { "reset" } },
--   }
--   client { endpoint_url = server.url }
--   server:requests()   -- a list of what was read so far
--   server:stop()       -- also when the server is collected, or this process ends
--
-- The steps are told in scripted_server.lua. A request has connection (its number), line, method,
-- target, headers (a list of {name, value}), fields (value by lower-case name) and body.

local scripted = {}

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"
local load_text = rawget(_G, "loadstring") or load

local function shell_quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- A Lua expression for a table of strings, numbers, booleans and such tables.
local function serialize(value)
  if type(value) ~= "table" then
    return type(value) == "string" and ("%q"):format(value):gsub("\r", "\\r") or tostring(value)
  end
  local parts = {}
  for key, item in pairs(value) do
    parts[#parts + 1] = ("[%s]=%s"):format(serialize(key), (serialize(item)))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read_request(text)
  local request = assert(load_text("return " .. text))()
  request.method, request.target = request.line:match "^(%S+) (%S+) HTTP/1%.1$"
  request.fields = {}
  for _, header in ipairs(request.headers) do request.fields[header[1]:lower()] = header[2] end
  return request
end

local Server = {}
Server.__index = Server

function Server:requests()
  local requests = {}
  for text in io.lines(self.log) do requests[#requests + 1] = read_request(text) end
  return requests
end

-- Waits for the process to end. Legal any number of times.
function Server:stop()
  if not self.process then return end
  self.process:write("stop\n") -- for its end of file may be held open by some other child
  self.process:close()
  self.process = nil
  os.remove(self.log)
  os.remove(self.script)
end

Server.__gc = Server.stop

-- Starts the server and waits until it listens. `script` is a table of data, or the text of a Lua
-- file that returns one.
function scripted.start(script)
  local base = os.tmpname()
  local self = setmetatable({ script = base, log = base .. ".log" }, Server)
  local fifo = base .. ".port"
  local text = type(script) == "table" and "return " .. serialize(script) or script
  write_file(self.script, text)
  write_file(self.log, "")
  os.execute("mkfifo " .. shell_quote(fifo))
  self.process = assert(io.popen(("exec %s %s %s %s >%s"):format(
    os.getenv "SCRIPTED_LUA" or "lua5.4", shell_quote(here .. "scripted_server.lua"),
    shell_quote(self.script), shell_quote(self.log), shell_quote(fifo)), "w"))
  local pipe = assert(io.open(fifo))
  self.port = tonumber(pipe:read "*l")
  pipe:close()
  os.remove(fifo)
  if not self.port then
    self:stop()
    error("the scripted server did not start", 2)
  end
  self.url = "http://127.0.0.1:" .. self.port
  return self
end

return scripted
