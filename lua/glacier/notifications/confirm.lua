--- Confirms subscriptions of HTTP endpoints to topics.
local classify = require "glacier.call.classify"
local core = require "glacier.core"
local errors = core.errors
local exchanger = require "glacier.call.exchanger"
local new_context = require("glacier.async.context").new
local retry = require "glacier.call.retry"
local sns_url = require "glacier.notifications.sns_url"
local verify = require "glacier.notifications.verify"
local xml = require "glacier.credentials.xml"

local confirm = {}

local OPERATION = "confirm_subscription"

-- Limits for the visit of a SubscribeURL: seconds, if the client has no timeout, and attempts.
local TIMEOUT, ATTEMPTS = 15, 3

local function read(response)
  local root, status = xml.parse(response:body()), response:status()
  local arn = status == 200 and xml.text(root, "ConfirmSubscriptionResult", "SubscriptionArn")
  if arn then
    return arn
  elseif status == 200 then
    return nil, errors.new("transport", "ResponseParserError",
      "the response to ConfirmSubscription has no SubscriptionArn")
  end
  return nil, errors.new("service", xml.text(root, "Error", "Code") or tostring(status),
    xml.text(root, "Error", "Message") or "", { status = status })
end

--- Requests the SubscribeURL of a verified message.
-- Raises `NotificationError`, reason "malformed", if the URL is not a confirmation URL of SNS; the errors of the
-- transport; errors of kind "service" if SNS rejects the request.
-- @param runtime table: of `runtime.new`
-- @param message table: of `verify.message`
-- @return table: SubscriptionArn
function confirm.visit(runtime, message)
  if not sns_url.is_confirmation(message.SubscribeURL) then
    errors.raise("validation", "NotificationError",
      OPERATION .. ": invalid SubscribeURL: expected a URL of SNS that confirms a subscription",
      { operation = OPERATION, reason = "malformed" })
  end
  local context = new_context(runtime.wait, runtime.settings.timeout or TIMEOUT, runtime.clock)
  local arn, err = exchanger.new(runtime)({
    method = "GET", url = message.SubscribeURL, read = read, secrets = { message.Token, message.SubscribeURL },
  }, context, retry.new("standard", ATTEMPTS, core.random))
  if not arn then
    err.operation = "ConfirmSubscription"
    err.retryable = err.retryable or classify(err) ~= nil
    error(err, 0)
  end
  return { SubscriptionArn = arn }
end

--- Verifies a SubscriptionConfirmation and confirms its subscription.
-- Raises as `verify.check_options`, `verify.message` and `confirm.visit` do. For another type of message, such as an
-- UnsubscribeConfirmation, it raises `NotificationError` with the reason "type".
-- @param client table: a client; it fetches the certificate, unless `options` names another client
-- @param runtime table: of `runtime.new`: the client's
-- @param text string: the envelope of SNS
-- @param options table: as of `verify.notification`
-- @return table: SubscriptionArn
function confirm.subscription(client, runtime, text, options)
  verify.check_options(OPERATION, options)
  local chosen = { client = client }
  for name, value in pairs(options) do
    chosen[name] = value
  end
  local message = verify.message(OPERATION, text, chosen, { SubscriptionConfirmation = true })
  return confirm.visit(runtime, message)
end

return confirm
