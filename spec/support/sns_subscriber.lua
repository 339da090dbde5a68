-- An HTTP subscriber of SNS topics for specs.
--
--   local subscriber = require("spec.support.sns_subscriber").start()
--   service.start { subscriber = TOPIC .. "=" .. subscriber.url .. "/path" }
--   local post = subscriber.receive()
--   subscriber.stop()

local cjson = require "cjson"
local socket = require "socket"

local subscriber = {}

local TIMEOUT = 120 -- seconds
local BACKLOG = 1024 -- connections that wait to be accepted

local function read(connection)
  local path = assert(connection:receive "*l"):match "^POST (%S+) HTTP/1%.1$"
  local headers = {}
  for line in function() return assert(connection:receive "*l") end do
    if line == "" then break end
    local name, value = line:match "^([^:]+): *(.*)$"
    headers[name:lower()] = value
  end
  local body = assert(connection:receive(tonumber(headers["content-length"])))
  local envelope = cjson.decode(body)
  return { path = path, headers = headers, body = body, envelope = envelope,
    job = envelope.Type == "Notification" and cjson.decode(envelope.Message) or nil }
end

--- Listens on a free port. `receive` waits for the next post, responds with `status` (default: 200) and
-- returns { path, headers by lower-case name, body, envelope, job }: the envelope is the decoded body,
-- the job the decoded message of a notification.
function subscriber.start()
  local server = assert(socket.bind("127.0.0.1", 0, BACKLOG))
  server:settimeout(TIMEOUT)
  local _, port = server:getsockname()
  return {
    url = "http://127.0.0.1:" .. port,
    receive = function(status)
      local connection = assert(server:accept())
      connection:settimeout(TIMEOUT)
      local post = read(connection)
      connection:send(("HTTP/1.1 %d Answer\r\nContent-Length: 0\r\n\r\n"):format(status or 200))
      connection:close()
      return post
    end,
    stop = function() server:close() end,
  }
end

return subscriber
