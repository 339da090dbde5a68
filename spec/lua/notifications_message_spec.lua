-- parse_notification: the formats in which a topic's messages arrive.
local cjson = require "cjson"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local service = require "spec.support.local_service"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"

local MESSAGE = [[{
  "Action": "InventoryRetrieval", "ArchiveId": null, "ArchiveSHA256TreeHash": null, "ArchiveSizeInBytes": null,
  "Completed": true, "CompletionDate": "2012-05-15T17:21:39.339Z", "CreationDate": "2012-05-15T17:20:00.000Z",
  "InventoryRetrievalParameters": { "Format": "JSON", "Limit": null, "Marker": null, "Later": 1 },
  "InventorySizeInBytes": 16777216, "JobDescription": "My \"inventory\" \u00fc", "JobId": "HkF9p6",
  "RetrievalByteRange": null, "SHA256TreeHash": null, "SNSTopic": "arn:aws:sns:us-west-2:012345678901:mytopic",
  "StatusCode": "Succeeded", "StatusMessage": "Succeeded", "NewMember": { "x": 1 },
  "VaultARN": "arn:aws:glacier:us-west-2:012345678901:vaults/examplevault" }]]

local JOB = {
  Action = "InventoryRetrieval", Completed = true, CompletionDate = "2012-05-15T17:21:39.339Z",
  CreationDate = "2012-05-15T17:20:00.000Z", InventoryRetrievalParameters = { Format = "JSON" },
  InventorySizeInBytes = 16777216, JobDescription = 'My "inventory" \195\188', JobId = "HkF9p6", SNSTopic = TOPIC,
  StatusCode = "Succeeded", StatusMessage = "Succeeded",
  VaultARN = "arn:aws:glacier:us-west-2:012345678901:vaults/examplevault",
}

local function envelope(fields)
  local values = { Type = "Notification", MessageId = "id", TopicArn = TOPIC, Message = MESSAGE }
  for name, value in pairs(fields or {}) do values[name] = value end
  return cjson.encode(values)
end

