--- Verifies messages of SNS, so that a program can trust them. Each error says which check failed.
local certificates = require "glacier.notifications.certificates"
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local envelope = require "glacier.notifications.envelope"
local errors = core.errors
local message_of = require("glacier.notifications.message").of_envelope
local names = require "glacier.notifications.names"
local new_runtime = require("glacier.runtime").new
local sns_url = require "glacier.notifications.sns_url"

local verify = {}

--- The default maximum age of a message in seconds. SNS repeats a delivery for at most an hour.
verify.MAX_AGE = 3600

local function is_list_of_topics(value)
  if type(value) ~= "table" or value[1] == nil then
    return false
  end
  for _, topic in ipairs(value) do
    if type(topic) ~= "string" then
      return false
    end
  end
  return true
end

-- By option: whether a value is valid, and what is expected.
local known = {
  topics = function(value)
    return is_list_of_topics(value), "a list of topic ARNs"
  end,
  max_age = function(value)
    return value == nil or value == false or (type(value) == "number" and value >= 0), "a number of seconds, or false"
  end,
  certificate = function(value)
    return value == nil or type(value) == "string", "a PEM text"
  end,
  client = function(value)
    return value == nil or (type(value) == "table" and type(value._runtime) == "function"), "a client"
  end,
  clock = function(value)
    return value == nil or type(value) == "function", "a function that returns seconds since the epoch"
  end,
}

--- Checks the options of verification.
-- Raises `ParamValidationError`.
-- @param operation string: the function that was called
-- @param options table
-- @return table: the options
function verify.check_options(operation, options)
  if type(options) ~= "table" then
    errors.invalid(operation, ("%s: expected a table of options, got a %s"):format(operation, type(options)))
  end
  local violations = {}
  for name in pairs(options) do
    violations[#violations + 1] = not known[name] and ("unknown option %s"):format(names.quote(name)) or nil
  end
  for name, check in pairs(known) do
    local valid, expected = check(options[name])
    violations[#violations + 1] = not valid and ("invalid option %s: expected %s"):format(name, expected) or nil
  end
  errors.check(operation, violations)
  return options
end

local function raise_error(operation, reason, text, retryable)
  return errors.raise("validation", "NotificationError", ("%s: %s"):format(operation, text),
    { operation = operation, reason = reason, retryable = retryable or false })
end

-- Later times, infinity and NaN are rejected, because no date can be compared with them.
local LAST_SECOND = 1e12

local function now_of(operation, options)
  local now = (options.clock or core.time)()
  if type(now) ~= "number" or now ~= now or math.abs(now) > LAST_SECOND then
    errors.invalid(operation, ("%s: the option clock returned %s, not seconds since the epoch"):format(
      operation, names.quote(now)))
  end
  return now
end

local module_runtime

--- Returns the runtime of the client in the options, or else the runtime of this module. The module's runtime signs
-- nothing, so it needs no keys, and its region does not matter.
-- Raises the errors of `runtime.new`.
function verify.runtime(options)
  if options.client then
    return options.client._runtime()
  end
  module_runtime = module_runtime or new_runtime { region = "us-east-1", credentials = function() end }
  return module_runtime
end

-- Returns the certificate from the options or from the message's URL; or nil, the problem, and whether trying again
-- could help.
local function certificate_of(message, options)
  if options.certificate then
    return core.certificate(options.certificate)
  end
  local good, runtime = copcall.call(verify.runtime, options)
  if not good and type(runtime) == "table" then
    return nil, "cannot make a client: " .. runtime.message
  elseif not good then
    error(runtime, 0) -- for example, out of memory
  end
  return certificates.get(runtime, message.SigningCertURL)
end

local function check_signature(operation, message, options)
  if not sns_url.is_certificate(message.SigningCertURL) then
    raise_error(operation, "certificate_url", "invalid SigningCertURL " .. names.quote(message.SigningCertURL)
      .. ": expected the URL of a certificate of SNS")
  end
  local source = options.certificate and "in the option certificate" or "at " .. message.SigningCertURL
  local certificate, why, retryable = certificate_of(message, options)
  if not certificate then
    raise_error(operation, "certificate", ("no certificate %s: %s"):format(source, why), retryable)
  end
  local good
  local now = now_of(operation, options)
  good, why = certificate:valid_at(now)
  if not good then
    raise_error(operation, "certificate", ("the certificate %s: %s"):format(source, why))
  end
  good, why = envelope.verify(message, certificate)
  if not good then
    raise_error(operation, "signature", why)
  end
  return now
end

local function check_topic(operation, message, topics)
  for _, topic in ipairs(topics) do
    if topic == message.TopicArn then
      return
    end
  end
  raise_error(operation, "topic", ("the topic %s is not allowed"):format(names.quote(message.TopicArn)))
end

--- Verifies a message of SNS of any type.
-- Raises `NotificationError` with a `reason`: "malformed", "type", "topic", "certificate_url", "certificate",
-- "signature" or "expired". Its `retryable` is true if fetching the certificate failed and may succeed later. Raises
-- `ParamValidationError` if the option `clock` does not return a time.
-- @param operation string: the function that was called
-- @param text string: any bytes
-- @param options table: of `verify.check_options`
-- @param types table: the types that are expected, as keys; nil for all
-- @return table: of `envelope.read`
function verify.message(operation, text, options, types)
  if type(text) ~= "string" then
    raise_error(operation, "malformed", ("expected a string, got a %s"):format(type(text)))
  end
  local message, reason, why = envelope.read(text)
  if not message then
    raise_error(operation, reason, why)
  elseif types and not types[message.Type] then
    raise_error(operation, "type", ("unexpected type of message: %s"):format(message.Type))
  end
  check_topic(operation, message, options.topics)
  local now = check_signature(operation, message, options)
  if options.max_age ~= false then
    local good
    good, why = envelope.check_age(message, now, options.max_age or verify.MAX_AGE)
    if not good then
      raise_error(operation, "expired", why)
    end
  end
  return message
end

--- Reads the job description in a verified notification.
-- Raises `NotificationError`, reason "malformed".
-- @return table: the output of DescribeJob
-- @return table: MessageId, TopicArn, Timestamp, Type, Subject (may be nil)
function verify.job(operation, message)
  local job, why = message_of(message, "the message")
  if not job then
    raise_error(operation, "malformed", why)
  end
  return job, verify.summary(message)
end

--- Returns the members of a message that callers get. Members that can confirm or end a subscription are left out.
-- @return table: MessageId, TopicArn, Timestamp, Type, Subject (may be nil)
function verify.summary(message)
  return {
    MessageId = message.MessageId, TopicArn = message.TopicArn, Timestamp = message.Timestamp, Type = message.Type,
    Subject = message.Subject,
  }
end

local OPERATION = "verify_notification"

--- Verifies and reads a notification of SNS.
-- Raises `NotificationError` with a `reason` for an invalid one; `ParamValidationError` for invalid options.
-- @param text string: the envelope of SNS, as an HTTP endpoint received it
-- @param options table: topics (list of the allowed topic ARNs), max_age (seconds, 3600; false: any age), certificate
--   (PEM; nothing is fetched then), client (fetches the certificate; by default an internal client), clock
--   (function() -> seconds since the epoch)
-- @return table: the job description, as of `describe_job`, without ResponseMetadata
-- @return table: MessageId, TopicArn, Timestamp, Type, Subject (may be nil)
function verify.notification(text, options)
  verify.check_options(OPERATION, options)
  return verify.job(OPERATION, verify.message(OPERATION, text, options, { Notification = true }))
end

return verify
