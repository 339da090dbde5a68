-- The local service in the role of SNS: signatures, subscriptions and their confirmation.

local archive_requests = require "spec.support.archive_requests"
local cjson = require "cjson"
local digest = require "openssl.digest"
local glacier = require "glacier"
local local_vault = require "spec.support.local_vault"
local signed_http = require "spec.support.signed_http"
local subscriber = require "spec.support.sns_subscriber"
local x509 = require "openssl.x509"

local VAULT = local_vault.PATH
local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"

-- The members of each type that are signed, by the developer guide.
local SIGNED = {
  Notification = { "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type" },
  SubscriptionConfirmation = { "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type" },
  UnsubscribeConfirmation = { "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type" },
}

describe("the local service", function()
  local listener, running, send

  before_each(function() listener = subscriber.start() end)
  after_each(function()
    running.stop()
    listener.stop()
  end)

  local function start(options)
    options.job_delay = 0
    running, send = local_vault.start(options)
  end

  -- Starts a job that notifies the topic.
  local function notify()
    send("POST", VAULT .. "/jobs", { body = cjson.encode { Type = "inventory-retrieval", SNSTopic = TOPIC } })
  end

  -- Returns the service's response for a URL of SNS.
  local function visit(url)
    local target = url:match "^https://sns%.us%-west%-2%.amazonaws%.com(/.*)$"
    assert.is_string(target, url)
    return signed_http.get(running.url, target)
  end

  local function assert_genuine(envelope, hash)
    local lines = {}
    for i, name in ipairs(SIGNED[envelope.Type]) do lines[i] = name .. "\n" .. envelope[name] .. "\n" end
    local key = x509.new(visit(envelope.SigningCertURL).body):getPublicKey()
    local signature = (require("mime").unb64(envelope.Signature))
    assert.is_true(key:verify(signature, digest.new(hash):update(table.concat(lines))))
  end

  for version, hash in pairs { [1] = "sha1", [2] = "sha256" } do
    it("signs notifications by SignatureVersion " .. version, function()
      start { subscriber = TOPIC .. "=" .. listener.url, signature_version = version }
      notify()
      local post = listener.receive()
      assert.are.equal(tostring(version), post.envelope.SignatureVersion)
      assert_genuine(post.envelope, hash)
    end)
  end

  it("signs notifications that the client verifies", function()
    start { subscriber = TOPIC .. "=" .. listener.url }
    notify()
    local post = listener.receive()
    local certificate = visit(post.envelope.SigningCertURL).body
    local options = { topics = { TOPIC }, certificate = certificate }
    assert.are.equal(post.job.JobId, glacier.verify_notification(post.body, options).JobId)
    local changed = post.body:gsub("Succeeded", "Succeedee")
    local good, err = pcall(glacier.verify_notification, changed, options)
    assert.are.same({ false, "NotificationError" }, { good, err.code })
  end)

  it("asks an unconfirmed subscriber to confirm, and notifies it only after that", function()
    start { unconfirmed_subscriber = TOPIC .. "=" .. listener.url .. "/path" }
    local post = listener.receive()
    local envelope = post.envelope
    assert.are.equal("/path", post.path)
    assert.are.equal("SubscriptionConfirmation", post.headers["x-amz-sns-message-type"])
    assert.is_nil(post.headers["x-amz-sns-subscription-arn"])
    assert.are.equal(TOPIC, envelope.TopicArn)
    assert_genuine(envelope, "sha1")
    notify()
    local wrong = visit(envelope.SubscribeURL:gsub("Token=.*", "Token=0"))
    assert.are.equal(400, wrong.status)
    assert.truthy(wrong.body:find("<Code>InvalidParameter</Code>", 1, true))
    local confirmed = visit(envelope.SubscribeURL)
    assert.are.equal(200, confirmed.status)
    local arn = confirmed.body:match "<SubscriptionArn>(.-)</SubscriptionArn>"
    assert.are.equal(TOPIC .. ":", arn:sub(1, -37))
    notify()
    local notification = listener.receive()
    assert.are.equal(arn, notification.headers["x-amz-sns-subscription-arn"])
    local jobs = send("GET", VAULT .. "/jobs").json.JobList
    assert.are.equal(2, #jobs)
    assert.are.equal("Notification", notification.envelope.Type)
  end)

  it("accepts the confirmation of a subscription by the client", function()
    start { unconfirmed_subscriber = TOPIC .. "=" .. listener.url }
    local client = glacier.client {
      region = "us-west-2", credentials = { access_key_id = "a", secret_access_key = "b" }, env = {},
      transport = function(request)
        local response = visit(request.url)
        return { status = response.status, headers = response.headers, body = response.body }
      end,
    }
    local confirmed = client:confirm_subscription(listener.receive().body, { topics = { TOPIC } })
    notify()
    assert.are.equal(confirmed.SubscriptionArn, listener.receive().headers["x-amz-sns-subscription-arn"])
  end)

  it("ends a subscription by its UnsubscribeURL, and restores it by the SubscribeURL", function()
    start { subscriber = TOPIC .. "=" .. listener.url }
    notify()
    local url = listener.receive().envelope.UnsubscribeURL
    assert.are.equal(200, visit(url).status)
    local post = listener.receive()
    assert.are.equal("UnsubscribeConfirmation", post.headers["x-amz-sns-message-type"])
    assert_genuine(post.envelope, "sha1")
    assert.are.equal(404, visit(url).status)
    notify()
    assert.are.equal(200, visit(post.envelope.SubscribeURL).status)
    assert.are.equal(200, visit(url).status)
    assert.are.equal("UnsubscribeConfirmation", listener.receive().envelope.Type)
  end)

  it("no longer serves a completed job and its output after the output's lifetime", function()
    start { output_lifetime = 0 }
    local archive = archive_requests.archive(send, VAULT, "x")
    local job = send("POST", VAULT .. "/jobs", {
      body = cjson.encode { Type = "archive-retrieval", ArchiveId = archive },
    }).headers["x-amz-job-id"]
    for _, path in ipairs { "", "/output" } do
      local response = send("GET", VAULT .. "/jobs/" .. job .. path)
      assert.are.same({ 404, "ResourceNotFoundException" }, { response.status, response.json.code })
    end
    assert.are.same({}, send("GET", VAULT .. "/jobs").json.JobList)
  end)
end)
