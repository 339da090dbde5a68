-- verify_notification: accepts only genuine messages of SNS.
local cjson = require "cjson"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local sns_messages = require "spec.support.sns_messages"

local NOW, TOPIC, URL = sns_messages.NOW, sns_messages.TOPIC, sns_messages.URL
local DAY = 86400

describe("verify_notification", function()
  local sns, other

  setup(function()
    sns, other = sns_messages.new(), sns_messages.new(1024)
  end)

  local function options(more)
    local given = { topics = { TOPIC }, certificate = sns.certificate, clock = function() return NOW end }
    for name, value in pairs(more or {}) do
      if value == "none" then given[name] = nil else given[name] = value end
    end
    return given
  end

  local function verify(text, more)
    return glacier.verify_notification(text, options(more))
  end

  -- Asserts that the text is rejected for this reason. Returns the error message.
  local function assert_rejected(reason, text, more)
    local err = failure(verify, text, more)
    assert.equal("NotificationError", err.code, tostring(err))
    assert.equal("validation", err.kind)
    assert.equal("verify_notification", err.operation)
    assert.equal(reason, err.reason, tostring(err))
    assert.is_nil(err.message:find "%c", err.message)
    return err
  end

  describe("accepts", function()
    for _, version in ipairs { "1", "2" } do
      it("a notification with SignatureVersion " .. version, function()
        local job, message = verify(sns:message { SignatureVersion = version, Subject = "Done" })
        assert.same({ JobId = "HkF9p6", StatusCode = "Succeeded" }, job)
        assert.same({
          MessageId = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", TopicArn = TOPIC, Type = "Notification",
          Timestamp = "2026-01-01T00:00:00.000Z", Subject = "Done",
        }, message)
      end)
    end

    for region, suffix in pairs {
      ["us-west-2"] = "amazonaws.com", ["ap-southeast-7"] = "amazonaws.com", ["us-gov-west-1"] = "amazonaws.com",
      ["cn-north-1"] = "amazonaws.com.cn", ["us-iso-east-1"] = "c2s.ic.gov", ["us-isob-east-1"] = "sc2s.sgov.gov",
      ["eusc-de-east-1"] = "amazonaws.eu",
    } do
      it("a certificate of SNS in " .. region, function()
        local topic = ("arn:aws:sns:%s:012345678901:mytopic"):format(region)
        local url = ("https://sns.%s.%s/SimpleNotificationService-0123456789abcdef.pem"):format(region, suffix)
        verify(sns:message { SigningCertURL = url, TopicArn = topic }, { topics = { TOPIC, topic } })
      end)
    end

    for what, fields in pairs {
      ["an empty subject"] = { Subject = "" },
      ["a message with line breaks"] = { Message = '{\n"JobId":\n"HkF9p6"\r\n}\n' },
      ["a message that is not ASCII"] = {
        Message = '{"JobId":"HkF9p6","JobDescription":"\195\188\\u00fc/\226\130\172"}',
      },
      ["an unsigned member"] = { UnsubscribeURL = "https://elsewhere.example/" },
      ["a certificate with the oldest name"] = {
        SigningCertURL = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem",
      },
    } do
      it(what, function()
        assert.equal("HkF9p6", verify(sns:message(fields)).JobId)
      end)
    end

    it("the member names and the null subject of events for Lambda", function()
      local text = sns:message(nil, { SigningCertURL = false, SigningCertUrl = URL, Subject = cjson.null })
      assert.equal("HkF9p6", verify(text).JobId)
    end)
  end)

  describe("rejects a message after a change of", function()
    local cases = {
      Message = '{"JobId":"HkF9p7","StatusCode":"Succeeded"}', MessageId = "x", Subject = "Another",
      Timestamp = "2026-01-01T00:00:01.000Z", SignatureVersion = "2", Signature = "AAAA",
    }
    for member, value in pairs(cases) do
      it(member, function()
        assert_rejected("signature", sns:message({ Subject = "Done" }, { [member] = value }))
      end)
    end

    it("TopicArn", function()
      local topic = TOPIC .. "2"
      assert_rejected("topic", sns:message(nil, { TopicArn = topic }))
      assert_rejected("signature", sns:message(nil, { TopicArn = topic }), { topics = { TOPIC, topic } })
    end)

    it("Type", function()
      assert_rejected("type", sns:message({ Type = "SubscriptionConfirmation" }))
      assert_rejected("type", sns:message({ Type = "UnsubscribeConfirmation" }))
      assert_rejected("type", sns:message({ Type = "Other" }))
      assert_rejected("signature", sns:message({ Type = "SubscriptionConfirmation" }, { Type = "Notification" }))
    end)

    it("Subject, if it is removed or added", function()
      assert_rejected("signature", sns:message({ Subject = "Done" }, { Subject = false }))
      assert_rejected("signature", sns:message(nil, { Subject = "Done" }))
      assert_rejected("signature", sns:message(nil, { Subject = "" }))
    end)

    it("each byte of the signature", function()
      local fields = sns:fields()
      for i = 1, #fields.Signature do
        local byte = fields.Signature:sub(i, i) == "A" and "B" or "A"
        local damaged = fields.Signature:sub(1, i - 1) .. byte .. fields.Signature:sub(i + 1)
        assert_rejected("signature", sns:message { Signature = damaged })
      end
    end)
  end)

  it("rejects a message in which bytes were moved from one member to another", function()
    -- Both messages have the same signed string, so only the line breaks show the difference.
    assert_rejected("malformed", sns:message({ Subject = "S" },
      { MessageId = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nSubject\nS", Subject = false }))
    assert_rejected("malformed", sns:message { Subject = "a\nb" })
    assert_rejected("malformed", sns:message { MessageId = "a\0b" })
  end)

  it("rejects a signature by another key", function()
    assert_rejected("signature", other:message())
    assert_rejected("signature", sns:message(), { certificate = other.certificate })
  end)

  it("rejects a signature with the hash of another SignatureVersion", function()
    assert_rejected("signature", sns:message({ SignatureVersion = "2" }, { SignatureVersion = "1" }))
    for _, version in ipairs { "", "0", "3", "1.0", "sha1" } do
      assert_rejected("signature", sns:message { SignatureVersion = version })
    end
  end)

  it("rejects an expired certificate, and one that is not valid yet", function()
    assert_rejected("certificate", sns:message(), { certificate = sns:certificate_for(NOW - 2 * DAY, NOW - DAY) })
    assert_rejected("certificate", sns:message(), { certificate = sns:certificate_for(NOW + DAY, NOW + 2 * DAY) })
    assert.truthy(verify(sns:message(), { certificate = sns:certificate_for(NOW, NOW + 1) }))
  end)

  it("names the option certificate, not the URL, if the certificate in the option cannot be used", function()
    for _, certificate in ipairs { "x", (sns:certificate_for(NOW + DAY, NOW + 2 * DAY)) } do
      local err = assert_rejected("certificate", sns:message(), { certificate = certificate })
      assert.matches("certificate in the option certificate: ", err.message, 1, true)
      assert.is_nil(err.message:find("https:", 1, true), err.message)
    end
  end)

  it("rejects texts that are not certificates", function()
    local text = sns.certificate
    for _, certificate in ipairs { "", "x", text:sub(1, -40), text:gsub("CERTIFICATE", "PUBLIC KEY"),
      (text:gsub("\n(....)", "\nAAAA", 5)) } do
      assert_rejected("certificate", sns:message(), { certificate = certificate })
    end
  end)

  it("rejects messages that are too old or from the future", function()
    for _, case in ipairs {
      { 3600 }, { -3600 }, { 3601, "expired" }, { -3601, "expired" },
      { 60, nil, 60 }, { 61, "expired", 60 }, { 0, nil, 0 }, { DAY - 1, nil, false }, { DAY - 1, "expired" },
    } do
      local more = { clock = function() return NOW + case[1] end, max_age = case[3] }
      if case[2] then
        assert_rejected(case[2], sns:message(), more)
      else
        assert.truthy(verify(sns:message(), more))
      end
    end
    for _, timestamp in ipairs { "", "now", "2026-13-01T00:00:00Z", ("2"):rep(1000) } do
      assert_rejected("expired", sns:message { Timestamp = timestamp })
      assert.truthy(verify(sns:message { Timestamp = timestamp }, { max_age = false }))
    end
  end)

  local HOST = "https://sns.us-west-2.amazonaws.com"
  local PATH = "/SimpleNotificationService-0123456789abcdef.pem"
  for _, url in ipairs {
    "", "x", PATH, HOST, HOST .. "/", "//sns.us-west-2.amazonaws.com" .. PATH,
    "http://sns.us-west-2.amazonaws.com" .. PATH, "HTTPS://sns.us-west-2.amazonaws.com" .. PATH,
    "ftp://sns.us-west-2.amazonaws.com" .. PATH, "file://" .. PATH, " " .. HOST .. PATH, HOST .. PATH .. " ",
    HOST .. PATH .. "\n", HOST .. PATH .. "\0", HOST .. PATH .. "?x", HOST .. PATH .. "#x", HOST .. PATH .. "/x.pem",
    HOST .. "/x.pem", HOST .. "/x" .. PATH, HOST .. "/../" .. PATH, HOST .. "//SimpleNotificationService-1.pem",
    HOST .. "/SimpleNotificationService-1.crt", HOST .. "/SimpleNotificationService-1.pem.html",
    HOST .. "/SimpleNotificationService-../x.pem", HOST .. "/SimpleNotificationService-%2e.pem",
    HOST .. "/?Action=GetEndpointAttributes&x=.pem", HOST .. "/SimpleNotificationService?x=.pem",
    HOST .. ":443" .. PATH, HOST .. ":8443" .. PATH, HOST .. ":" .. PATH,
    "https://evil@sns.us-west-2.amazonaws.com" .. PATH, "https://evil:x@sns.us-west-2.amazonaws.com" .. PATH,
    "https://sns.us-west-2.amazonaws.com@evil.example" .. PATH,
    "https://sns.us-west-2.amazonaws.com:x@evil.example" .. PATH,
    "https://sns.us-west-2.amazonaws.com.evil.example" .. PATH, "https://sns.us-west-2.amazonaws.com." .. PATH,
    "https://sns.us-west-2.amazonaws.comevil.example" .. PATH,
    "https://sns.us-west-2.amazonaws.com\\@evil.example" .. PATH,
    "https://evil.example/sns.us-west-2.amazonaws.com" .. PATH, "https://evil.example" .. PATH,
    "https://evil.example#sns.us-west-2.amazonaws.com" .. PATH,
    "https://evil.example?sns.us-west-2.amazonaws.com" .. PATH,
    "https://xsns.us-west-2.amazonaws.com" .. PATH, "https://x.sns.us-west-2.amazonaws.com" .. PATH,
    "https://sns.amazonaws.com" .. PATH, "https://us-west-2.amazonaws.com" .. PATH,
    "https://sns-us-west-2.amazonaws.com" .. PATH, "https://sns.us-west-2.evil.example" .. PATH,
    "https://sns.us-west-2.amazonaws.com.cn" .. PATH, "https://sns.cn-north-1.amazonaws.com" .. PATH,
    "https://sns.us-iso-east-1.amazonaws.com" .. PATH, "https://sns.us-west-2.c2s.ic.gov" .. PATH,
    "https://sns.s3-us-west-2.amazonaws.com" .. PATH, "https://sns.s3.amazonaws.com" .. PATH,
    "https://sns.s3.us-west-2.amazonaws.com" .. PATH, "https://sns.s3-website-us-west-2.amazonaws.com" .. PATH,
    "https://s3.us-west-2.amazonaws.com/sns" .. PATH, "https://sns.us-west-2.s3.amazonaws.com" .. PATH,
    "https://sns.us_west_2.amazonaws.com" .. PATH, "https://sns.US-WEST-2.amazonaws.com" .. PATH,
    "https://SNS.us-west-2.amazonaws.com" .. PATH, "https://sns.us-west-2.AMAZONAWS.com" .. PATH,
    "https://sns..amazonaws.com" .. PATH, "https://sns.us-west-2..amazonaws.com" .. PATH,
    "https://sns.us-west-2.amazonaws.co" .. PATH, "https://sns.us-west-2.amazonaws\227\128\130com" .. PATH,
    "https://sns%2eus-west-2.amazonaws.com" .. PATH, "https://127.0.0.1" .. PATH, "https://[::1]" .. PATH,
    "https://sns." .. ("a-"):rep(40) .. "1.amazonaws.com" .. PATH,
    HOST .. "/SimpleNotificationService-" .. ("a"):rep(5000) .. ".pem",
  } do
    it(("rejects the certificate URL %q"):format(url:sub(1, 80)), function()
      local reason = url:find "%c" and "malformed" or "certificate_url"
      assert_rejected(reason, sns:message({ SigningCertURL = url }))
    end)
  end

  it("rejects texts that are not messages of SNS", function()
    local texts = { "", "x", "null", "1", '"x"', "[]", "{}", "{", '{"Type":1}', '{"Type":null}', '{"JobId":"x"}',
      "[" .. sns:message() .. "]", sns:message() .. "x", ("["):rep(10000), "\239\187\191" .. sns:message() }
    for _, member in ipairs { "Message", "MessageId", "Timestamp", "TopicArn", "Type", "Signature", "SignatureVersion",
      "SigningCertURL" } do
      for _, value in ipairs { false, cjson.null, 1, { "x" }, true } do
        texts[#texts + 1] = sns:message(nil, { [member] = value })
      end
    end
    for _, text in ipairs(texts) do assert_rejected("malformed", text) end
    for _, value in ipairs { 1, true, {} } do assert_rejected("malformed", value) end
    assert_rejected("malformed", sns:message(nil, { Subject = 1 }))
  end)

  it("rejects genuine messages that are not about a job", function()
    for _, text in ipairs { "hello", "[]", "{}", '{"Service":"Amazon S3","Event":"s3:TestEvent"}' } do
      assert_rejected("malformed", sns:message { Message = text })
    end
  end)

  it("raises nothing but NotificationError for damaged and random bytes", function()
    local text, state = sns:message { Subject = "Done" }, 1
    local function random(n)
      state = (state * 16807) % 2147483647
      return state % n
    end
    for _ = 1, 2000 do
      local bytes = {}
      if random(2) == 0 then
        for i = 1, random(60) do bytes[i] = string.char(random(256)) end
        bytes = table.concat(bytes)
      else
        local position = random(#text) + 1
        bytes = text:sub(1, position - 1) .. string.char(random(256)) .. text:sub(position + 1 + random(3))
      end
      local good, err = pcall(verify, bytes)
      assert.is_true(good or err.code == "NotificationError", bytes)
      if good then assert.equal("HkF9p6", err.JobId) end
    end
  end)

  it("raises ParamValidationError for invalid options", function()
    for name, values in pairs {
      topics = { "none", TOPIC, {}, { 1 }, { [2] = TOPIC } }, max_age = { "1", -1, true },
      certificate = { 1 }, client = { 1, {} }, clock = { 1 }, topic = { TOPIC },
    } do
      for _, value in ipairs(values) do
        local err = failure(verify, sns:message(), { [name] = value })
        assert.equal("ParamValidationError", err.code)
        assert.truthy(err.message:find(name, 1, true))
      end
    end
    assert.equal("ParamValidationError", failure(glacier.verify_notification, sns:message()).code)
    for _, now in ipairs { "now", math.huge, -math.huge, 0 / 0, 1e300 } do
      local err = failure(verify, sns:message(), { clock = function() return now end })
      assert.equal("ParamValidationError", err.code)
      assert.truthy(err.message:find("clock", 1, true))
    end
  end)
end)
