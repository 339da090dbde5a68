-- The messages that SNS posts to HTTP subscribers, as the developer guide documents them: the pages
-- "HTTP/HTTPS notification JSON format" and "Verifying the signatures of Amazon SNS messages".

local clock = require "http.clock"
local digest = require "openssl.digest"
local identifier = require "http.identifier"
local json = require "http.json"
local settings = require "http.settings"
local signing_key = require "store.signing_key"

local messages = {}

local DIGESTS = { ["1"] = "sha1", ["2"] = "sha256" }

-- The members that are signed, in order.
local SIGNED = {
  Notification = { "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type" },
  SubscriptionConfirmation = { "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type" },
  UnsubscribeConfirmation = { "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type" },
}

-- The order of the members in a message.
local MEMBERS = {
  "Type", "MessageId", "Token", "TopicArn", "Subject", "Message", "SubscribeURL", "Timestamp", "SignatureVersion",
  "Signature", "SigningCertURL", "UnsubscribeURL",
}

-- Returns the address of SNS in the topic's region.
local function address_of(topic)
  local region = topic:match "^[^:]*:[^:]*:sns:([^:]*)"
  return ("https://sns.%s.amazonaws.com%s/"):format(region, region:find "^cn%-" and ".cn" or "")
end

local function signature_of(values)
  local lines = {}
  for _, name in ipairs(SIGNED[values.Type]) do
    if values[name] then lines[#lines + 1] = name .. "\n" .. values[name] .. "\n" end
  end
  local hash = digest.new(DIGESTS[settings.signature_version]):update(table.concat(lines))
  return ngx.encode_base64(signing_key.get().key:sign(hash))
end

-- SNS writes each member on a line of its own.
local function encode(values)
  local lines = {}
  for _, name in ipairs(MEMBERS) do
    if values[name] then lines[#lines + 1] = ("  %s : %s"):format(json.encode(name), json.encode(values[name])) end
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n}"
end

-- Adds the members that all types have, and the signature. Returns the lines of the headers and the body.
local function complete(subscription, values)
  values.MessageId = identifier.uuid()
  values.TopicArn = subscription.topic
  values.Timestamp = clock.extended(clock.now())
  values.SignatureVersion = settings.signature_version
  values.SigningCertURL = address_of(subscription.topic) .. signing_key.get().file
  values.Signature = signature_of(values)
  local body = encode(values)
  local headers = {
    "x-amz-sns-message-type: " .. values.Type,
    "x-amz-sns-message-id: " .. values.MessageId,
    "x-amz-sns-topic-arn: " .. values.TopicArn,
    "Content-Length: " .. #body,
    "Content-Type: text/plain; charset=UTF-8",
    "User-Agent: Amazon Simple Notification Service Agent",
    "Connection: close",
  }
  if subscription.confirmed then headers[#headers + 1] = "x-amz-sns-subscription-arn: " .. subscription.arn end
  return headers, body
end

local function subscribe_url(subscription)
  return ("%s?Action=ConfirmSubscription&TopicArn=%s&Token=%s"):format(address_of(subscription.topic),
    subscription.topic, subscription.token)
end

-- Returns the headers and the body of a message with a subject and a text.
function messages.notification(subscription, subject, text)
  return complete(subscription, {
    Type = "Notification", Subject = subject, Message = text,
    UnsubscribeURL = address_of(subscription.topic) .. "?Action=Unsubscribe&SubscriptionArn=" .. subscription.arn,
  })
end

-- Returns the headers and the body of the message that asks the subscriber to confirm the subscription.
function messages.subscription_confirmation(subscription)
  return complete(subscription, {
    Type = "SubscriptionConfirmation", Token = subscription.token, SubscribeURL = subscribe_url(subscription),
    Message = ("You have chosen to subscribe to the topic %s.\nTo confirm the subscription, visit the "
      .. "SubscribeURL included in this message."):format(subscription.topic),
  })
end

-- Returns the headers and the body of the message that tells the subscriber that the subscription has ended, and how
-- to restore it.
function messages.unsubscribe_confirmation(subscription)
  return complete(subscription, {
    Type = "UnsubscribeConfirmation", Token = subscription.token, SubscribeURL = subscribe_url(subscription),
    Message = ("You have chosen to deactivate subscription %s.\nTo cancel this operation and restore the "
      .. "subscription, visit the SubscribeURL included in this message."):format(subscription.arn),
  })
end

return messages
