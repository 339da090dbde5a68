-- A server in the same process as the client, for the specs of the option `wait`.
local glacier = require "glacier"
local socket = require "socket"

local function client_of(url, options)
  local given = {
    region = "us-east-1", endpoint_url = url, max_attempts = 1, connect_timeout = 30, read_timeout = 30,
    credentials = { access_key_id = "AKID", secret_access_key = "SECRET" },
    env = {},
  }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  return glacier.client(given)
end

local function answer(marker)
  local body = ('{"Marker":"%s"}'):format(marker)
  return ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body)
end

-- A server in this process. `serve` does everything that needs no waiting; the client uses it as `wait`. It answers one
-- request for each connection, except on the first `silent` connections.
local function neighbour(silent)
  local listener = assert(socket.bind("127.0.0.1", 0))
  listener:settimeout(0)
  local self = { url = "http://127.0.0.1:" .. select(2, listener:getsockname()), listener = listener, peers = {} }
  function self.serve()
    local peer = listener:accept()
    if peer then
      peer:settimeout(0)
      self.peers[#self.peers + 1] = { socket = peer }
    end
    for i, one in ipairs(self.peers) do
      one.asked = one.asked or one.socket:receive "*l" ~= nil
      if one.asked and not one.answered and i > (silent or 0) then
        one.answered = one.socket:send(answer "m")
      end
    end
    socket.sleep(0.001)
  end
  -- Waits until the client closes or resets the connection. Returns whether it did so within a minute.
  function self.left(number)
    local peer = self.peers[number].socket
    peer:settimeout(60)
    local why
    repeat
      why = select(2, peer:receive(1))
    until why
    return why == "closed"
  end
  return self
end

return { client_of = client_of, answer = answer, neighbour = neighbour }
