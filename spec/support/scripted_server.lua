-- A server on 127.0.0.1 that plays a script, for specs that need a misbehaving peer.
--
--   lua5.4 spec/support/scripted_server.lua SCRIPT.lua LOG
--
-- prints its port, and ends at the end of its standard input or when it reads a line. SCRIPT returns a
-- list: the n-th connection plays the n-th list of steps. Each further connection plays the list
-- `fallback`, or is reset if there is no such list. Steps:
--
--   {"read"}            reads a whole request, by Content-Length or chunked, and writes it to LOG
--   {"head"}            reads up to the empty line; LOG gets an empty body
--   {"part", count}     reads the head and `count` bytes of the body; LOG gets those
--   {"digest"}          reads a whole request, by Content-Length; LOG gets the length and sha256 (in
--                       hex) of its body, and an empty body
--   {"send", bytes}     sends them
--   {"zeros", count}    sends `count` zero bytes
--   {"progress", n}     sends a 200 with JSON; its Marker is the number of bytes sent to connection n
--   {"enter"}           counts one more request in flight
--   {"gather", count}   waits until `count` connections are at this step
--   {"leave"}           counts one less
--   {"peak"}            sends a 200 with JSON; its Marker is the peak of the requests in flight
--   {"pause", seconds}  waits
--   {"stall"}           waits until the client closes the connection
--   {"close"}           sends no more; the end of the steps does the same
--   {"reset"}           ends the connection with a TCP reset
--
-- A line of LOG is a Lua table: connection (its number), line, headers (a list of {name, value},
-- spelt and ordered as sent), body. It is written before the next step is played.
-- Connections are played side by side, in one thread. Needs LuaSocket, and luaossl for "digest".

local socket = require "socket"

local script = dofile(arg[1])
local log = assert(io.open(arg[2], "a"))

-- Like %q, but always on one line, and with the same meaning for every Lua.
local function quote(text)
  return '"' .. text:gsub('[%c"\\\127-\255]', function(byte)
    return ("\\%03d"):format(byte:byte())
  end) .. '"'
end

local function write_log(connection, line, headers, body, more)
  local fields = {}
  for i, header in ipairs(headers) do
    fields[i] = ("{%s,%s}"):format(quote(header[1]), quote(header[2]))
  end
  log:write(("{connection=%d,line=%s,headers={%s},body=%s%s}\n"):format(
    connection.number, quote(line), table.concat(fields, ","), quote(body), more or ""))
  log:flush()
end

-- Functions that read or write yield the event that they wait for. If the client has closed the connection, they end
-- the connection's coroutine with an error.

local GONE = {}

-- Returns the bytes that have arrived, at least one.
local function receive(connection)
  if connection.buffer ~= "" then
    local bytes = connection.buffer
    connection.buffer = ""
    return bytes
  end
  while true do
    local whole, why, part = connection.socket:receive(65536)
    local bytes = whole or part
    if bytes and bytes ~= "" then return bytes end
    if why ~= "timeout" then error(GONE, 0) end
    coroutine.yield("read")
  end
end

-- Returns the bytes before `mark`.
local function receive_to(connection, mark)
  local bytes = receive(connection)
  local from, to = bytes:find(mark, 1, true)
  while not from do
    bytes = bytes .. receive(connection)
    from, to = bytes:find(mark, 1, true)
  end
  connection.buffer = bytes:sub(to + 1)
  return bytes:sub(1, from - 1)
end

