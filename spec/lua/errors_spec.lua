-- The error object of an unsuccessful response: its code, message and text as in botocore.
local canned = require "spec.support.canned"

local error_of = canned.error_of

local EXCEPTIONS = {
  "InsufficientCapacityException", "InvalidParameterValueException", "LimitExceededException",
  "MissingParameterValueException", "NoLongerSupportedException", "PolicyEnforcedException",
  "RequestTimeoutException", "ResourceNotFoundException", "ServiceUnavailableException",
  -- documented, but not in the model
  "AccessDeniedException", "BadRequest", "ExpiredTokenException", "InvalidSignatureException",
  "MissingAuthenticationTokenException", "SerializationException", "ThrottlingException",
  "UnrecognizedClientException",
  -- unknown code
  "BrandNewException",
}

-- Places of the code in a response: { header, body }.
local NAMINGS = {
  ["the body's code"] = { nil, '{"code":"%s","message":"m","type":"Client"}' },
  ["the body's Code"] = { nil, '{"Code":"%s","message":"m"}' },
  ["the body's __type"] = { nil, '{"__type":"%s","message":"m"}' },
  ["a code with a namespace"] = { nil, '{"code":"com.amazonaws.glacier#%s","message":"m"}' },
  ["a __type with a namespace"] = { nil, '{"__type":"com.amazonaws.glacier.v2012_06_01#%s","message":"m"}' },
  ["a code followed by an address"] = { nil, '{"code":"%s:http://internal.amazon.com/x#y/","message":"m"}' },
  ["a header"] = { "%s", '{"message":"m"}' },
  ["a header followed by an address"] = { "%s:http://internal.amazon.com/coral/x/", '{"message":"m"}' },
  ["a header with a namespace and an address"] = { "com.amazonaws#%s:http://x#y/", '{"message":"m"}' },
  ["a header before the body"] = { "%s", '{"code":"Other","__type":"Another","message":"m"}' },
  ["a code before a __type"] = { nil, '{"__type":"Other","code":"%s","message":"m"}' },
}

-- Unusual codes. Columns: title, header, members of the body, expected code.
local ODD_CODES = {
  { "no name", nil, "", "400" },
  { "an empty code", nil, '"code":"",', "400" },
  { "an empty code before a __type", nil, '"code":"","__type":"T",', "T" },
  { "an empty header", "", '"code":"B",', "B" },
  { "a code of null", nil, '"code":null,"__type":"T",', "T" },
  { "a namespace without a name", nil, '"code":"a#",', "400" },
  { "an address without a name", nil, '"code":":http://x","__type":"T",', "T" },
  { "a header that is only a namespace", "a#", '"code":"B",', "B" },
  { "two namespaces", nil, '"code":"a#b#c",', "c" },
  { "a number", nil, '"code":5,', "5" },
  { "a fraction", nil, '"code":5.5,', "5.5" },
  { "a number of 15 digits", nil, '"code":123456789012345,', "123456789012345" },
  { "a number of 16 digits", nil, '"code":1234567890123456,', "1234567890123456" },
  { "a boolean", nil, '"code":true,', "400" },
  { "an object", nil, '"code":{"a":"b"},"Code":"C",', "C" },
  { "code and Code", nil, '"Code":"Second","code":"First",', "First" },
  { "characters beyond ASCII", nil, '"code":"\195\188",', "\195\188" },
}

-- Source of the message = { body, expected message }.
local MESSAGES = {
  ["message"] = { '{"code":"C","message":"m"}', "m" },
  ["Message"] = { '{"code":"C","Message":"m"}', "m" },
  ["message before Message"] = { '{"code":"C","Message":"n","message":"m"}', "m" },
  ["Message if message is null"] = { '{"code":"C","Message":"m","message":null}', "m" },
  ["nothing if there is none"] = { '{"code":"C"}', "" },
  ["nothing if it is null"] = { '{"code":"C","message":null}', "" },
  ["nothing if it is empty"] = { '{"code":"C","message":""}', "" },
  ["nothing for other spellings"] = { '{"code":"C","MESSAGE":"m","errorMessage":"n"}', "" },
  ["a number"] = { '{"code":"C","message":5}', "5" },
  ["nothing for a list"] = { '{"code":"C","message":["a"]}', "" },
  ["nothing for a boolean"] = { '{"code":"C","message":true}', "" },
  ["characters beyond ASCII"] = { [[{"code":"C","message":"\u00fc\u20ac\ud83d\ude00"}]], "ü€😀" },
  ["several lines"] = { [[{"code":"C","message":"a\nb"}]], "a\nb" },
  ["a NUL byte"] = { [[{"code":"C","message":"a\u0000b"}]], "a\0b" },
  ["markup"] = { '{"code":"C","message":"<html>"}', "<html>" },
  ["the first 4 KiB of a long text"] = { '{"code":"C","message":"' .. ("x"):rep(20000) .. '"}', ("x"):rep(4096) },
  ["whole characters of a long text"] =
    { '{"code":"C","message":"a' .. ("ü"):rep(3000) .. '"}', "a" .. ("ü"):rep(2047) },
}

