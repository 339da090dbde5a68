-- Starts a server that runs a script, in a new process.
--
--   local server = scripted.new()
--   server:start {
--     { { "read" }, { "send", "HTTP/1.1 204 No Content\r\n\r\n" }, { "stall" } },
--     fallback = { { "reset" } },
--   }
--   client { endpoint_url = server.url }
--   server:requests()   -- a list of the requests so far
--   server:stop()       -- Lua 5.2 and later also call it when the server is collected. The server
--                       -- ends with this process, too
--
-- scripted_server.lua documents the steps. A request has connection (its number), line, method,
-- target, headers (a list of {name, value}), fields (value by lower-case name) and body.

local files = require "spec.support.files"
local shell = require "spec.support.shell"

local scripted = {}

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"
local load_text = rawget(_G, "loadstring") or load

-- Returns a Lua expression for a table of strings, numbers, booleans and tables of them.
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

local function read_request(text)
  local request = assert(load_text("return " .. text))()
  request.method, request.target = request.line:match "^(%S+) (%S+) HTTP/1%.1$"
  request.fields = {}
  for _, header in ipairs(request.headers) do request.fields[header[1]:lower()] = header[2] end
  return request
end

local Server = {}
Server.__index = Server

--- Returns the list of the requests that have been read so far.
function Server:requests()
  local requests = {}
  self.log:seek "set"
  -- A last line without its end is still being written.
  for text in self.log:read("*a"):gmatch "([^\n]*)\n" do requests[#requests + 1] = read_request(text) end
  return requests
end

--- Ends the process and waits for its end. A server that is not running stays as it is.
function Server:stop()
  if not self.process then return end
  if io.type(self.process) == "file" then -- the garbage collector may have closed it before
    self.process:write("stop\n") -- another child may hold the pipe open, so closing it may not end the process
    self.process:close()
  end
  if io.type(self.log) == "file" then self.log:close() end
  self.process = nil
end

Server.__gc = Server.stop

--- Starts the server, after stopping it if it runs, and waits until it listens.
-- @param script a table of data, or the text of a Lua file that returns one
-- @return the server
function Server:start(script)
  self:stop()
  local base = os.tmpname()
  local fifo, log = base .. ".port", base .. ".log"
  files.write(base, type(script) == "table" and "return " .. serialize(script) or script)
  files.write(log, "")
  shell.run("mkfifo " .. shell.quote(fifo))
  self.process = assert(io.popen(("exec %s %s %s %s >%s"):format(
    os.getenv "SCRIPTED_LUA" or "lua5.4", shell.quote(here .. "scripted_server.lua"),
    shell.quote(base), shell.quote(log), shell.quote(fifo)), "w"))
  local pipe = assert(io.open(fifo))
  self.port = tonumber(pipe:read "*l")
  pipe:close()
  self.log = assert(io.open(log))
  -- The server has opened them, so no file is left behind if this process ends without `stop`.
  for _, path in ipairs { base, log, fifo } do os.remove(path) end
  if not self.port then
    self:stop()
    error("the scripted server did not start", 2)
  end
  self.url = "http://127.0.0.1:" .. self.port
  return self
end

--- Returns a server that is not started.
function scripted.new()
  return setmetatable({}, Server)
end

--- Returns a new server that runs the script.
function scripted.start(script)
  return scripted.new():start(script)
end

return scripted
