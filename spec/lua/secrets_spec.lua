-- Neither a client, nor its objects, nor its errors show keys or values that are derived from keys.
local glacier = require "glacier"
local settings = require "spec.support.settings"

local TOKEN = "SECRETtoken/+="
local ROLE = "[default]\nrole_arn = arn:aws:iam::111122223333:role/demo\nsource_profile = source\n"
  .. "[profile source]\naws_access_key_id = AKIAsource\naws_secret_access_key = SECRETkey\naws_session_token = "
  .. TOKEN .. "\n"

-- Returns the message of a service that rejects a signature. It contains the signed string and the signature.
local function told(request)
  return "The canonical string should have been\n'POST\nx-amz-security-token:"
    .. request.headers["X-Amz-Security-Token"] .. "\nx-amz-date:" .. request.headers["X-Amz-Date"]
    .. "'\nand not " .. request.headers.Authorization
end

local function signature_of(request)
  return request.headers.Authorization:match "Signature=(%x+)"
end

-- Returns every string in a value: those in tables and in their metatables, at any depth.
local function strings_in(value, list, seen)
  list, seen = list or {}, seen or {}
  if type(value) == "string" then
    list[#list + 1] = value
  elseif type(value) == "table" and not seen[value] then
    seen[value] = true
    for key, item in pairs(value) do
      strings_in(key, list, seen)
      strings_in(item, list, seen)
    end
    strings_in(getmetatable(value), list, seen)
  end
  return list
end

local function assert_silent(secret, ...)
  for _, value in ipairs { ... } do
    for _, text in ipairs(strings_in(value)) do
      assert.is_nil(text:find(secret, 1, true), text)
    end
    assert.is_nil(tostring(value):find(secret, 1, true))
  end
end

describe("the error of a rejected signature", function()
  it("has Glacier's message without the token and the signature", function()
    local sent
    local client = glacier.client {
      region = "us-west-2", env = {}, max_attempts = 1,
      credentials = { access_key_id = "AKID", secret_access_key = "SECRETkey", session_token = TOKEN },
      transport = function(request)
        sent = request
        local said = told(request):gsub("\n", "\\n")
        return { status = 403, headers = { ["x-echo"] = request.headers.Authorization },
          body = ('{"code":"InvalidSignatureException","message":"%s"}'):format(said) }
      end,
    }
    local good, err = pcall(client.list_vaults, client)
    assert.is_false(good)
    assert.are.equal("InvalidSignatureException", err.code)
    assert_silent(TOKEN, err)
    assert_silent(signature_of(sent), err)
    local expected = told(sent):gsub("SECRETtoken/%+=", "***"):gsub("Signature=%x+", "Signature=***")
    assert.are.equal(expected, err.message)
    assert.are.equal(expected, err.response.Error.Message)
  end)

  it("has the message of STS without the token and the signature", function()
    local sent
    local good, err = pcall(settings.with_files, { config = ROLE }, function(env)
      local client = glacier.client {
        region = "us-west-2", env = env, max_attempts = 1,
        transport = function(request)
          sent = request
          return { status = 403, headers = {}, body = ("<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>"
            .. "<Message>%s</Message></Error></ErrorResponse>"):format((told(request):match "x%-amz.*")) }
        end,
      }
      return client:list_vaults()
    end)
    assert.is_false(good)
    assert.are.equal("CredentialRetrievalError", err.code)
    assert.truthy(err.message:find("x-amz-security-token:*** x-amz-date:", 1, true))
    assert.truthy(err.message:find("Signature=***", 1, true))
    assert_silent(TOKEN, err)
    assert_silent(signature_of(sent), err)
  end)
end)

describe("an object that a program gets", function()
  local GOOD = { status = 200, headers = {}, body = '{"VaultList":[]}' }
  local PROFILE = "[default]\naws_access_key_id = AKID\naws_secret_access_key = SECRETkey\naws_session_token = "
    .. "SECRETtoken\n[profile other]\naws_secret_access_key = SECRETother\n"

  local function client_of(env, transport)
    return glacier.client { region = "us-west-2", env = env, max_attempts = 1, transport = transport }
  end

  it("contains no key of the shared files, nor does anything in it: a client, a task, an error", function()
    settings.with_files({ config = PROFILE }, function(env)
      local answer = GOOD
      local client = client_of(env, function()
        coroutine.yield()
        return answer
      end)
      local task = client:start "list_vaults"
      assert_silent("SECRET", client, task)
      assert.is_false(task:poll())
      assert_silent("SECRET", client, task)
      assert.is_true(task:poll())
      assert_silent("SECRET", client, task, task:result())
      answer = { status = 400, headers = {}, body = "{}" }
      local outcome = glacier.all { client:start "list_vaults" }[1]
      assert.is_false(outcome.ok)
      assert_silent("SECRET", outcome)
    end)
  end)

  it("contains no password of a proxy, nor does anything in it: a client, a task", function()
    local client = glacier.client { region = "us-west-2", env = {}, proxy = "http://me:SECRETword@127.0.0.1:1" }
    assert_silent("SECRET", client, client:start "list_vaults")
  end)

  it("contains no key, nor does anything in it: a reader", function()
    settings.with_files({ config = PROFILE }, function(env)
      local client = client_of(env, function()
        return { status = 200, headers = {}, body = "hello" }
      end)
      local output = client:get_job_output { vaultName = "v", jobId = "j" }
      assert_silent("SECRET", output)
      assert.are.equal("hello", output.body:read "*a")
      assert_silent("SECRET", output)
    end)
  end)

  it("contains no key, nor does anything in it: the source of the keys", function()
    local world = require("spec.support.credentials_world").new { config = PROFILE }
    finally(world.close)
    local source = world.source()
    source:keys()
    assert_silent("SECRET", source)
  end)
end)