local function receive_exactly(connection, length)
  local parts, left = {}, length
  while left > 0 do
    local bytes = receive(connection)
    parts[#parts + 1] = bytes:sub(1, left)
    connection.buffer = bytes:sub(left + 1)
    left = left - #parts[#parts]
  end
  return table.concat(parts)
end

local function receive_chunks(connection)
  local parts = {}
  while true do
    local size = tonumber(receive_to(connection, "\r\n"):match "^%x+", 16)
    parts[#parts + 1] = receive_exactly(connection, size)
    receive_to(connection, "\r\n")
    if size == 0 then return table.concat(parts) end
  end
end

local function receive_head(connection)
  local head = receive_to(connection, "\r\n\r\n") .. "\r\n"
  local line, rest = head:match "^(.-)\r\n(.*)$"
  local headers, values = {}, {}
  for name, value in rest:gmatch "([^:\r\n]*):[ \t]*([^\r\n]*)\r\n" do
    headers[#headers + 1] = { name, value }
    values[name:lower()] = value
  end
  return line, headers, values
end

local function send(connection, bytes)
  local from = 1
  while from <= #bytes do
    local sent, why, last = connection.socket:send(bytes, from)
    if not sent and why ~= "timeout" then error(GONE, 0) end
    connection.sent = connection.sent + (sent or last) - from + 1
    from = (sent or last) + 1
    if not sent then coroutine.yield("write") end
  end
end

local function drain(connection)
  while true do receive(connection) end
end

local steps = {}
local all = {} -- connections by number
local flight = { now = 0, most = 0, waiting = { count = 0 } }

function steps.read(connection)
  local line, headers, values = receive_head(connection)
  local body
  if (values["transfer-encoding"] or ""):lower() == "chunked" then
    body = receive_chunks(connection)
  else
    body = receive_exactly(connection, tonumber(values["content-length"]) or 0)
  end
  write_log(connection, line, headers, body)
end

function steps.head(connection)
  local line, headers = receive_head(connection)
  write_log(connection, line, headers, "")
end

function steps.part(connection, count)
  local line, headers = receive_head(connection)
  write_log(connection, line, headers, receive_exactly(connection, count))
end

function steps.digest(connection)
  local line, headers, values = receive_head(connection)
  local digest = require("openssl.digest").new "sha256"
  local length = tonumber(values["content-length"])
  local left = length
  while left > 0 do
    local bytes = receive_exactly(connection, math.min(left, 65536))
    digest:update(bytes)
    left = left - #bytes
  end
  local hex = digest:final():gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)
  write_log(connection, line, headers, "", (",length=%d,sha256=%s"):format(length, quote(hex)))
end

function steps.send(connection, bytes)
  send(connection, bytes)
end

function steps.zeros(connection, count)
  local piece = ("\0"):rep(65536)
  for left = count, 1, -#piece do send(connection, piece:sub(1, left)) end
end

local function send_marker(connection, marker)
  local body = ('{"Marker":"%d"}'):format(marker)
  send(connection, ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body))
end

function steps.progress(connection, number)
  send_marker(connection, all[number].sent)
end

function steps.enter()
  flight.now = flight.now + 1
  flight.most = math.max(flight.most, flight.now)
end

-- A connection that has passed "gather" continues even if others have ended meanwhile.
function steps.gather(_, count)
  local mine = flight.waiting
  mine.count = mine.count + 1
  if mine.count == count then flight.waiting = { count = 0 } end
  while mine.count < count do coroutine.yield("time", 0) end
end

function steps.leave()
  flight.now = flight.now - 1
end

function steps.peak(connection)
  send_marker(connection, flight.most)
end

function steps.pause(_, seconds)
  coroutine.yield("time", socket.gettime() + seconds)
end

function steps.stall(connection)
  drain(connection)
end

-- An immediate close would reset the connection if it had unread bytes.
function steps.close(connection)
  connection.socket:shutdown("send")
  drain(connection)
end

function steps.reset(connection)
  connection.socket:setoption("linger", { on = true, timeout = 0 })
  error(GONE, 0)
end

local function play(connection, list)
  for _, step in ipairs(list) do steps[step[1]](connection, step[2]) end
  steps.close(connection)
end

-- Runs a connection until it waits for something. Returns true if it is not finished.
local function resume(connection)
  local fine, event, time = coroutine.resume(connection.thread, connection, connection.list)
  connection.event, connection.time = event, time
  if fine and coroutine.status(connection.thread) ~= "dead" then return true end
  connection.socket:close()
  if not fine and event ~= GONE then error(event, 0) end
end

local BACKLOG = 1024 -- connections that wait to be accepted
local listener = assert(socket.bind("127.0.0.1", 0, BACKLOG))
listener:settimeout(0)
local stdin = { getfd = function() return 0 end, dirty = function() return false end }
local connections, accepted = {}, 0

local function accept()
  local client = listener:accept()
  if not client then return end
  client:settimeout(0)
  client:setoption("tcp-nodelay", true)
  accepted = accepted + 1
  local connection = {
    number = accepted,
    socket = client,
    buffer = "",
    sent = 0,
    list = script[accepted] or script.fallback or { { "reset" } },
    thread = coroutine.create(play),
  }
  all[accepted] = connection
  if resume(connection) then connections[client] = connection end
end

local function wait()
  local readers, writers, first = { stdin, listener }, {}, nil
  for client, connection in pairs(connections) do
    if connection.event == "read" then readers[#readers + 1] = client end
    if connection.event == "write" then writers[#writers + 1] = client end
    if connection.event == "time" then first = math.min(first or math.huge, connection.time) end
  end
  return socket.select(readers, writers, first and math.max(0, first - socket.gettime()))
end

io.stdout:write((select(2, listener:getsockname())), "\n")
io.stdout:flush()

while true do
  local readable, writable = wait()
  if readable[stdin] then break end
  if readable[listener] then accept() end
  local now, ready = socket.gettime(), {}
  for client, connection in pairs(connections) do
    local due = connection.event == "time" and connection.time <= now
    if readable[client] or writable[client] or due then ready[#ready + 1] = connection end
  end
  for _, connection in ipairs(ready) do
    if not resume(connection) then connections[connection.socket] = nil end
  end
end
