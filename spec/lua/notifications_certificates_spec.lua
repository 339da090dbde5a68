-- verify_notification: how it fetches and keeps the certificates of SNS.
local copcall = require "glacier.async.copcall"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local sns_messages = require "spec.support.sns_messages"

local NOW, TOPIC, URL = sns_messages.NOW, sns_messages.TOPIC, sns_messages.URL

describe("verify_notification without a given certificate", function()
  local sns, requests, clients

  setup(function() sns = sns_messages.new(1024) end)

  before_each(function() requests, clients = {}, {} end)

  after_each(function()
    for _, client in ipairs(clients) do client:close() end
  end)

  -- Returns a client whose transport returns `answer`, which is a response or a function that returns one.
  local function client_with(answer, more)
    local settings = {
      region = "us-west-2", env = {}, wait = function() end, random = function() return 0 end,
      credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "EXAMPLESECRETKEY" },
      transport = function(request)
        requests[#requests + 1] = request
        if type(answer) == "function" then return answer(request) end
        return answer
      end,
    }
    for name, value in pairs(more or {}) do settings[name] = value end
    clients[#clients + 1] = glacier.client(settings)
    return clients[#clients]
  end

  local function good() return { status = 200, body = sns.certificate } end

  local function verify(client, text)
    return glacier.verify_notification(text or sns:message(), {
      topics = { TOPIC }, client = client, clock = function() return NOW end,
    })
  end

  it("fetches the certificate through the client's transport, unsigned, and only once", function()
    local client = client_with(good)
    for _ = 1, 3 do assert.equal("HkF9p6", verify(client).JobId) end
    assert.equal(1, #requests)
    assert.equal("GET", requests[1].method)
    assert.equal(URL, requests[1].url)
    for name in pairs(requests[1].headers) do
      assert.is_nil(name:lower():find "^authorization" or name:lower():find "^x%-amz", name)
    end
    verify(client, sns:message { SigningCertURL = (URL:gsub("0123", "4567")) })
    assert.equal(2, #requests)
  end)

  it("does not share certificates between clients", function()
    verify(client_with(good))
    verify(client_with(good))
    assert.equal(2, #requests)
  end)

  it("keeps at most 64 certificates", function()
    local client = client_with(good)
    local function message(number)
      return sns:message { SigningCertURL = (URL:gsub("0123456789abcdef", number)) }
    end
    for number = 1, 65 do verify(client, message(number)) end
    assert.equal(65, #requests)
    verify(client, message(65))
    assert.equal(65, #requests)
    verify(client, message(1))
    assert.equal(66, #requests)
  end)

  it("fetches a certificate once for several coroutines", function()
    local client = client_with(function()
      coroutine.yield()
      return good()
    end, { wait = coroutine.yield })
    local running, done = {}, 0
    for i = 1, 20 do
      running[i] = coroutine.create(function()
        verify(client)
        done = done + 1
      end)
    end
    for _ = 1, 10 do
      for _, thread in ipairs(running) do
        if coroutine.status(thread) ~= "dead" then assert(coroutine.resume(thread)) end
      end
    end
    assert.equal(20, done)
    assert.equal(1, #requests)
  end)

  it("fetches the certificate again after the fetching coroutine was abandoned", function()
    local now = 0
    local client = client_with(function()
      if #requests == 1 then coroutine.yield() end
      return good()
    end, { clock = function() return now end, wait = function(seconds) now = now + seconds end })
    local abandoned = coroutine.create(function() verify(client) end)
    assert(coroutine.resume(abandoned))
    assert.equal(1, #requests)
    assert.equal("HkF9p6", verify(client).JobId)
    assert.equal(2, #requests)
  end)

  -- Starts two fetches of one certificate, the second after the deadline of the first. The first then gets the response
  -- `first`. Returns the client, and the second coroutine, whose request waits for its response.
  local function late_fetch(first)
    local now = 0
    local client = client_with(function()
      local number = #requests
      if number <= 2 then coroutine.yield() end
      return number == 1 and first or good()
    end, { clock = function() return now end, wait = coroutine.yield })
    local threads = {}
    for i = 1, 2 do
      now = 11 * (i - 1)
      threads[i] = coroutine.create(function() copcall.call(verify, client) end)
      assert(coroutine.resume(threads[i]))
    end
    assert(coroutine.resume(threads[1]))
    assert.equal("dead", coroutine.status(threads[1]))
    assert.equal(2, #requests)
    return client, threads[2]
  end

  it("waits for a fetch also after an older one of the same certificate has failed", function()
    local client, second = late_fetch { status = 404, body = "" }
    local third = coroutine.create(function() verify(client) end)
    assert(coroutine.resume(third))
    assert.equal(2, #requests)
    assert(coroutine.resume(second))
    assert(coroutine.resume(third))
    assert.equal("dead", coroutine.status(third))
    assert.equal(2, #requests)
  end)

  it("counts a certificate that was fetched twice as one", function()
    local client, second = late_fetch(good())
    assert(coroutine.resume(second))
    local function verify_numbers(first, last)
      for number = first, last do
        verify(client, sns:message { SigningCertURL = (URL:gsub("0123456789abcdef", number)) })
      end
    end
    verify_numbers(2, 64)
    verify(client)
    verify_numbers(2, 64)
    assert.equal(2 + 63, #requests)
  end)

  for what, case in pairs {
    ["a redirect"] = { { status = 302, headers = { Location = "https://evil.example/x.pem" } }, 1, false, "302" },
    ["a response without the certificate"] = { { status = 404, body = "" }, 1, false, "404" },
    ["a failure of the server"] = { { status = 503, body = "" }, 3, true, "503" },
    ["a page instead of a certificate"] = { { status = 200, body = "<html>" }, 1, false, "not a PEM certificate" },
    ["an XML document that quotes a certificate"] = {
      function() return { status = 200, body = "<a>\n" .. sns.certificate .. "</a>" } end, 1, false,
      "not a PEM certificate",
    },
    ["a certificate of more than 64 KiB"] = {
      function() return { status = 200, body = sns.certificate .. ("\n"):rep(65536) } end, 1, false,
      "not a PEM certificate",
    },
    ["a damaged certificate"] = {
      { status = 200, body = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" }, 1, false, "",
    },
    ["a connection that fails"] = {
      function() return nil, "no route", "EndpointConnectionError" end, 3, true, "no route",
    },
    ["a rejected TLS certificate"] = {
      function() return nil, "self-signed", "SSLError" end, 1, false, "self-signed",
    },
  } do
    it("rejects " .. what, function()
      local client = client_with(case[1])
      local err = failure(verify, client)
      assert.equal("NotificationError", err.code, tostring(err))
      assert.equal("certificate", err.reason)
      assert.equal(case[3], err.retryable)
      assert.truthy(err.message:find(case[4], 1, true), err.message)
      assert.equal(case[2], #requests)
      failure(verify, client)
      assert.equal(2 * case[2], #requests) -- no certificate was kept
    end)
  end

  it("fetches nothing for a message that fails another check", function()
    local client = client_with(good)
    for _, text in ipairs { "x", sns:message { TopicArn = TOPIC .. "2" }, sns:message { Type = "Other" },
      sns:message { SigningCertURL = "https://evil.example/SimpleNotificationService-1.pem" } } do
      failure(verify, client, text)
    end
    assert.equal(0, #requests)
  end)

  it("rejects a message after the kept certificate has expired", function()
    local client, now = client_with(good), NOW
    local options = { topics = { TOPIC }, client = client, clock = function() return now end, max_age = false }
    glacier.verify_notification(sns:message(), options)
    now = NOW + 2 * 86400
    assert.equal("certificate", failure(glacier.verify_notification, sns:message(), options).reason)
  end)
end)
