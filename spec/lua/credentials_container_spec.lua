-- Keys of a container's role. The expected values are the results of botocore 1.43 for the same variables.

local cjson = require "cjson"
local files = require "spec.support.files"
local worlds = require "spec.support.credentials_world"

local function keys(more)
  local fields = { AccessKeyId = "ASIAcontainer", SecretAccessKey = "SECRETc", Token = "SECRETt",
    Expiration = worlds.at(3600) }
  for name, value in pairs(more or {}) do fields[name] = value end
  return worlds.json(fields)
end

local function at(env, answer, texts)
  local world = worlds.new { env = env, files = texts, answer = answer or function() return keys() end }
  finally(world.close)
  return world, world.source()
end

local FULL = { AWS_CONTAINER_CREDENTIALS_FULL_URI = "{URL}/keys?id=1" }

local function full(more)
  local env = { AWS_CONTAINER_CREDENTIALS_FULL_URI = FULL.AWS_CONTAINER_CREDENTIALS_FULL_URI }
  for name, value in pairs(more) do env[name] = value end
  return env
end

describe("glacier.credentials.container", function()
  it("the container's keys come from the address in the environment", function()
    local world, source = at(FULL, function() return keys { AccountId = "88" } end)
    assert.is_true(worlds.same_keys(source:keys(), "ASIAcontainer", "SECRETc", "SECRETt"))
    assert.are.equal("88", source:account())
    local request = world.requests[1]
    assert.are.equal("GET", request.method)
    assert.are.equal("/keys?id=1", request.target)
    assert.are.equal("application/json", request.headers.accept)
    assert.is_nil(request.headers.authorization)
    assert.are.equal(2, world.asked[1].connect_timeout)
    assert.are.equal(2, world.asked[1].read_timeout)
    assert.is_true(world.asked[1].direct)
    worlds.check_silence(tostring(source), world.events)
  end)

  it("the container's keys come from AWS's own address if only the path is given", function()
    local asked
    local world = worlds.new {
      env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "/v2/keys",
        AWS_CONTAINER_CREDENTIALS_FULL_URI = "http://localhost/" },
      exchange = function(fields)
        asked = fields.url
        return nil, { message = "not sent", retryable = false }
      end,
    }
    finally(world.close)
    local source = world.source()
    worlds.catch(source.keys, source)
    assert.are.equal("http://169.254.170.2/v2/keys", asked)
  end)

  it("the container's keys are requested with the token of the environment", function()
    local world, source = at(full { AWS_CONTAINER_AUTHORIZATION_TOKEN = "Basic SECRETa" })
    source:keys()
    assert.are.equal("Basic SECRETa", world.requests[1].headers.authorization)
  end)

  it("the container's keys are requested with the token of a file first, read at each refresh", function()
    local world, source = at(full { AWS_CONTAINER_AUTHORIZATION_TOKEN = "SECRETa",
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "{HOME}/token" }, nil, { token = "SECRETone" })
    source:keys()
    files.write(world.home .. "/token", "SECRETtwo")
    world.now = world.now + 3600 - 601
    source:keys()
    assert.are.equal("SECRETone", world.requests[1].headers.authorization)
    assert.are.equal("SECRETtwo", world.requests[#world.requests].headers.authorization)
  end)

  it("the container's keys are requested with a token whose file is in a home directory", function()
    local world, source = at(full { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "~/token" }, nil, { token = "SECRETa" })
    source:keys()
    assert.are.equal("SECRETa", world.requests[1].headers.authorization)
  end)

  it("the container's keys are requested up to three times, a second apart", function()
    local world, source = at(FULL, function(_, n)
      return n == 1 and { 500, "" } or n == 2 and { 200, '{"Acc' } or keys()
    end)
    source:keys()
    assert.are.same({ 1, 1 }, world.pauses)
  end)

  it("a request for the container's keys without a response fails and does not show its path", function()
    local _, source = at { AWS_CONTAINER_CREDENTIALS_FULL_URI = "http://127.0.0.1:1/SECRETpath?SECRETquery" }
    local err = worlds.catch(source.keys, source)
    assert.truthy(err.message:find('"http://127.0.0.1:1***"', 1, true), err.message)
  end)

  for title, token in pairs { null = cjson.null, empty = "" } do
    it("the container's keys have no session token if it is " .. title, function()
      local _, source = at(FULL, function() return keys { Token = token } end)
      assert.is_true(worlds.same_keys(source:keys(), "ASIAcontainer", "SECRETc"))
    end)
  end

  -- boto3 reads all of these as the same time.
  for _, text in ipairs {
    "Tue, 14 Nov 2023 23:13:20 GMT", "Tue Nov 14 23:13:20 UTC 2023", "2023/11/14 23:13:20", "11/14/2023 23:13:20",
    "2023-11-14T23:13:20+0000", "2023-11-14T23:13:20Z", "2023-11-15 00:13:20.5+01:00",
  } do
    it("the container's keys expire at the time " .. text, function()
      local _, source = at(FULL, function() return keys { Expiration = text } end)
      source:keys()
      assert.are.equal(1700003600, source._expiration)
    end)
  end

  -- Columns: title, response, variables, part of the message, number of requests.
  for _, case in ipairs {
    { "if the service rejects it", { 403, '{"code":"Denied","message":"not with SECRETa"}' },
      { AWS_CONTAINER_AUTHORIZATION_TOKEN = "SECRETa" },
      "Error retrieving metadata: Received non 200 response 403 from container metadata: Denied: not with ***", 3 },
    { "if the service rejects it with a body that has keys",
      { 500, '{"SecretAccessKey":"SECRET"}' }, {}, "Received non 200 response 500", 3 },
    { "if the response is not JSON", { 200, '{"SecretAccessKey":"SECRET' }, {},
      "Unable to parse JSON returned from container metadata services", 3 },
    { "if the connection closes", "close", {}, "Received error when attempting to retrieve container metadata", 3 },
    { "if the service does not respond",
      "stall", {}, "Received error when attempting to retrieve container metadata", 3 },
    { "if the response is incomplete", { 200, '{"AccessKeyId":"ASIA"}' }, {},
      "the response does not contain: SecretAccessKey, Expiration, Token", 1 },
    { "if the keys have expired", keys { Expiration = worlds.at(-1) }, {}, "still expired", 1 },
    { "if the expiration is not a date",
      keys { Expiration = "soon" }, {}, 'Expiration cannot be read as a date: "soon"', 1 },
    { "if the token has a line break", keys(), { AWS_CONTAINER_AUTHORIZATION_TOKEN = "SECRETa\nX-Y: z" },
      "Auth token value is not a legal header value", 0 },
    { "if the token of the file has a line break", keys(), { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "{HOME}/token" },
      "Auth token value is not a legal header value", 0 },
    { "if the token file does not exist", keys(), { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "{HOME}/none" },
      "/none: No such file or directory", 0 },
    { "if the token file's path has a NUL byte",
      keys(), { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "{HOME}/token\0" },
      "/token\\x00: the path contains a NUL byte", 0 },
    { "if the token file is endless", keys(), { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "/dev/zero" },
      "cannot read the authorization token file /dev/zero: longer than 65536 bytes", 0 },
  } do
    it("a request for the container's keys fails " .. case[1], function()
      local world, source = at(full(case[3]), function() return case[2] end, { token = "SECRETa\n" })
      local err = worlds.catch(source.keys, source)
      assert.are.equal("CredentialRetrievalError", err.code)
      assert.truthy(err.message:find("Error when retrieving credentials from container-role: ", 1, true))
      assert.truthy(err.message:find(case[4], 1, true), err.message)
      assert.are.equal(case[5], #world.requests)
      worlds.check_silence(world.events)
    end)
  end
end)

describe("glacier.credentials.container", function()
  local function asks(url)
    local asked
    local world = worlds.new { env = { AWS_CONTAINER_CREDENTIALS_FULL_URI = url }, exchange = function(fields)
      asked = fields.url
      return nil, { message = "not sent", retryable = false }
    end }
    local source = world.source()
    local err = worlds.catch(source.keys, source)
    world.close()
    return asked, err.message
  end

  for _, url in ipairs {
    "https://example.com/keys", "http://127.0.0.1/", "http://127.0.0.1:80/keys?a=b#c", "http://127.255.3.4/",
      "http://[::1]:8080/k",
    "http://169.254.170.2/", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials",
    "http://localhost:51679/x", "http://LOCALHOST/x",
  } do
    it("the address of the container's keys may be " .. url, function() assert.are.equal(url, (asks(url))) end)
  end

  for _, url in ipairs {
    "http://example.com/keys", "http://127.0.0.1.example.com/", "http://127.0.0.1@example.com/",
      "http://localhost@example.com",
    "http://example.com:80\\@127.0.0.1/", "http://128.0.0.1/", "http://127.0.0.256/", "http://127.1/",
      "http://127.0.00.1/",
    "http://0x7f.0.0.1/", "http://169.254.170.3/", "http://[fd00:ec2::24]/", "http://[::2]/", "http://169.254.169.254/",
    "https://user@example.com/", "ftp://127.0.0.1/", "127.0.0.1/", "http:///keys", "http://", "http://127.0.0.1 /",
      "http://%6cocalhost/",
  } do
    it("the address of the container's keys must not be " .. url, function()
      local asked, message = asks(url)
      assert.is_nil(asked)
      assert.truthy(message:find("Unsupported host '", 1, true), message)
    end)
  end

  for url, shown in pairs {
    ["http://a\27[31m\0b/\7k"] = "'a\\x1b[31m\\x00b'", ["http://127.0.0.1/\27k"] = "'127.0.0.1'",
    ["https://example.com/k\0"] = "'example.com'", ["http://[::1]/ k"] = "'::1'", ["\27"] = "'\\x1b'",
  } do
    it(("a malformed address is shown without raw control characters: %q"):format(url), function()
      local asked, message = asks(url)
      assert.is_nil(asked)
      assert.truthy(message:find(shown, 1, true), message)
      assert.is_nil(message:find "[%z\1-\31\127]")
    end)
  end

  it("a rejected address of the container's keys is shown without its path and user", function()
    local _, message = asks "http://user:SECRETu@example.com/SECRETpath?token=SECRETt"
    assert.truthy(message:find("Unsupported host 'example.com'.", 1, true), message)
  end)

  it("a relative address of the container's keys cannot change the host", function()
    local world = worlds.new { env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI = "@example.com/keys" } }
    finally(world.close)
    local source = world.source()
    assert.truthy(worlds.catch(source.keys, source).message:find("Unsupported host", 1, true))
    assert.are.equal(0, #world.asked)
  end)
end)