describe("parse_notification", function()
  it("reads the message in an envelope of SNS by the shape of DescribeJob", function()
    assert.same(JOB, glacier.parse_notification(envelope()))
  end)

  it("reads the bare message of raw delivery", function()
    assert.same(JOB, glacier.parse_notification(MESSAGE))
    assert.same(JOB, glacier.parse_notification("\r\n\t " .. MESSAGE .. "\n"))
  end)

  it("returns sizes as integers", function()
    local job = glacier.parse_notification '{"JobId":"x","ArchiveSizeInBytes":9007199254740992,"Completed":false}'
    assert.equal(9007199254740992, job.ArchiveSizeInBytes)
    assert.equal("9007199254740992", ("%d"):format(job.ArchiveSizeInBytes))
    if math.type then assert.equal("integer", math.type(job.ArchiveSizeInBytes)) end
    assert.is_false(job.Completed)
  end)

  it("reads each format, and returns one job for each message, in order", function()
    local function job(id) return cjson.encode { JobId = id } end
    local function notification(id) return envelope { Message = job(id) } end
    local function sns(id) return { EventSource = "aws:sns", Sns = cjson.decode(notification(id)) } end
    for _, case in ipairs {
      { "a", cjson.encode { Records = { sns "a" } } },
      { "a b", cjson.encode { Records = { sns "a", sns "b" } } },
      { "a", cjson.encode(sns "a") },
      { "b a", cjson.encode { sns "b", sns "a" } },
      { "a", cjson.encode { Body = notification "a", MessageId = "m" } },
      { "a", cjson.encode { Body = job "a" } },
      { "a", cjson.encode { body = notification "a", eventSource = "aws:sqs" } },
      { "a b c", cjson.encode { Messages = { { Body = job "a" }, { Body = notification "b" }, { Body = job "c" } } } },
      { "b a", cjson.encode { Records = { { body = notification "b" }, { body = job "a" } } } },
      { "b a", " " .. cjson.encode { { Body = notification "b" }, { body = job "a" } } },
    } do
      local ids = {}
      for i, read in ipairs { glacier.parse_notification(case[2]) } do ids[i] = read.JobId end
      assert.equal(case[1], table.concat(ids, " "), case[2])
    end
  end)

  it("reads at most 5000 messages at once", function()
    local list = {}
    for i = 1, 5000 do list[i] = { Body = '{"JobId":"x"}' } end
    assert.equal(5000, select("#", glacier.parse_notification(cjson.encode(list))))
    list[5001] = list[1]
    local err = failure(glacier.parse_notification, cjson.encode(list))
    assert.equal("parse_notification: the list contains more than 5000 messages", err.message)
  end)

  it("says what the text is if it is not a notification", function()
    local function message(text) return envelope { Message = text } end
    local function kind(name) return envelope { Type = name } end
    local function body(text) return cjson.encode { Body = text } end
    for said, texts in pairs {
      ["expected a string, got a number"] = { 1 },
      ["the text is not JSON"] = { "", "hello", "{", '{"JobId":', '{"ArchiveSizeInBytes":nan}', envelope() .. "x" },
      ["the text is JSON, but neither an object nor a list"] = { "null", "1", '"x"' },
      ["contains no message"] = { "[]", '{"Records":[]}', '{"Messages":[]}' },
      ["confirm the subscription"] = { kind "SubscriptionConfirmation", body(kind "SubscriptionConfirmation") },
      ["the subscription has ended"] = { kind "UnsubscribeConfirmation" },
      ["it has another Type"] = { kind "Other", kind(1), kind(cjson.null) },
      ["the text has no Message"] = { message(cjson.null), message { JobId = "x" } },
      ["the Message of the text is not JSON"] = { message "hello" },
      ["the Message of the text is JSON, but not an object"] = { message "[]" },
      ["it has no JobId"] = { "{}", '{"JobId":null}', '{"JobId":1}', message "{}", body "{}" },
      ["JobId should be a plain value"] = { '{"JobId":{}}' },
      ["ArchiveSizeInBytes should be an integer"] = { message '{"JobId":"x","ArchiveSizeInBytes":"y"}' },
      ["is an SQS message whose body is not JSON"] = { body "hello", '{"Records":[{"body":"x"}]}', '[{"Body":""}]' },
      ["is an SQS message whose body is JSON, but not an object"] = { body "[]", body "1" },
      ["message 1 of the list is of an unknown kind"] = { '[{"JobId":"x"}]', '[{"Body":1}]' },
      ["message 2 of the list is not an object"] = { '[{"Body":"{\\"JobId\\":\\"x\\"}"},1]' },
      ["is an S3 event"] = {
        '{"Records":[{"eventSource":"aws:s3","s3":{}}]}', message '{"Records":[{"eventSource":"aws:s3","s3":{}}]}',
        '{"Service":"Amazon S3","Event":"s3:TestEvent"}',
        message '{"Service":"Amazon S3","Event":"s3:TestEvent"}',
      },
      ["is an EventBridge event"] = { '{"source":"aws.s3","detail-type":"Object Created","detail":{}}' },
      ['an event of "aws:kinesis"'] = { '{"Records":[{"eventSource":"aws:kinesis","kinesis":{}}]}' },
      ["is a CloudWatch alarm"] = { message '{"AlarmName":"x"}' },
    } do
      for _, text in ipairs(texts) do
        local err = failure(glacier.parse_notification, text)
        assert.equal("ParamValidationError", err.code)
        assert.equal("parse_notification", err.operation)
        assert.truthy(err.message:find(said, 1, true), err.message)
      end
    end
    failure(glacier.parse_notification)
  end)

  it("does not show the token of a confirmation", function()
    local text = envelope { Type = "SubscriptionConfirmation", Token = "SECRET", SubscribeURL = "https://SECRET" }
    local _, err = pcall(glacier.parse_notification, text)
    assert.is_nil(err.message:find("SECRET", 1, true))
  end)

  it("does not depend on a program's settings of lua-cjson", function()
    cjson.decode_max_depth(1)
    local ok, job = pcall(glacier.parse_notification, MESSAGE)
    cjson.decode_max_depth(1000)
    assert.is_true(ok)
    assert.same(JOB, job)
  end)

  it("returns what describe_job returns for a completed job", function()
    local subscriber = scripted.start { fallback = { { "read" }, { "send", "HTTP/1.1 200 OK\r\n\r\n" } } }
    local running = service.start { job_delay = 0, subscriber = ("%s=%s/"):format(TOPIC, subscriber.url) }
    local client = glacier.client {
      endpoint_url = running.url, region = running.region, env = {},
      credentials = { access_key_id = running.access_key_id, secret_access_key = running.secret_access_key },
    }
    client:create_vault { vaultName = "v" }
    client:ensure_vault_notifications {
      vaultName = "v", vaultNotificationConfig = { SNSTopic = TOPIC, Events = { "InventoryRetrievalCompleted" } },
    }
    local initiated = client:initiate_job {
      vaultName = "v", jobParameters = { Type = "inventory-retrieval", Description = "d" },
    }
    local asked, described, requests = { vaultName = "v", jobId = initiated.jobId }, nil, nil
    for _ = 1, 10000 do -- until the notification has arrived
      described, requests = client:describe_job(asked), subscriber:requests()
      if requests[1] then break end
    end
    subscriber:stop()
    running.stop()
    described.ResponseMetadata = nil
    assert.equal(initiated.jobId, described.JobId)
    assert.same(described, glacier.parse_notification(requests[1].body))
  end)
end)