-- Bodies that are not a JSON object. The code is then the status, and the message is the body.
local TEXTS = {
  ["text"] = "plain text", ["an HTML page"] = "<html><body>no</body></html>",
  ["a doctype"] = "<!DOCTYPE html><html>no</html>", ["XML"] = '<?xml version="1.0"?><Error/>',
  ["JSON cut short"] = '{"code":"A","mess', ["the example of the manual, which lacks a quote"] =
    '{"code": "ResourceNotFoundException","message": "x","type: "Client"}',
  ["a list"] = "[1]", ["a string"] = '"text"', ["a number"] = "5", ["null"] = "null", ["true"] = "true",
  ["single quotes"] = "{'code':'A'}", ["an additional comma"] = '{"code":"A",}',
  ["text after the object"] = '{"code":"A"} x', ["a byte order mark"] = '\239\187\191{"code":"A"}',
  ["NUL bytes"] = "a\0b",
}

-- Those of Python's http.client, which botocore uses.
local PHRASES = {
  [500] = "Internal Server Error", [501] = "Not Implemented", [502] = "Bad Gateway",
  [503] = "Service Unavailable", [504] = "Gateway Timeout", [505] = "HTTP Version Not Supported",
  [506] = "Variant Also Negotiates", [507] = "Insufficient Storage", [508] = "Loop Detected",
  [509] = "", [510] = "Not Extended", [511] = "Network Authentication Required", [520] = "", [599] = "",
}

local REFUSALS = { 300, 301, 302, 303, 304, 307, 308, 400, 403, 404, 408, 409, 429, 499 }

