-- glacier.hosts.openresty: the receiver of notifications, in a real nginx with one worker.
local cjson = require "cjson"
local openresty = require "spec.support.openresty"
local service = require "spec.support.local_service"
local sns_messages = require "spec.support.sns_messages"
local socket = require "socket"

local LOCATIONS = [[
  client_max_body_size 2m;
  location = /receive {
    content_by_lua_block {
      require("spec.support.receiver_app").receive { name = "receive", certificate = CERTIFICATE, dict = "handled" }
    }
  }
  location = /second {
    content_by_lua_block {
      require("spec.support.receiver_app").receive { name = "second", certificate = CERTIFICATE, dict = "handled" }
    }
  }
  location = /unreadable {
    client_body_in_file_only on;
    access_by_lua_block {
      ngx.req.read_body()
      assert(os.remove(ngx.req.get_body_file()))
    }
    content_by_lua_block {
      require("spec.support.receiver_app").receive { name = "unreadable", certificate = CERTIFICATE }
    }
  }
  location = /fetching {
    content_by_lua_block { require("spec.support.receiver_app").receive { name = "fetching" } }
  }
  location = /small {
    content_by_lua_block {
      require("spec.support.receiver_app").receive { name = "small", certificate = CERTIFICATE, max_size = 2000 }
    }
  }
  location = /sns {
    content_by_lua_block { require("spec.support.receiver_app").sns(CERTIFICATE) }
  }
  location = /answer { content_by_lua_block { require("spec.support.receiver_app").answer() } }
  location = /show { content_by_lua_block { require("spec.support.receiver_app").show() } }
  location = /await_arrival { content_by_lua_block { require("spec.support.receiver_app").await_arrival() } }
  location = /release_job { content_by_lua_block { require("spec.support.receiver_app").release() } }
  location = /forget { content_by_lua_block { require("spec.support.receiver_app").forget() } }
  location = /check { content_by_lua_block { require("spec.support.receiver_app").check() } }
]]

