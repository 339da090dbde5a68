--- Reads notifications of completed jobs in the formats in which SNS, SQS and Lambda deliver them.
local core = require "glacier.core"
local errors = core.errors
local json = require "glacier.json"
local names = require "glacier.notifications.names"

local message = {}

local unpack = rawget(table, "unpack") or rawget(_G, "unpack")

-- The messages of SNS that are not notifications (SNS, "HTTP/HTTPS subscription confirmation JSON format").
-- Error messages do not show their URLs, which contain a token.
local confirmations = {
  SubscriptionConfirmation = "a SubscriptionConfirmation of SNS, not a notification: confirm the subscription with"
    .. " client:confirm_subscription, or by visiting its SubscribeURL",
  UnsubscribeConfirmation = "an UnsubscribeConfirmation of SNS, not a notification: the subscription has ended",
}

-- Each function below with the parameter `what` returns nil and the problem for an invalid value. `what` describes the
-- value in an error message.

local function object(text, what)
  local value = json.decode(text)
  if value == nil then
    return nil, ("%s is not JSON"):format(what)
  elseif type(value) ~= "table" or not text:find "^[ \t\r\n]*[{]" then
    return nil, ("%s is JSON, but not an object"):format(what)
  end
  return value
end

-- Describes an event that comes from another service; nil if it is unknown.
local function other_event(value)
  local record = type(value.Records) == "table" and value.Records[1]
  value = type(record) == "table" and record or value
  local origin = value.eventSource or value.EventSource
  if origin == "aws:s3" or value.Event == "s3:TestEvent" then
    return "an S3 event"
  elseif type(value["detail-type"]) == "string" then
    return "an EventBridge event"
  elseif type(origin) == "string" then
    return "an event of " .. names.quote(origin)
  elseif type(value.AlarmName) == "string" then
    return "a CloudWatch alarm"
  end
end

-- Reads the description of a job, which has the members of DescribeJob's output.
local function describe(value, what)
  local other = other_event(value)
  if other then
    return nil, ("%s is %s, not a notification of a vault"):format(what, other)
  end
  local job, err = core.parse("DescribeJob", core.response { status = 200, body = "{}" }, value)
  if not job then
    return nil, ("%s is not the description of a job: %s"):format(what, err.message)
  elseif type(job.JobId) ~= "string" then
    return nil, ("%s is not the description of a job: it has no JobId"):format(what)
  end
  job.ResponseMetadata = nil
  return job
end

--- Reads the job description in an envelope of SNS.
-- @param envelope table: decoded
-- @param what string: describes the envelope in an error message
-- @return table: the output of DescribeJob; or nil and the problem
function message.of_envelope(envelope, what)
  local kind = envelope.Type
  if confirmations[kind] then
    return nil, ("%s is %s"):format(what, confirmations[kind])
  elseif kind ~= "Notification" then
    return nil, ("%s is not a notification: it has another Type"):format(what)
  elseif type(envelope.Message) ~= "string" then
    return nil, ("%s has no Message"):format(what)
  end
  local value, why = object(envelope.Message, "the Message of " .. what)
  if not value then
    return nil, why
  end
  return describe(value, "the Message of " .. what)
end

-- Reads an envelope, or the message itself, which raw delivery sends without an envelope.
local function of_payload(value, what)
  if value.Type ~= nil then
    return message.of_envelope(value, what)
  end
  return describe(value, what)
end

-- Returns the body of an SQS message. The member is named Body in the API of SQS, and body in events for Lambda.
local function queue_body(value)
  local body = value.Body or value.body
  return type(body) == "string" and body or nil
end

-- Reads an item of a Lambda event or of a list of SQS messages.
local function of_record(record, what)
  if type(record) ~= "table" then
    return nil, ("%s is not an object"):format(what)
  elseif type(record.Sns) == "table" then
    return message.of_envelope(record.Sns, what)
  end
  local body = queue_body(record)
  if not body then
    return nil, ("%s is %s, not a message of SNS or SQS"):format(what, other_event(record) or "of an unknown kind")
  end
  local value, why = object(body, what .. " is an SQS message whose body")
  if not value then
    return nil, why
  end
  return of_payload(value, "the body of " .. what)
end

-- LuaJIT's unpack returns at most about 8,000 values.
local MOST = 5000

local function of_list(list, what)
  local jobs = {}
  if #list > MOST then
    return nil, ("%s contains more than %d messages"):format(what, MOST)
  end
  for position, record in ipairs(list) do
    local job, why = of_record(record, ("message %d of %s"):format(position, what))
    if not job then
      return nil, why
    end
    jobs[position] = job
  end
  if not jobs[1] then
    return nil, ("%s contains no message"):format(what)
  end
  return jobs
end

local function of_text(text)
  local value = json.decode(text)
  if value == nil then
    return nil, "the text is not JSON"
  elseif type(value) ~= "table" then
    return nil, "the text is JSON, but neither an object nor a list"
  elseif text:find "^[ \t\r\n]*%[" then
    return of_list(value, "the list")
  end
  local list = value.Records or value.Messages
  if type(list) == "table" then
    return of_list(list, value.Records and "the event" or "the list of messages")
  end
  local read = (queue_body(value) or value.Sns) and of_record or of_payload
  local job, why = read(value, "the text")
  return job and { job }, why
end

--- Reads notifications: the envelope of SNS that HTTP endpoints and queues get, the bare message of raw
-- delivery, an event for Lambda from SNS or SQS, an SQS message, or a list of SQS messages (also the
-- response of ReceiveMessage). Does not check the signature of an envelope; see `glacier.verify_notification`.
-- Raises `ParamValidationError` for any other text; the message says what the text is.
-- @param text string
-- @return tables: one job description for each message in the text, in order. A description has the members of
--   `describe_job`'s output, without ResponseMetadata
function message.parse(text)
  local jobs, why
  if type(text) == "string" then
    jobs, why = of_text(text)
  else
    why = ("expected a string, got a %s"):format(type(text))
  end
  if not jobs then
    errors.invalid("parse_notification", "parse_notification: " .. why)
  end
  return unpack(jobs, 1, #jobs)
end

return message
