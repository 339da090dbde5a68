-- The notifications that the local service posts to the subscriber of this spec.

local cjson = require "cjson"
local local_vault = require "spec.support.local_vault"
local subscriber = require "spec.support.sns_subscriber"
local archive_requests = require "spec.support.archive_requests"

local VAULT = local_vault.PATH
local JOBS = VAULT .. "/jobs"
local VAULT_TOPIC = "arn:aws:sns:us-west-2:012345678901:vaulttopic"
local JOB_TOPIC = "arn:aws:sns:us-west-2:012345678901:jobtopic"
local OTHER_TOPIC = "arn:aws:sns:us-west-2:012345678901:othertopic"
local BOTH = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" }

describe("the local service", function()
  local listener, running, send, archive

  local function start_with(options)
    options.subscriber = {
      VAULT_TOPIC .. "=" .. listener.url .. "/vault",
      JOB_TOPIC .. "=" .. listener.url .. "/job/a",
      JOB_TOPIC .. "=" .. listener.url .. "/job/b",
    }
    running, send = local_vault.start(options)
    archive = archive_requests.archive(send, VAULT, "x")
  end

  before_each(function() listener = subscriber.start() end)
  after_each(function()
    running.stop()
    listener.stop()
  end)

  local function configure(topic, events)
    local response = send("PUT", VAULT .. "/notification-configuration",
      { body = cjson.encode { SNSTopic = topic, Events = events } })
    assert.are.equal(204, response.status)
  end

  local function retrieve(topic)
    return send("POST", JOBS, { body = cjson.encode { Type = "archive-retrieval",
      ArchiveId = archive, SNSTopic = topic } }).headers["x-amz-job-id"]
  end

  local function inventory(topic)
    return send("POST", JOBS, { body = cjson.encode { Type = "inventory-retrieval",
      SNSTopic = topic } }).headers["x-amz-job-id"]
  end

  -- Receives the next posts. Returns them by path.
  local function receive(count)
    local posts = {}
    for _ = 1, count do
      local post = listener.receive()
      assert.is_nil(posts[post.path])
      posts[post.path] = post
    end
    return posts
  end

  it("posts an SNS message with the description of a completed job", function()
    start_with { job_delay = 0.05 }
    configure(VAULT_TOPIC, BOTH)
    local id = retrieve()
    local post = listener.receive()
    assert.are.same(send("GET", JOBS .. "/" .. id).json, post.job)
    assert.is_true(post.job.Completed)
    assert.are.equal("/vault", post.path)
    local headers, envelope = post.headers, post.envelope
    assert.are.equal("Notification", headers["x-amz-sns-message-type"])
    assert.are.equal(VAULT_TOPIC, headers["x-amz-sns-topic-arn"])
    assert.are.equal(envelope.MessageId, headers["x-amz-sns-message-id"])
    assert.are.equal(VAULT_TOPIC .. ":", headers["x-amz-sns-subscription-arn"]:sub(1, -37))
    assert.are.equal("text/plain; charset=UTF-8", headers["content-type"])
    assert.truthy(envelope.MessageId:find "^%x+%-%x%x%x%x%-4%x%x%x%-8%x%x%x%-%x+$")
    assert.are.equal(36, #envelope.MessageId)
    assert.are.equal("Notification", envelope.Type)
    assert.are.equal(VAULT_TOPIC, envelope.TopicArn)
    assert.are.equal("1", envelope.SignatureVersion)
    assert.truthy(envelope.Timestamp:find "^%d+%-%d%d%-%d%dT[%d:]+%.%d%d%dZ$")
    for name, pattern in pairs { Subject = ".", Signature = "^[%w+/=]+$",
      SigningCertURL = "^https://sns%.us%-west%-2%.amazonaws%.com/.*%.pem$",
      UnsubscribeURL = "^https://sns%.us%-west%-2%.amazonaws%.com/%?Action=Unsubscribe&" } do
      assert.truthy(envelope[name]:find(pattern), name)
    end
  end)

  it("notifies every subscriber of the vault's topic and of the job's topic", function()
    start_with { job_delay = 0 }
    configure(VAULT_TOPIC, BOTH)
    local id = inventory(JOB_TOPIC)
    local posts = receive(3)
    for _, path in ipairs { "/vault", "/job/a", "/job/b" } do
      assert.are.equal(id, posts[path].job.JobId)
      assert.are.equal(path == "/vault" and VAULT_TOPIC or JOB_TOPIC, posts[path].envelope.TopicArn)
    end
  end)

  it("notifies a topic twice if it is the vault's and the job's", function()
    start_with { job_delay = 0 }
    configure(VAULT_TOPIC, BOTH)
    local id = retrieve(VAULT_TOPIC)
    assert.are.equal(id, listener.receive().job.JobId)
    assert.are.equal(id, listener.receive().job.JobId)
  end)

  -- When a job ends, the service first notifies the vault's topic and then the job's topic. So a wrong
  -- message to the vault's topic would be received first.
  it("notifies the vault's topic only of the events in its configuration", function()
    start_with { job_delay = 0 }
    for _, own in ipairs { VAULT_TOPIC, OTHER_TOPIC } do
      configure(own, { "InventoryRetrievalCompleted" })
      local id = retrieve(JOB_TOPIC)
      for _, post in pairs(receive(2)) do
        assert.are.equal(JOB_TOPIC, post.envelope.TopicArn)
        assert.are.equal(id, post.job.JobId)
      end
    end
    send("DELETE", VAULT .. "/notification-configuration")
    inventory(JOB_TOPIC)
    assert.is_nil(receive(2)["/vault"])
  end)

  it("posts a message for a failed job, too", function()
    start_with { job_delay = 0.3 }
    configure(VAULT_TOPIC, BOTH)
    while true do -- until the archive is deleted in time
      local id = retrieve()
      send("DELETE", VAULT .. "/archives/" .. archive)
      if not send("GET", JOBS .. "/" .. id).json.Completed then break end
      listener.receive()
      archive = archive_requests.archive(send, VAULT, "x")
    end
    assert.are.equal("Failed", listener.receive().job.StatusCode)
  end)

  it("posts again if a subscriber does not respond with success", function()
    start_with { job_delay = 0 }
    configure(VAULT_TOPIC, BOTH)
    retrieve()
    local first, second = listener.receive(500), listener.receive()
    assert.are.equal(first.body, second.body)
  end)

  it("completes many jobs at the same time and notifies their topics", function()
    start_with { job_delay = 0.2 }
    configure(VAULT_TOPIC, BOTH)
    local notified, left = {}, 300
    for _ = 1, left do notified[inventory()] = false end
    while left > 0 do
      local id = listener.receive().job.JobId
      assert.is_boolean(notified[id])
      -- The service posts a message again if nobody accepts it in time, so a message may arrive twice.
      left = notified[id] and left or left - 1
      notified[id] = true
    end
  end)
end)
