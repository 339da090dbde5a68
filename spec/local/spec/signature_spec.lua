-- The local service checks signatures as Glacier does, so a client with wrong signatures fails its tests.

local assert_service_error = require "spec.support.assert_service_error"
local cjson = require "cjson"
local service = require "spec.support.local_service"
local signed_http = require "spec.support.signed_http"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local VAULT = "/-/vaults/examplevault"
local NOTIFICATIONS = VAULT .. "/notification-configuration"

describe("a signature that the local service checks", function()
  local running, send

  setup(function()
    running = service.start { session_token = "FwoGZXIvYXdzEXAMPLE//+=", region = "us-west-2",
      expired_token = { "expired//+=", "yesterday" } }
    send = signed_http.caller(running)
    assert.are.equal(201, send("PUT", VAULT).status)
  end)
  teardown(function() running.stop() end)

  local function put(change)
    local request = signed_http.sign(running, {
      method = "PUT",
      path = NOTIFICATIONS,
      query = "a=1&b=2",
      headers = { ["content-type"] = "application/json" },
      body = cjson.encode { SNSTopic = TOPIC, Events = { "ArchiveRetrievalCompleted" } },
    })
    change(request)
    return signed_http.send(running.url, request), request
  end

  local function in_authorization(pattern, replacement)
    return function(request)
      local changed, times = request.headers.authorization:gsub(pattern, replacement)
      assert.are.equal(1, times)
      request.headers.authorization = changed
    end
  end

  it("is valid if nothing was changed", function()
    assert.are.equal(204, put(function() end).status)
  end)

  it("is invalid if any signed part of the request is changed", function()
    local changes = {
      method = function(r) r.method = "POST" end,
      path = function(r) r.path = r.path:gsub("examplevault", "Examplevault") end,
      path_encoding = function(r) r.path = r.path:gsub("examplevault", "%%65xamplevault") end,
      query_value = function(r) r.query = "a=1&b=3" end,
      query_name = function(r) r.query = "a=1&c=2" end,
      query_more = function(r) r.query = "a=1&b=2&c=3" end,
      query_gone = function(r) r.query = "" end,
      host = function(r) r.headers.host = "glacier.example.org" end,
      content_type = function(r) r.headers["content-type"] = "text/plain" end,
      version = function(r) r.headers["x-amz-glacier-version"] = "2012-06-02" end,
      date = function(r)
        r.headers["x-amz-date"] = r.headers["x-amz-date"]:sub(1, 8)
          .. os.date("!T%H%M%SZ", os.time() + 1)
      end,
      body = function(r) r.body = r.body:gsub("Archive", "Brchive") end,
      body_longer = function(r) r.body = r.body .. " " end,
      body_gone = function(r) r.body = "" end,
      signature = in_authorization("Signature=(%x)", function(digit)
        return "Signature=" .. (digit == "0" and "1" or "0")
      end),
      signed_headers = in_authorization("SignedHeaders=content%-type;", "SignedHeaders="),
    }
    for what, change in pairs(changes) do
      local response = put(change)
      assert.are.equal("InvalidSignatureException", response.json and response.json.code, what)
      assert.are.equal(403, response.status, what)
    end
  end)

  it("stays valid with reordered query parameters and with insignificant spaces", function()
    local response = put(function(request)
      request.query = "b=2&a=1"
      request.headers["content-type"] = "   application/json  "
    end)
    assert.are.equal(204, response.status)
  end)

  it("causes an error with the correct string to sign if it is invalid", function()
    local response, request = put(in_authorization("Signature=%x+", "Signature=00"))
    assert_service_error(response, 403, "InvalidSignatureException", "'" .. request.canonical .. "'")
    assert_service_error(response, 403, "InvalidSignatureException", "'" .. request.string_to_sign .. "'")
  end)

  it("must cover the host and every x-amz- header", function()
    assert_service_error(put(in_authorization("host;", "")), 403, "InvalidSignatureException",
      "'Host' or ':authority' must be a 'SignedHeader'")
    assert_service_error(put(function(request) request.headers["x-amz-more"] = "1" end), 403,
      "InvalidSignatureException", "'x-amz-more' must be a 'SignedHeader'")
  end)

  it("must have the service, its region and the day in its scope", function()
    for scope, text in pairs {
      ["/us%-west%-2/"] = "Credential should be scoped to a valid region, not 'x'.",
      ["/glacier/"] = "Credential should be scoped to correct service: 'glacier'.",
      ["/aws4_request"] = "Credential should be scoped with a valid terminator: 'aws4_request'",
      ["/2%d%d%d%d%d%d%d/"] = "Date in Credential scope does not match YYYYMMDD",
    } do
      local replacement = scope:find "/$" and "/x/" or "/x"
      assert_service_error(put(in_authorization(scope, replacement)), 403, "InvalidSignatureException", text)
    end
    assert_service_error(put(in_authorization("/glacier/", "/")), 400, "IncompleteSignatureException",
      "Credential must have exactly 5 slash-delimited elements")
  end)

  it("must be made with a known key, its secret and its token", function()
    local function with(changed)
      local keys = setmetatable(changed, { __index = running })
      return signed_http.caller(running, keys)("GET", VAULT)
    end
    assert.are.equal(200, with({}).status)
    assert_service_error(with { secret_access_key = "x" }, 403, "InvalidSignatureException", "")
    assert_service_error(with { access_key_id = "x" }, 400, "UnrecognizedClientException",
      "The security token included in the request is invalid.")
    assert_service_error(with { session_token = "x" }, 400, "UnrecognizedClientException", "invalid")
    for _, token in ipairs { "expired//+=", "yesterday" } do
      assert_service_error(with { session_token = token }, 403, "ExpiredTokenException", "expired")
    end
    assert_service_error(put(function(r) r.headers["x-amz-security-token"] = "x" end), 400,
      "UnrecognizedClientException", "invalid")
    assert_service_error(put(function(r) r.headers["x-amz-security-token"] = nil end), 400,
      "UnrecognizedClientException", "invalid")
  end)

  it("must be at most fifteen minutes old or ahead of the service's clock", function()
    local now = os.time()
    assert.are.equal(200, send("GET", VAULT, { time = now - 800 }).status)
    assert.are.equal(200, send("GET", VAULT, { time = now + 800 }).status)
    assert_service_error(send("GET", VAULT, { time = now - 901 }), 403, "InvalidSignatureException",
      "Signature expired: ")
    assert_service_error(send("GET", VAULT, { time = now + 990 }), 403, "InvalidSignatureException",
      "Signature not yet current: ")
  end)

  it("must be complete, with a known algorithm and a valid date", function()
    assert_service_error(put(function(r) r.headers.authorization = nil end), 400,
      "MissingAuthenticationTokenException", "Request is missing Authentication Token")
    assert_service_error(put(in_authorization("^AWS4%-HMAC%-SHA256", "AWS4-HMAC-SHA1")), 400,
      "IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'")
    for _, name in ipairs { "Credential", "SignedHeaders", "Signature" } do
      assert_service_error(put(in_authorization(name .. "=", "X=")), 400, "IncompleteSignatureException",
        "Authorization header requires '" .. name .. "' parameter.")
    end
    assert_service_error(put(function(r) r.headers["x-amz-date"] = nil end), 400,
      "IncompleteSignatureException", "either a 'X-Amz-Date' or a 'Date' header")
    assert_service_error(put(function(r) r.headers["x-amz-date"] = "20121340T000000Z" end), 400,
      "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'")
  end)

  it("is rejected if the request states a wrong hash of its payload", function()
    local right = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    local wrong = right:gsub("^e", "f")
    local function get(sha256)
      return send("GET", VAULT, { headers = { ["x-amz-content-sha256"] = sha256 } })
    end
    assert.are.equal(200, get(right).status)
    assert_service_error(get(wrong), 403, "InvalidSignatureException",
      "The value passed in as x-amz-content-sha256 does not match the computed payload hash")
  end)
end)

describe("the developer guide's signed example", function()
  it("is accepted at the time that it states", function()
    local at_signing = 1337905493 -- 20120525T002453Z
    local running = service.start { clock_offset = at_signing - os.time() }
    local request = {
      method = "PUT",
      path = VAULT,
      query = "",
      body = "",
      headers = {
        host = "glacier.us-east-1.amazonaws.com",
        ["x-amz-date"] = "20120525T002453Z",
        ["x-amz-glacier-version"] = "2012-06-01",
        authorization = "AWS4-HMAC-SHA256 Credential=" .. running.access_key_id
          .. "/20120525/us-east-1/glacier/aws4_request,"
          .. "SignedHeaders=host;x-amz-date;x-amz-glacier-version,"
          .. "Signature=3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a",
      },
    }
    local response = signed_http.send(running.url, request)
    running.stop()
    assert.are.equal(201, response.status, response.body)
    assert.truthy(response.headers.date:find("^Fri, 25 May 2012 00:2"))
  end)
end)
