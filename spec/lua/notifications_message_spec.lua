-- What arrives from a topic.
local cjson = require "cjson"
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
  it("reads the message in SNS's envelope, by shape", function()
    assert.same(JOB, glacier.parse_notification(envelope()))
  end)

  it("reads the message alone, as raw delivery brings it", function()
    assert.same(JOB, glacier.parse_notification(MESSAGE))
    assert.same(JOB, glacier.parse_notification("\r\n\t " .. MESSAGE .. "\n"))
  end)

  it("gives sizes as integers", function()
    local job = glacier.parse_notification '{"JobId":"x","ArchiveSizeInBytes":9007199254740992,"Completed":false}'
    assert.equal(9007199254740992, job.ArchiveSizeInBytes)
    assert.equal("9007199254740992", ("%d"):format(job.ArchiveSizeInBytes))
    if math.type then assert.equal("integer", math.type(job.ArchiveSizeInBytes)) end
    assert.is_false(job.Completed)
  end)

  it("says what it is instead", function()
    local function message(text) return envelope { Message = text } end
    local function kind(name) return envelope { Type = name } end
    for said, texts in pairs {
      ["a string is wanted"] = { 1, {} },
      ["the text is no JSON"] = { "", "hello", "{", '{"JobId":', '{"ArchiveSizeInBytes":nan}', envelope() .. "x" },
      ["the text is JSON, but no object"] = { "[]", '[{"JobId":"x"}]', "null", "1", '"x"' },
      ["the subscription is confirmed by visiting its SubscribeURL"] = { kind "SubscriptionConfirmation" },
      ["the subscription has ended"] = { kind "UnsubscribeConfirmation" },
      ["its Type is another"] = { kind "Other", kind(1), kind(cjson.null) },
      ["the notification has no Message"] = { message(cjson.null), message { JobId = "x" } },
      ["the Message is no JSON"] = { message "hello" },
      ["the Message is JSON, but no object"] = { message "[]" },
      ["it has no JobId"] = { "{}", '{"JobId":null}', '{"JobId":1}', '{"Records":[]}', message "{}" },
      ["JobId should be a plain value"] = { '{"JobId":{}}' },
      ["ArchiveSizeInBytes should be an integer"] = { message '{"JobId":"x","ArchiveSizeInBytes":"y"}' },
    } do
      for _, text in ipairs(texts) do
        local ok, err = pcall(glacier.parse_notification, text)
        assert.is_false(ok, text)
        assert.equal("ParamValidationError", err.code)
        assert.truthy(err.message:find(said, 1, true), err.message)
      end
    end
    assert.is_false((pcall(glacier.parse_notification)))
  end)

  it("shows nothing of a confirmation's token", function()
    local text = envelope { Type = "SubscriptionConfirmation", Token = "SECRET", SubscribeURL = "https://SECRET" }
    local _, err = pcall(glacier.parse_notification, text)
    assert.is_nil(err.message:find("SECRET", 1, true))
  end)

  it("heeds no settings that a program makes on lua-cjson", function()
    cjson.decode_max_depth(1)
    local ok, job = pcall(glacier.parse_notification, MESSAGE)
    cjson.decode_max_depth(1000)
    assert.is_true(ok)
    assert.same(JOB, job)
  end)

  it("gives what describe_job gives, when a job of a vault is done", function()
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
    for _ = 1, 10000 do -- until it has come
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
