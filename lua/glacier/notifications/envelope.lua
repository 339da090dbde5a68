--- The signed messages of SNS as HTTP endpoints receive them: their members, and the string that is signed. The
-- source is SNS's developer guide, "Verifying the signatures of Amazon SNS messages".
local core = require "glacier.core"
local json = require "glacier.json"
local names = require "glacier.notifications.names"

local envelope = {}

-- By type: the members that are signed, in this order. A "?" marks one that may be absent.
local signed = {
  Notification = { "Message", "MessageId", "Subject?", "Timestamp", "TopicArn", "Type" },
  SubscriptionConfirmation = { "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type" },
}
signed.UnsubscribeConfirmation = signed.SubscriptionConfirmation

-- The unsigned members that verification needs.
local unsigned = { "SignatureVersion", "Signature", "SigningCertURL" }

local hashes = { ["1"] = "sha1", ["2"] = "sha256" }

-- Events for Lambda spell these members differently.
local spellings = { SigningCertURL = "SigningCertUrl", SubscribeURL = "SubscribeUrl" }

local function take(value, name)
  local optional = name:sub(-1) == "?"
  name = optional and name:sub(1, -2) or name
  local member = value[name] == nil and spellings[name] and value[spellings[name]] or value[name]
  if optional and (member == nil or member == json.null) then
    return name
  elseif type(member) ~= "string" then
    return name, nil, ("the member %s is %s"):format(name, member == nil and "missing" or "not a string")
  -- The signed string separates members by line breaks. If a member could contain a line break, two different messages
  -- could have the same signature. Message is an exception, because it comes first.
  elseif name ~= "Message" and member:find "%c" then
    return name, nil, ("the member %s contains control characters"):format(name)
  end
  return name, member
end

local function take_all(message, value, list)
  for _, entry in ipairs(list) do
    local name, member, why = take(value, entry)
    if why then
      return why
    end
    message[name] = member
  end
end

--- Reads a message of SNS.
-- @param text string: any bytes
-- @return table: the signed members, SignatureVersion, Signature and SigningCertURL, all strings; or nil, a reason
--   ("malformed" or "type") and the problem
function envelope.read(text)
  local value = json.decode(text)
  if type(value) ~= "table" or not text:find "^[ \t\r\n]*{" then
    return nil, "malformed", "the text is not a JSON object"
  elseif type(value.Type) ~= "string" then
    return nil, "malformed", "the text is not a message of SNS: it has no Type"
  elseif not signed[value.Type] then
    return nil, "type", ("unknown type of message: %s"):format(names.quote(value.Type))
  end
  local message = {}
  local why = take_all(message, value, signed[value.Type]) or take_all(message, value, unsigned)
  if why then
    return nil, "malformed", why
  end
  return message
end

--- Checks the signature of a message.
-- @param message table: of `envelope.read`
-- @param certificate certificate of glacier.core
-- @return true; or nil and the problem
function envelope.verify(message, certificate)
  local hash = hashes[message.SignatureVersion]
  if not hash then
    return nil, ("unknown SignatureVersion %s"):format(names.quote(message.SignatureVersion))
  end
  local pieces = {}
  for _, entry in ipairs(signed[message.Type]) do
    local name = entry:gsub("%?", "")
    if message[name] then
      pieces[#pieces + 1] = name .. "\n" .. message[name] .. "\n"
    end
  end
  return certificate:verify(table.concat(pieces), message.Signature, hash)
end

--- Checks the age of a message.
-- @param message table: of `envelope.read`
-- @param now number: seconds since the epoch
-- @param max_age number: seconds by which Timestamp may differ from `now`, before or after
-- @return true; or nil and the problem
function envelope.check_age(message, now, max_age)
  local sent = core.parse_date(message.Timestamp)
  if not sent then
    return nil, ("cannot read the Timestamp %s"):format(names.quote(message.Timestamp))
  elseif math.abs(now - sent) > max_age then
    return nil, ("the Timestamp %s is %.0f seconds %s; at most %.0f seconds are allowed"):format(
      names.quote(message.Timestamp), math.abs(now - sent), sent < now and "ago" or "ahead", max_age)
  end
  return true
end

return envelope
