-- The HTTP side of SNS: ConfirmSubscription and Unsubscribe, as the URLs in its messages request them,
-- and the certificate of the signing key.

local app = require "http.app"
local identifier = require "http.identifier"
local routes = require "handlers.routes"
local signing_key = require "store.signing_key"
local sns = require "handlers.sns"

local sns_actions = {}

local function send(status, body)
  ngx.status = status
  ngx.header["Content-Type"] = "text/xml"
  ngx.print(body)
  ngx.exit(status)
end

local function send_result(action, result)
  send(200, ('<%sResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">%s<ResponseMetadata><RequestId>%s'
    .. "</RequestId></ResponseMetadata></%sResponse>"):format(action, result, identifier.uuid(), action))
end

local function send_error(status, code, message)
  send(status, ('<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>'
    .. "<Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>")
    :format(code, message, identifier.uuid()))
end

local actions = {}

function actions.ConfirmSubscription(args)
  local subscription = sns.confirm(tostring(args.TopicArn), args.Token)
  if not subscription then return send_error(400, "InvalidParameter", "Invalid parameter: Token") end
  send_result("ConfirmSubscription", ("<ConfirmSubscriptionResult><SubscriptionArn>%s</SubscriptionArn>"
    .. "</ConfirmSubscriptionResult>"):format(subscription.arn))
end

function actions.Unsubscribe(args)
  if not sns.unsubscribe(tostring(args.SubscriptionArn)) then
    return send_error(404, "NotFound", "Subscription does not exist")
  end
  send_result("Unsubscribe", "")
end

-- Answers a request for "/": an action of SNS, or else a request for Glacier.
function sns_actions.answer()
  local args = ngx.req.get_uri_args()
  local action = actions[args.Action]
  if action then return action(args) end
  app.answer(routes)
end

-- Sends the certificate, or 404 for any other file.
function sns_actions.certificate()
  local key = signing_key.get()
  if ngx.var.uri ~= "/" .. key.file then ngx.exit(404) end
  ngx.header["Content-Type"] = "application/x-pem-file"
  ngx.print(key.certificate)
end

return sns_actions
