--- What arrives from a topic: notifications of completed jobs.
local cjson = require "cjson"
local core = require "glacier.core"
local errors = require "glacier.errors"

local message = {}

-- An instance of our own, as in glacier.call: settings that a program makes on the shared one do
-- not reach it.
local json = cjson.new()
json.decode_invalid_numbers(false)

local function refuse(text, ...)
  return errors.raise("validation", "ParamValidationError", "parse_notification: " .. text:format(...))
end

-- The JSON object that a text is.
local function object(text, what)
  local good, value = pcall(json.decode, text)
  if not good then
    return refuse("%s is no JSON", what)
  elseif type(value) ~= "table" or not text:find "^[ \t\r\n]*{" then
    return refuse("%s is JSON, but no object", what)
  end
  return value
end

-- What SNS sends beside notifications (SNS, "HTTP/HTTPS subscription confirmation JSON format").
-- Their URLs hold a token, so they are not shown.
local others = {
  SubscriptionConfirmation = "a SubscriptionConfirmation of SNS, no notification: the subscription is confirmed by"
    .. " visiting its SubscribeURL",
  UnsubscribeConfirmation = "an UnsubscribeConfirmation of SNS, no notification: the subscription has ended",
}

-- The message in an envelope of SNS; raw delivery brings the message alone.
local function unwrap(text)
  local value = object(text, "the text")
  local kind = value.Type
  if kind == nil then
    return text, value
  elseif others[kind] then
    return refuse("the text is %s", others[kind])
  elseif kind ~= "Notification" then
    return refuse("the text is no notification: its Type is another")
  elseif type(value.Message) ~= "string" then
    return refuse("the notification has no Message")
  end
  return value.Message, object(value.Message, "the Message")
end

-- By shape, on the way that every response takes.
local function describe(text, value)
  local good, response = pcall(core.response, { status = 200, body = text })
  if not good then
    return refuse("the text is too long")
  end
  local job, err = core.parse("DescribeJob", response, value)
  if not job then
    return refuse("the message is no description of a job: %s", err.message)
  elseif type(job.JobId) ~= "string" then
    return refuse("the message is no description of a job: it has no JobId")
  end
  job.ResponseMetadata = nil
  return job
end

--- Reads a notification: the envelope of SNS as HTTP endpoints and queues get it, or the message
-- alone as raw delivery brings it. The signature of the envelope is not checked.
-- Raises `ParamValidationError`, which says what it is instead: a confirmation of SNS, another
-- message, or no JSON.
-- @param text string
-- @return table: the job's description, member for member as `describe_job` gives it, without
--   ResponseMetadata
function message.parse(text)
  if type(text) ~= "string" then
    return refuse("a string is wanted, not a %s", type(text))
  end
  return describe(unwrap(text))
end

return message
