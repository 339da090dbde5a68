-- client:confirm_subscription: confirms the subscription of an HTTP endpoint.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local sns_messages = require "spec.support.sns_messages"

local NOW, TOPIC = sns_messages.NOW, sns_messages.TOPIC

local ANSWER = [[<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <ConfirmSubscriptionResult>
    <SubscriptionArn>arn:aws:sns:us-west-2:012345678901:mytopic:5be8a5a5</SubscriptionArn>
  </ConfirmSubscriptionResult>
  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
</ConfirmSubscriptionResponse>]]

local REFUSAL = [[<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>
  <Code>InvalidParameter</Code><Message>Invalid token TOKEN</Message></Error><RequestId>r</RequestId></ErrorResponse>]]

describe("confirm_subscription", function()
  local sns, requests, client, answer

  setup(function() sns = sns_messages.new(1024) end)

  before_each(function()
    requests, answer = {}, { status = 200, body = ANSWER }
    client = glacier.client {
      region = "us-west-2", env = {}, wait = function() end, random = function() return 0 end,
      credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "EXAMPLESECRETKEY" },
      transport = function(request)
        requests[#requests + 1] = request
        if request.url:find "%.pem$" then return { status = 200, body = sns.certificate } end
        return answer
      end,
    }
  end)

  after_each(function() client:close() end)

  local function confirm(fields, unsigned, more)
    local given = { topics = { TOPIC }, certificate = sns.certificate, clock = function() return NOW end }
    for name, value in pairs(more or {}) do given[name] = value or nil end
    local merged = { Type = "SubscriptionConfirmation" }
    for name, value in pairs(fields or {}) do merged[name] = value end
    return client:confirm_subscription(sns:message(merged, unsigned), given)
  end

  for _, version in ipairs { "1", "2" } do
    it("visits the SubscribeURL of a genuine message with SignatureVersion " .. version, function()
      assert.same({ SubscriptionArn = "arn:aws:sns:us-west-2:012345678901:mytopic:5be8a5a5" },
        confirm { SignatureVersion = version })
      assert.equal(1, #requests)
      assert.equal("GET", requests[1].method)
      local query = ("?Action=ConfirmSubscription&TopicArn=%s&Token=TOKEN"):format(TOPIC)
      assert.equal("https://sns.us-west-2.amazonaws.com/" .. query, requests[1].url)
    end)
  end

  it("fetches the certificate through the client", function()
    confirm(nil, nil, { certificate = false })
    assert.equal(2, #requests)
    assert.truthy(requests[1].url:find "%.pem$")
  end)

  for member, value in pairs {
    Message = "x", MessageId = "x",
    SubscribeURL = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&x=y",
    Timestamp = "2026-01-01T00:00:01.000Z", Token = "OTHER", SignatureVersion = "2", Signature = "AAAA",
  } do
    it("rejects a message after a change of " .. member, function()
      local err = failure(confirm, nil, { [member] = value })
      assert.equal("NotificationError", err.code)
      assert.equal("signature", err.reason)
      assert.equal("confirm_subscription", err.operation)
      assert.equal(0, #requests)
    end)
  end

  for _, kind in ipairs { "Notification", "UnsubscribeConfirmation" } do
    it("reports that a message is of the type " .. kind, function()
      local err = failure(confirm, { Type = kind })
      assert.equal("type", err.reason)
      assert.truthy(err.message:find(kind, 1, true))
      assert.equal(0, #requests)
    end)
  end

  local HOST = "https://sns.us-west-2.amazonaws.com"
  for _, url in ipairs {
    "", "x", HOST, HOST .. "/", HOST .. "/?Action=Unsubscribe&SubscriptionArn=x",
    HOST .. "/x?Action=ConfirmSubscription&x=y",
    "http://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=x",
    "https://sns.us-west-2.amazonaws.com.evil.example/?Action=ConfirmSubscription&Token=x",
    "https://sns.s3-us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=x",
    "https://a@sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=x",
    HOST .. ":8443/?Action=ConfirmSubscription&Token=x", HOST .. "/?Action=ConfirmSubscription&Token=x#y",
    HOST .. "/?Action=ConfirmSubscription&Token=x y",
  } do
    it(("does not visit %q"):format(url), function()
      local err = failure(confirm, { SubscribeURL = url })
      assert.equal("NotificationError", err.code)
      assert.equal("malformed", err.reason)
      assert.equal(0, #requests)
    end)
  end

  it("rejects other topics, expired messages and missing members", function()
    assert.equal("topic", failure(confirm, { TopicArn = TOPIC .. "2" }).reason)
    assert.equal("expired", failure(confirm, { Timestamp = "2025-12-31T00:00:00.000Z" }).reason)
    assert.equal("malformed", failure(confirm, nil, { Token = false }).reason)
    assert.equal("malformed", failure(confirm, nil, { SubscribeURL = false }).reason)
    assert.equal("ParamValidationError", failure(client.confirm_subscription, client, "x").code)
  end)

  it("raises the error of SNS without the token", function()
    answer = { status = 400, body = REFUSAL }
    local err = failure(confirm)
    assert.equal("InvalidParameter", err.code)
    assert.equal("service", err.kind)
    assert.equal(400, err.status)
    assert.is_false(err.retryable)
    assert.equal("An error occurred (InvalidParameter) when calling the ConfirmSubscription operation: "
      .. "Invalid token ***", tostring(err))
    assert.equal(1, #requests)
  end)

  it("retries if that may help", function()
    answer = { status = 503, body = "" }
    local err = failure(confirm)
    assert.equal("503", err.code)
    assert.is_true(err.retryable)
    assert.equal(3, #requests)
  end)

  it("raises ResponseParserError for a response without an ARN", function()
    answer = { status = 200, body = "<html>" }
    assert.equal("ResponseParserError", failure(confirm).code)
  end)

  it("raises a code that client.exceptions contains", function()
    assert.equal(client.exceptions.NotificationError, failure(confirm, { Type = "Notification" }).code)
  end)
end)
