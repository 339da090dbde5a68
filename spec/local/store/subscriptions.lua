-- The subscriptions of SNS topics, in memory that the workers share. A subscription is a table
--   { arn, topic, url, host, port, path, confirmed, token }
-- whose token confirms it. The first subscriptions come from the settings. They are stored when this
-- module is loaded, which must be before the workers are forked.

local checksum = require "http.checksum"
local cjson = require "cjson"
local identifier = require "http.identifier"
local rand = require "openssl.rand"
local settings = require "http.settings"

local subscriptions = {}

local shared = ngx.shared.subscriptions

-- Stores a new or changed subscription.
function subscriptions.put(subscription)
  assert(shared:safe_set(subscription.arn, cjson.encode(subscription)))
end

-- Returns the subscription or nil.
function subscriptions.get(arn)
  local text = shared:get(arn)
  return text and cjson.decode(text)
end

-- Returns the subscriptions of a topic, or all of them; sorted, so that every worker has the same order.
function subscriptions.list(topic)
  local list = {}
  for _, arn in ipairs(shared:get_keys(0)) do
    local subscription = subscriptions.get(arn)
    if not topic or subscription.topic == topic then list[#list + 1] = subscription end
  end
  table.sort(list, function(a, b) return a.arn < b.arn end)
  return list
end

for topic, subscribers in pairs(settings.subscribers) do
  for _, subscriber in ipairs(subscribers) do
    subscriptions.put {
      arn = topic .. ":" .. identifier.uuid(), topic = topic, url = subscriber.url, host = subscriber.host,
      port = subscriber.port, path = subscriber.path, confirmed = subscriber.confirmed,
      token = checksum.hex(rand.bytes(64)),
    }
  end
end

return subscriptions
