-- The part of Amazon SNS that the service needs: topics' names, and messages posted to the HTTP
-- subscribers that the service was started with. The form of such a post is on the page "HTTP/HTTPS
-- notification JSON format" of SNS's developer guide; the signature is a placeholder.

local checksum = require "http.checksum"
local clock = require "http.clock"
local errors = require "http.errors"
local json = require "http.json"
local rand = require "openssl.rand"
local settings = require "http.settings"
local semaphore = require "ngx.semaphore"

local sns = {}

local TIMEOUT = 15000 -- milliseconds that a subscriber may take, as with SNS
local ATTEMPTS = 3
local BACKOFF = 1 -- seconds between two attempts
local MOST_POSTS = 32 -- of one worker at the same time

local slots

-- Returns the ARN of a topic: arn:PARTITION:sns:REGION:ACCOUNT:NAME, where the name is up to 256
-- of [A-Za-z0-9_-], for a FIFO topic with .fifo at its end. Raises InvalidParameterValueException.
function sns.check_topic(arn)
  local name = arn:match "^arn:aws[%l%-]*:sns:%l[%l%d%-]*:%d%d%d%d%d%d%d%d%d%d%d%d:([^:]+)$"
  local plain = name and name:gsub("%.fifo$", "")
  if not plain or #name > 256 or not plain:find "^[%w_-]+$" then
    errors.raise("InvalidParameterValueException", "Invalid SNS topic ARN: %s", arn)
  end
  return arn
end

-- A random UUID.
local function uuid()
  local hex = checksum.hex(rand.bytes(16))
  return (hex:gsub("^(" .. ("%x"):rep(8) .. ")(%x%x%x%x)%x(%x%x%x)%x(%x%x%x)(%x+)$",
    "%1-%2-4%3-8%4-%5"))
end

-- SNS writes each member on a line of its own.
local function envelope(values)
  local lines = {}
  for i, pair in ipairs(values) do
    lines[i] = ("  %s : %s"):format(json.encode(pair[1]), json.encode(pair[2]))
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n}"
end

-- The post of a message: its headers' lines and its body.
local function notification(topic, subject, message)
  local id, subscription = uuid(), topic .. ":" .. uuid()
  local address = ("https://sns.%s.amazonaws.com/"):format(topic:match "^[^:]*:[^:]*:sns:([^:]*)")
  local body = envelope {
    { "Type", "Notification" },
    { "MessageId", id },
    { "TopicArn", topic },
    { "Subject", subject },
    { "Message", message },
    { "Timestamp", clock.extended(clock.now()) },
    { "SignatureVersion", "1" },
    { "Signature", ngx.encode_base64 "placeholder" },
    { "SigningCertURL", address .. "SimpleNotificationService-placeholder.pem" },
    { "UnsubscribeURL", address .. "?Action=Unsubscribe&SubscriptionArn=" .. subscription },
  }
  return {
    "x-amz-sns-message-type: Notification",
    "x-amz-sns-message-id: " .. id,
    "x-amz-sns-topic-arn: " .. topic,
    "x-amz-sns-subscription-arn: " .. subscription,
    "Content-Length: " .. #body,
    "Content-Type: text/plain; charset=UTF-8",
    "User-Agent: Amazon Simple Notification Service Agent",
    "Connection: close",
  }, body
end

-- True where the subscriber has answered with a success, else nil and what happened.
local function post(subscriber, headers, body)
  local socket = ngx.socket.tcp()
  socket:settimeouts(TIMEOUT, TIMEOUT, TIMEOUT)
  local ok, problem = socket:connect(subscriber.host, subscriber.port)
  if not ok then return nil, problem end
  local host = ("Host: %s:%d"):format(subscriber.host, subscriber.port)
  ok, problem = socket:send { "POST ", subscriber.path, " HTTP/1.1\r\n", host, "\r\n",
    table.concat(headers, "\r\n"), "\r\n\r\n", body }
  local line
  if ok then line, problem = socket:receive "*l" end
  socket:close()
  if line and line:find "^HTTP/1%.%d 2%d%d" then return true end
  return nil, line or problem
end

local function deliver(subscriber, headers, body)
  slots = slots or assert(semaphore.new(MOST_POSTS))
  local ok, problem
  for attempt = 1, ATTEMPTS do
    if attempt > 1 then ngx.sleep(BACKOFF) end
    while not slots:wait(60) do end -- luacheck: ignore 542
    ok, problem = post(subscriber, headers, body)
    slots:post()
    if ok then return end
  end
  ngx.log(ngx.ERR, "a notification was not taken by ", subscriber.url, ": ", problem)
end

-- Posts the message to each of the topic's subscribers, which are tried more than once.
function sns.publish(topic, subject, message)
  for _, subscriber in ipairs(settings.subscribers[topic] or {}) do
    ngx.thread.spawn(deliver, subscriber, notification(topic, subject, message))
  end
end

return sns