describe("a service error", function()
  for naming, how in pairs(NAMINGS) do
    it("has the code of " .. naming, function()
      for _, name in ipairs(EXCEPTIONS) do
        for _, status in ipairs { 400, 404, 503 } do
          local err = error_of(status, how[2]:format(name), { ["X-Amzn-ErrorType"] = how[1] and how[1]:format(name) })
          assert.same({ name, "m", status }, { err.code, err.message, err.status })
          assert.same({ Code = name, Message = "m" }, err.response.Error)
        end
      end
    end)
  end

  it("has the code of a header in upper or lower case", function()
    for _, header in ipairs { "x-amzn-errortype", "X-AMZN-ERRORTYPE", "x-amzn-ErrorType" } do
      assert.equal("A", error_of(400, "", { [header] = "A" }).code)
    end
  end)

  for _, case in ipairs(ODD_CODES) do
    it("has the code " .. case[4] .. " if the response has " .. case[1], function()
      local err = error_of(400, "{" .. case[3] .. '"message":"m"}', { ["x-amzn-errortype"] = case[2] })
      assert.equal(case[4], err.code)
      assert.equal("m", err.message)
    end)
  end

  for title, case in pairs(MESSAGES) do
    it("has the message: " .. title, function()
      local err = error_of(400, case[1])
      assert.equal(case[2], err.message)
      assert.equal("An error occurred (C) when calling the SetVaultNotifications operation: " .. case[2], tostring(err))
    end)
  end

  for title, body in pairs(TEXTS) do
    it("has the body as its message if that is " .. title, function()
      for _, status in ipairs { 400, 403, 500 } do
        if status == 400 or not body:find "^<html>" then
          local err = error_of(status, body)
          assert.equal(tostring(status), err.code)
          assert.equal(body, err.message)
          assert.equal("service", err.kind)
        end
      end
      assert.equal("H", error_of(400, body, { ["x-amzn-errortype"] = "H" }).code)
    end)
  end

  it("has U+FFFD for bytes of its body that are not UTF-8, which stay in the response", function()
    local err = error_of(400, "a\233\255\226\130b")
    assert.equal("a\239\191\189\239\191\189\239\191\189b", err.message)
    assert.equal("a\233\255\226\130b", err.response.Error.Message)
  end)

  it("has a message of at most 4 KiB, and at most 256 KiB of text in the response", function()
    for _, body in ipairs { ("["):rep(100000), '{"code":"C","message":"' .. ("m"):rep(300000) .. '"}' } do
      local err = error_of(400, body, { ["x-amzn-errortype"] = "H" })
      assert.equal("H", err.code)
      assert.equal(body:sub(1, 4096), err.message)
      assert.equal(body:sub(1, 256 * 1024), err.response.Error.Message)
    end
  end)

  it("has a code of at most 256 bytes of valid UTF-8 without control characters", function()
    local err = error_of(400, '{"code":"a\\u001bb\\nc\255","message":"m"}')
    assert.equal("a\\x1bb\\x0ac\239\191\189", err.code)
    assert.equal("a\27b\nc\255", err.response.Error.Code)
    assert.equal(("c"):rep(256), error_of(400, '{"code":"' .. ("c"):rep(200000) .. '","message":"m"}').code)
    assert.equal("H\239\191\189", error_of(400, "{}", { ["x-amzn-errortype"] = "H\255" }).code)
  end)

  it("hides a secret that the limit of the message would cut in two", function()
    local client = canned.client(function(request)
      local signature = request.headers.Authorization:match "Signature=(%x+)"
      return { status = 403, headers = {}, body = ("x"):rep(4090) .. signature .. " " .. signature }
    end)
    local _, err = pcall(client.set_vault_notifications, client, { vaultName = "v" })
    assert.equal(("x"):rep(4090) .. "*** ***", err.response.Error.Message)
    assert.equal(("x"):rep(4090) .. "*** **", err.message)
  end)

  for status, phrase in pairs(PHRASES) do
    it("has the reason phrase as its message for status " .. status .. " without a usable body", function()
      for _, body in ipairs { "", " \r\n", "<html>busy</html>", "\n <html><body/></html>" } do
        local err = error_of(status, body, { ["x-amzn-requestid"] = "R" })
        assert.same({ tostring(status), phrase, status, "Server", "R" },
          { err.code, err.message, err.status, err.type, err.request_id })
      end
    end)
  end

  for _, status in ipairs(REFUSALS) do
    it("is raised for status " .. status, function()
      local err = error_of(status, "", { Location = "http://127.0.0.1:1/" })
      assert.same({ tostring(status), "", status, "Client", "service" },
        { err.code, err.message, err.status, err.type, err.kind })
      err = error_of(status, '{"code":"C","message":"m"}')
      assert.same({ "C", "m", status }, { err.code, err.message, err.status })
    end)
  end

  it("has the type that the body gives, or that of its status", function()
    local function type_of(status, member)
      return error_of(status, ('{"code":"C","type":%s}'):format(member)).type
    end
    assert.equal("Client", type_of(500, '"Client"'))
    assert.equal("Server", type_of(400, '"Server"'))
    for _, member in ipairs { "null", '""', '"Else"', "5", "[]" } do
      assert.equal("Client", type_of(404, member))
      assert.equal("Server", type_of(503, member))
    end
  end)

  it("has every field of the contract", function()
    local err = error_of(404, '{"code":"ResourceNotFoundException","message":"Vault not found","type":"Client"}',
      { ["x-amzn-RequestId"] = "R", ["Content-Type"] = "application/json" })
    assert.same({
      code = "ResourceNotFoundException", message = "Vault not found", kind = "service",
      operation = "SetVaultNotifications", status = 404, request_id = "R", type = "Client",
      attempts = 1, retryable = false,
      response = {
        Error = { Code = "ResourceNotFoundException", Message = "Vault not found" },
        ResponseMetadata = {
          HTTPStatusCode = 404, RequestId = "R", RetryAttempts = 0,
          HTTPHeaders = { ["x-amzn-requestid"] = "R", ["content-type"] = "application/json" },
        },
      },
    }, err)
  end)

  it("names the operation that failed", function()
    local client = canned.client { status = 404, body = '{"code":"C","message":"m"}' }
    for method, name in pairs { get_vault_lock = "GetVaultLock", describe_vault = "DescribeVault" } do
      local _, err = pcall(client[method], client, { vaultName = "v" })
      assert.equal(name, err.operation)
      assert.equal(("An error occurred (C) when calling the %s operation: m"):format(name), tostring(err))
    end
  end)

  it("explains that the account cannot use the service", function()
    local text = tostring(error_of(400, '{"code":"NoLongerSupportedException","message":"No."}'))
    assert.matches("operation: No%. %(.*no new customers since December 2025.*%)$", text)
  end)

  it("has a text even if its fields were removed", function()
    local err = error_of(400, '{"code":"C","message":"m"}')
    err.code, err.message, err.response = nil, {}, 5
    assert.equal("An error occurred () when calling the SetVaultNotifications operation: ", tostring(err))
    err.response = { ResponseMetadata = { MaxAttemptsReached = true, RetryAttempts = "x" } }
    assert.equal("An error occurred () when calling the SetVaultNotifications operation: ", tostring(err))
    err.kind = nil
    assert.equal("", tostring(err))
  end)

  it("says how many retries failed", function()
    local client = canned.client({ status = 503, body = "" }, { max_attempts = 3, wait = function() end })
    local _, err = pcall(client.list_vaults, client)
    assert.same({ 3, 2, true }, { err.attempts, err.response.ResponseMetadata.RetryAttempts, err.retryable })
    assert.equal("An error occurred (503) when calling the ListVaults operation (reached max retries: 2): "
      .. "Service Unavailable", tostring(err))
    for _, value in ipairs { 0 / 0, math.huge, -1, 2.5, 1e300, "2", {} } do
      err.response.ResponseMetadata.RetryAttempts = value
      assert.equal("An error occurred (503) when calling the ListVaults operation: Service Unavailable", tostring(err))
    end
  end)
end)
