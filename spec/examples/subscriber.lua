-- A minimal HTTP subscriber of an SNS topic: one message per connection.
local socket = require "socket"

local subscriber = {}

--- Listens on a free port of 127.0.0.1.
-- @return table: url (string), message() -> the body of the next notification posted to it
function subscriber.listen()
  local server = assert(socket.bind("127.0.0.1", 0))
  server:settimeout(60)
  local _, port = server:getsockname()
  return {
    url = ("http://127.0.0.1:%d/"):format(port),
    message = function()
      local peer = assert(server:accept())
      local length
      for line in function() return peer:receive "*l" end do
        length = length or tonumber(line:lower():match "^content%-length: (%d+)")
        if line == "" then
          break
        end
      end
      local text = assert(peer:receive(length))
      peer:send "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
      peer:close()
      return text
    end,
  }
end

return subscriber
