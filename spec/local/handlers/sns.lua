-- The part of Amazon SNS that the service needs: topic names, subscriptions and notifications.

local agenda = require "handlers.agenda"
local delivery = require "handlers.sns_delivery"
local errors = require "http.errors"
local messages = require "handlers.sns_messages"
local subscriptions = require "store.subscriptions"

local sns = {}

-- Returns the ARN if it is that of a topic: arn:PARTITION:sns:REGION:ACCOUNT:NAME. The name has up to 256
-- characters of [A-Za-z0-9_-]; that of a FIFO topic ends with .fifo. Raises InvalidParameterValueException
-- otherwise.
function sns.check_topic(arn)
  local name = arn:match "^arn:aws[%l%-]*:sns:%l[%l%d%-]*:%d%d%d%d%d%d%d%d%d%d%d%d:([^:]+)$"
  local plain = name and name:gsub("%.fifo$", "")
  if not plain or #name > 256 or not plain:find "^[%w_-]+$" then
    errors.raise("InvalidParameterValueException", "Invalid SNS topic ARN: %s", arn)
  end
  return arn
end

-- Posts the message, after this returns, to each subscriber of the topic that is confirmed now.
function sns.publish(topic, subject, text)
  for _, subscription in ipairs(subscriptions.list(topic)) do
    if subscription.confirmed then
      local headers, body = messages.notification(subscription, subject, text)
      agenda.add(0, function() delivery.deliver(subscription, headers, body) end)
    end
  end
end

-- Posts a SubscriptionConfirmation to each unconfirmed subscriber. Each worker calls this when it starts, but only
-- the call of worker 0 has an effect, so each subscriber gets one message.
function sns.start()
  if ngx.worker.id() ~= 0 then return end
  for _, subscription in ipairs(subscriptions.list()) do
    if not subscription.confirmed then
      agenda.add(0, function()
        delivery.deliver(subscription, messages.subscription_confirmation(subscription))
      end)
    end
  end
end

-- Confirms the subscription of the topic that has this token, and returns it; nil if there is none.
function sns.confirm(topic, token)
  for _, subscription in ipairs(subscriptions.list(topic)) do
    if subscription.token == token then
      subscription.confirmed = true
      subscriptions.put(subscription)
      return subscription
    end
  end
end

-- Ends the subscription and tells its subscriber. Returns false if there is no such subscription, or if it is not
-- confirmed.
function sns.unsubscribe(arn)
  local subscription = subscriptions.get(arn)
  if not subscription or not subscription.confirmed then return false end
  agenda.add(0, function()
    delivery.deliver(subscription, messages.unsubscribe_confirmation(subscription))
  end)
  local ended = subscriptions.get(arn)
  ended.confirmed = false
  subscriptions.put(ended)
  return true
end

return sns