describe("the receiver for OpenResty", function()
  local sns, local_service, nginx, ids

  lazy_setup(function()
    ids = 0
    sns = sns_messages.new(1024)
    local_service = service.start()
    nginx = openresty.start(local_service, (LOCATIONS:gsub("CERTIFICATE", function()
      return "[==[" .. sns.certificate .. "]==]"
    end)))
  end)

  lazy_teardown(function()
    if nginx then nginx.stop() end
    if local_service then local_service.stop() end
  end)

  -- Sends bytes. Returns a function that waits for the response and returns its status, its body and its whole text.
  local function send_bytes(bytes)
    local address, port = nginx.url:match "^http://([^:]+):(%d+)$"
    local connection = assert(socket.connect(address, tonumber(port)))
    connection:settimeout(120)
    connection:send(bytes) -- fails if the receiver responds before it has read the body, and closes the connection
    return function()
      local whole, _, part = connection:receive "*a"
      local text = whole or part
      connection:close()
      local status, word = text:match "^HTTP/1%.1 (%d+).-\r\n\r\n(.-)\n?$"
      return tonumber(status), word, text
    end
  end

  -- Sends a request. Returns the same as `send_bytes`.
  local function send(path, body, given)
    given = given or {}
    local lines = { (given.method or "POST") .. " " .. path .. " HTTP/1.0", "Content-Length: " .. #body }
    if given.content_type ~= false then
      lines[#lines + 1] = "Content-Type: " .. (given.content_type or "text/plain; charset=UTF-8")
    end
    if given.kind then lines[#lines + 1] = "x-amz-sns-message-type: " .. given.kind end
    return send_bytes(table.concat(lines, "\r\n") .. "\r\n\r\n" .. body)
  end

  local function post(...) return send(...)() end

  -- Returns a signed message about a job, with a new MessageId.
  local function message(job_id, fields)
    ids = ids + 1
    local given = { MessageId = "id-" .. ids, Message = cjson.encode { JobId = job_id } }
    for name, value in pairs(fields or {}) do given[name] = value end
    return sns:message(given)
  end

  local function count(job_id) return nginx.get("/show").counts[job_id] or 0 end

  it("calls on_job for a genuine notification and responds with 200", function()
    local status, word = post("/receive", message "first", { kind = "Notification" })
    assert.are.equal(200, status)
    assert.are.equal("handled", word)
    assert.are.equal(1, count "first")
    assert.are.equal(200, (post("/receive", message "json", { content_type = "application/json" })))
    assert.are.equal(200, (post("/receive", message "none", { content_type = false })))
  end)

  it("responds with 200 to a repeated message, and handles it once", function()
    local text = message "repeated"
    assert.are.equal("handled", select(2, post("/receive", text)))
    for _ = 1, 3 do
      local status, word = post("/receive", text)
      assert.are.equal(200, status)
      assert.are.equal("already handled", word)
    end
    assert.are.equal(1, count "repeated")
  end)

  it("handles a repeated message again if no dictionary is configured", function()
    local text = message "unremembered"
    assert.are.equal(200, (post("/small", text)))
    assert.are.equal(200, (post("/small", text)))
    assert.are.equal(2, count "unremembered")
  end)

  it("responds with 500 if on_job fails, and handles the message when SNS repeats it", function()
    local text = message "fails-once"
    assert.are.equal(500, (post("/receive", text)))
    assert.are.equal("handled", select(2, post("/receive", text)))
    assert.are.equal(2, count "fails-once")
  end)

  it("serves other requests while on_job waits, and responds with 503 to the same message", function()
    local text = message "waits"
    local waiting = send("/receive", text)
    nginx.get "/await_arrival"
    assert.are.equal(200, (post("/receive", message "meanwhile")))
    local status, word = post("/receive", text)
    assert.are.equal(503, status)
    assert.are.equal("being handled", word)
    nginx.get "/release_job"
    assert.are.equal(200, (waiting()))
    assert.are.equal("already handled", select(2, post("/receive", text)))
    assert.are.equal(1, count "waits")
  end)

  it("keeps the reservation of a second request when the first one fails after its own has expired", function()
    local text = message "fails-late-once"
    local first = send("/receive", text)
    nginx.get "/await_arrival"
    nginx.get "/forget"
    local second = send("/receive", text)
    nginx.get "/await_arrival"
    nginx.get "/release_job"
    assert.are.equal(500, (first()))
    assert.are.equal(503, (post("/receive", text)))
    nginx.get "/release_job"
    assert.are.equal(200, (second()))
    assert.are.equal(2, count "fails-late-once")
  end)

  it("handles a message once for each location, if locations share a dictionary", function()
    local text = message "shared"
    for _ = 1, 2 do
      assert.are.equal(200, (post("/receive", text)))
      assert.are.equal(200, (post("/second?query", text)))
    end
    assert.are.equal(2, count "shared")
  end)

  it("handles 200 messages at a time", function()
    local waiting = {}
    for i = 1, 200 do waiting[i] = send("/receive", message "many") end
    for i = 1, 200 do assert.are.equal(200, (waiting[i]())) end
    assert.are.equal(200, count "many")
  end)

  it("responds with 4xx to messages that are not genuine, so that SNS does not repeat them", function()
    for _, case in ipairs {
      { 400, "malformed", "" }, { 400, "malformed", "hello" }, { 400, "malformed", "{}" },
      { 400, "malformed", message("x", { Message = "not about a job" }) },
      { 400, "malformed", '{"JobId":"raw delivery"}' },
      { 400, "type", message("x", { Type = "Other" }) },
      { 403, "topic", message("x", { TopicArn = sns_messages.TOPIC .. "2" }) },
      { 403, "certificate_url", message("x", {
        SigningCertURL = "https://evil.example/SimpleNotificationService-1.pem",
      }) },
      { 403, "signature", sns:message({ MessageId = "forged" }, { Message = '{"JobId":"forged"}' }) },
      { 403, "expired", message("x", { Timestamp = "2025-12-31T22:00:00Z" }) },
      { 400, "type", message "x", { kind = "SubscriptionConfirmation" } },
      { 415, "rejected", message "x", { content_type = "image/png" } },
      { 405, "rejected", message "x", { method = "PUT" } },
      { 413, "rejected", ("x"):rep(262145) },
    } do
      local status, word = post("/receive", case[3], case[4])
      assert.are.equal(case[1], status, case[3]:sub(1, 100))
      assert.are.equal(case[2], word)
    end
    assert.are.equal(0, count "forged")
    assert.are.equal(0, count "x")
  end)

  it("names the allowed method", function()
    local _, _, text = post("/receive", "", { method = "DELETE" })
    assert.truthy(text:find("\r\nAllow: POST\r\n", 1, true))
  end)

  it("reads a body that nginx has written to a file, up to the limit", function()
    local long = ("x"):rep(100000)
    local text = message("long", { Message = cjson.encode { JobId = "long", JobDescription = long } })
    assert.are.equal(200, (post("/receive", text)))
    assert.are.equal(413, (post("/small", message("long", { Subject = ("x"):rep(2000) }))))
    assert.are.equal(1, count "long")
  end)

  it("responds with 503 if the file with the body cannot be read, so that SNS repeats the message", function()
    local status, word = post("/unreadable", message "unreadable")
    assert.are.equal(503, status)
    assert.are.equal("failed", word)
    assert.are.equal(0, count "unreadable")
  end)

  it("rejects a body that is too large before it arrives", function()
    local status = send_bytes "POST /receive HTTP/1.0\r\nContent-Length: 1000000\r\n\r\n"()
    assert.are.equal(413, status)
  end)

  it("rejects a chunked body that is too large", function()
    local head = "POST /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    local text = sns:message { Subject = ("x"):rep(2000) }
    local status, word = send_bytes(("%s%x\r\n%s\r\n0\r\n\r\n"):format(head, #text, text))()
    assert.are.equal(413, status)
    assert.are.equal("rejected", word:match "rejected")
  end)

  it("confirms a subscription", function()
    nginx.get "/show"
    local status, word = post("/receive", sns:message { Type = "SubscriptionConfirmation" })
    assert.are.equal(200, status)
    assert.are.equal("confirmed", word)
    local visits = nginx.get("/show").visits
    assert.are.equal(1, #visits)
    assert.truthy(visits[1]:find("Action=ConfirmSubscription", 1, true))
  end)

  it("requests no URL for a forged confirmation", function()
    nginx.get "/show"
    local text = sns:message({ Type = "SubscriptionConfirmation" }, { Token = "OTHER" })
    assert.are.equal(403, (post("/receive", text)))
    assert.are.equal(0, #nginx.get("/show").visits)
  end)

  it("responds with 503 to a confirmation that may succeed later, and with 403 to one that cannot", function()
    local text = sns:message { Type = "SubscriptionConfirmation" }
    nginx.get "/answer?confirmation=503"
    assert.are.equal(503, (post("/receive", text)))
    nginx.get "/answer?confirmation=400"
    assert.are.equal(403, (post("/receive", text)))
    nginx.get "/answer"
  end)

  it("responds with 200 to the end of a subscription", function()
    local status, word = post("/receive", sns:message { Type = "UnsubscribeConfirmation" })
    assert.are.equal(200, status)
    assert.are.equal("noted", word)
  end)

  it("responds with 503 while the certificate cannot be fetched, and with 403 if it does not exist", function()
    local text = message "fetched"
    nginx.get "/answer?certificate=503"
    assert.are.equal(503, (post("/fetching", text)))
    nginx.get "/answer?certificate=404"
    assert.are.equal(403, (post("/fetching", text)))
    nginx.get "/answer"
    assert.are.equal(200, (post("/fetching", text)))
    nginx.get "/show"
    assert.are.equal(200, (post("/fetching", message "fetched")))
    assert.are.equal(0, #nginx.get("/show").visits)
  end)

  it("raises ParamValidationError for invalid options", function()
    assert.is_true(nginx.get("/check").good)
    assert.is_true(nginx.get("/check?max_age=false&dict=%22handled%22").good)
    for _, query in ipairs { "topics=[]", "topics=1", "on_job=null", "dict=%22nosuchdict%22", "dict=1", "max_size=0",
      "max_size=%22x%22", "max_age=-1", "unknown=1", "client=1" } do
      local outcome = nginx.get("/check?" .. query)
      assert.is_false(outcome.good, query)
      assert.are.equal("ParamValidationError", outcome.code)
      assert.truthy(outcome.message:find(query:match "^%w+_?%w*", 1, true), outcome.message)
    end
  end)

  it("raises out of memory in on_job, and nginx responds with 500", function()
    assert.are.equal(500, (post("/receive", message "no-memory")))
  end)

  it("raises ParamValidationError outside of OpenResty", function()
    local good, err = pcall(require("glacier.hosts.openresty").receiver, { topics = { "x" }, on_job = print })
    assert.is_false(good)
    assert.are.equal("ParamValidationError", err.code)
  end)

  it("logs invalid options, rejected messages and failures, without secrets", function()
    nginx.get "/check?dict=%22nosuchdict%22"
    local log = nginx.stop "QUIT"
    for _, text in ipairs { "on_job failed for the message", "the content type", "signature", "has ended",
      "a body that cannot be read: ", "runtime error: not enough memory",
      "invalid option dict: expected the name of a lua_shared_dict" } do
      assert.truthy(log:find(text, 1, true), text)
    end
    for _, secret in ipairs { "TOKEN", "Token=", "EXAMPLESECRETKEY" } do
      assert.is_nil(log:find(secret, 1, true), secret)
    end
  end)
end)
