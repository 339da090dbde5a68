-- Creates signed messages of SNS, with its own key and certificate.
--
--   local sns = sns_messages.new()
--   local text = sns:message { Message = "{}" }   -- a Notification; `Type` selects another type
--   sns.certificate                              -- PEM
--
-- A field that is `false` is left out. The fields in `unsigned` are added after signing. Needs luaossl.
local cjson = require "cjson"
local digest = require "openssl.digest"
local name = require "openssl.x509.name"
local pkey = require "openssl.pkey"
local x509 = require "openssl.x509"

local sns_messages = {}

-- Seconds since the epoch: 2026-01-01T00:00:00Z. The certificates are valid a day before and after it.
sns_messages.NOW = 1767225600
sns_messages.TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
sns_messages.URL = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"

local DAY = 86400

local signed = {
  Notification = { "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type" },
  other = { "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type" },
}

local Sns = {}
Sns.__index = Sns

local function subject_of(text)
  local subject = name.new()
  subject:add("CN", text)
  return subject
end

-- Creates a certificate for the key, as PEM. `from` and `to` are seconds since the epoch.
function Sns:certificate_for(from, to)
  local certificate = x509.new()
  certificate:setVersion(3)
  certificate:setSerial(1)
  certificate:setSubject(subject_of "sns.amazonaws.com")
  certificate:setIssuer(subject_of "sns.amazonaws.com")
  certificate:setLifetime(from, to)
  certificate:setPublicKey(self.key)
  certificate:sign(self.key, "sha256")
  return certificate:toPEM()
end

function sns_messages.new(bits)
  local self = setmetatable({ key = pkey.new { type = "RSA", bits = bits or 2048 } }, Sns)
  self.certificate = self:certificate_for(sns_messages.NOW - DAY, sns_messages.NOW + DAY)
  return self
end

-- Returns the base64 of the signature of a string.
function Sns:sign(text, hash)
  local raw = self.key:sign(digest.new(hash):update(text))
  return (require("mime").b64(raw))
end

local function string_to_sign(fields)
  local pieces = {}
  for _, member in ipairs(signed[fields.Type] or signed.other) do
    if fields[member] then
      pieces[#pieces + 1] = member .. "\n" .. fields[member] .. "\n"
    end
  end
  return table.concat(pieces)
end

local defaults = {
  Type = "Notification", MessageId = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", TopicArn = sns_messages.TOPIC,
  Message = '{"JobId":"HkF9p6","StatusCode":"Succeeded"}', Timestamp = "2026-01-01T00:00:00.000Z",
  SignatureVersion = "1", SigningCertURL = sns_messages.URL,
}

local for_confirmation = {
  Token = "TOKEN", Message = "You have chosen to subscribe to the topic.",
  SubscribeURL = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" .. sns_messages.TOPIC
    .. "&Token=TOKEN",
}

local function merge(...)
  local fields = {}
  for _, part in ipairs { ... } do
    for member, value in pairs(part) do fields[member] = value or nil end
  end
  return fields
end

-- Returns the fields of a message with its signature.
function Sns:fields(given)
  local is_confirmation = given and given.Type and given.Type ~= "Notification"
  local fields = merge(defaults, is_confirmation and for_confirmation or {}, given or {})
  for member, value in pairs(given or {}) do
    if value == false then fields[member] = nil end
  end
  local hash = fields.SignatureVersion == "2" and "sha256" or "sha1"
  fields.Signature = given and given.Signature or self:sign(string_to_sign(fields), hash)
  return fields
end

-- Returns a message as SNS posts it. `unsigned` has fields to change after signing; false removes a field.
function Sns:message(given, unsigned)
  local fields = self:fields(given)
  for member, value in pairs(unsigned or {}) do
    fields[member] = value ~= false and value or nil
  end
  return cjson.encode(fields)
end

return sns_messages
