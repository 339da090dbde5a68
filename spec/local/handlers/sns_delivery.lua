-- Posts messages to HTTP subscribers, with retries.

local semaphore = require "ngx.semaphore"

local delivery = {}

local TIMEOUT = 15000 -- milliseconds to connect, to send, and to wait for the response, each; SNS waits 15 s too
local ATTEMPTS = 3
local BACKOFF = 1 -- seconds between two attempts
local MOST_POSTS = 32 -- of one worker at the same time

local slots

-- Returns true if the subscriber has responded with success, else nil and the reason.
local function post(subscription, headers, body)
  local socket = ngx.socket.tcp()
  socket:settimeouts(TIMEOUT, TIMEOUT, TIMEOUT)
  local ok, why = socket:connect(subscription.host, subscription.port)
  if not ok then return nil, why end
  local host = ("Host: %s:%d"):format(subscription.host, subscription.port)
  ok, why = socket:send { "POST ", subscription.path, " HTTP/1.1\r\n", host, "\r\n",
    table.concat(headers, "\r\n"), "\r\n\r\n", body }
  local line
  if ok then line, why = socket:receive "*l" end
  socket:close()
  if line and line:find "^HTTP/1%.%d 2%d%d" then return true end
  return nil, line or why
end

-- Posts the message until the subscriber responds with success, at most ATTEMPTS times.
function delivery.deliver(subscription, headers, body)
  slots = slots or assert(semaphore.new(MOST_POSTS))
  local ok, why
  for attempt = 1, ATTEMPTS do
    if attempt > 1 then ngx.sleep(BACKOFF) end
    while not slots:wait(60) do end -- luacheck: ignore 542
    ok, why = post(subscription, headers, body)
    slots:post()
    if ok then return end
  end
  ngx.log(ngx.ERR, "a message was not accepted by ", subscription.url, ": ", why)
end

return delivery
