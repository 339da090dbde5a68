-- Keys of IAM Identity Center, with the tokens that `aws sso login` caches. The expected values are the requests,
-- messages and files of botocore 1.43.

local cjson = require "cjson"
local core = require "glacier.core"
local worlds = require "spec.support.credentials_world"

local START = "https://example.awsapps.com/start"
local WHERE = "sso_start_url = " .. START .. "\nsso_region = eu-west-1\n"
local WHAT = "sso_account_id = 444455556666\nsso_role_name = Admin role\n"
local LEGACY = "[default]\n" .. WHERE .. WHAT
local SESSION = "[default]\nsso_session = s\n" .. WHAT .. "[sso-session s]\n" .. WHERE
local ENV = { AWS_ENDPOINT_URL_SSO = "{URL}", AWS_ENDPOINT_URL_SSO_OIDC = "{URL}/oidc" }

local function token(seconds, more)
  local fields = { accessToken = "SECRETaccess", startUrl = START, region = "eu-west-1" }
  fields.expiresAt = worlds.at(seconds)
  for name, value in pairs(more or {}) do fields[name] = value end
  return fields
end

local function refreshable(seconds, registered)
  return token(seconds, { clientId = "cid", clientSecret = "SECRETclient", refreshToken = "SECRETrefresh",
    registrationExpiresAt = worlds.at(registered or 99999) })
end

local KEYS = { roleCredentials = { accessKeyId = "ASIAsso", secretAccessKey = "SECRETsso", sessionToken = "SECRETtoken",
  expiration = 1700003600000 } }

local function role_keys() return worlds.json(KEYS) end

local function at(config, tokens, answer, env)
  local world = worlds.new { env = env or ENV, config = config, tokens = tokens, answer = answer or role_keys }
  finally(world.close)
  return world, world.source()
end

describe("glacier.credentials.sso", function()
  it("an SSO profile requests a role's keys with the cached token of its start URL", function()
    local world, source = at(LEGACY, { [START] = token(3600) })
    assert.is_true(worlds.same_keys(source:keys(), "ASIAsso", "SECRETsso", "SECRETtoken"))
    assert.are.equal("444455556666", source:account())
    local request = world.requests[1]
    assert.are.equal("GET", request.method)
    assert.are.equal("/federation/credentials?role_name=Admin%20role&account_id=444455556666", request.target)
    assert.are.equal("SECRETaccess", request.headers["x-amz-sso_bearer_token"])
    assert.is_nil(request.headers.authorization)
    worlds.check_silence(tostring(source), world.events)
  end)

  it("an SSO profile requests a role's keys with the token of its sso-session", function()
    local world, source = at(SESSION, { s = token(3600) })
    assert.are.equal("ASIAsso", source:keys():access_key_id())
    assert.are.equal(1, #world.requests)
  end)

  it("an SSO profile reads expirations in the form of older tools", function()
    local _, source = at(LEGACY, { [START] = token(0, { expiresAt = (worlds.at(3600):gsub("Z", "UTC")) }) })
    assert.are.equal("ASIAsso", source:keys():access_key_id())
  end)

  it("an SSO profile reads the token again when the keys are about to expire", function()
    local world, source = at(LEGACY, { [START] = token(9999) })
    source:keys()
    os.remove(world.token_path(START))
    world.now = world.now + 3600 - 800
    assert.are.equal("ASIAsso", source:keys():access_key_id())
    world.now = world.now + 201
    assert.are.equal("SSOTokenLoadError", worlds.catch(source.keys, source).code)
  end)

  it("an SSO profile sends its requests to its region", function()
    local asked = {}
    local world = worlds.new { config = SESSION, tokens = { s = refreshable(-1) }, exchange = function(fields)
      asked[#asked + 1] = fields.url
      if fields.method == "POST" then
        return require("glacier.core").response { status = 200, body = '{"accessToken":"SECRETnew","expiresIn":100}' }
      end
      return nil, { message = "not sent", retryable = false }
    end }
    finally(world.close)
    local source = world.source()
    worlds.catch(source.keys, source)
    assert.are.same({
      "https://oidc.eu-west-1.amazonaws.com/token",
      "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials"
        .. "?role_name=Admin%20role&account_id=444455556666",
    }, asked)
  end)
end)

describe("glacier.credentials.sso", function()
  local created = { accessToken = "SECRETnew", expiresIn = 28800, tokenType = "Bearer",
    refreshToken = "SECRETrefresh2" }

  local function answers(creation)
    return function(request)
      return request.target == "/oidc/token" and creation or role_keys()
    end
  end

  for what, seconds in pairs { ["that has expired"] = -10, ["that expires within 15 minutes"] = 899 } do
    it("the token of an sso-session " .. what .. " is refreshed, and saved for the other tools", function()
      local world, source = at(SESSION, { s = refreshable(seconds) }, answers(worlds.json(created)))
      source:keys()
      assert.are.equal("application/json", world.requests[1].headers["content-type"])
      assert.are.same({ grantType = "refresh_token", clientId = "cid", clientSecret = "SECRETclient",
        refreshToken = "SECRETrefresh" }, cjson.decode(world.requests[1].body))
      assert.are.equal("SECRETnew", world.requests[2].headers["x-amz-sso_bearer_token"])
      local file = assert(io.open(world.token_path "s"))
      assert.are.same({ startUrl = START, region = "eu-west-1", accessToken = "SECRETnew", expiresAt = worlds.at(28800),
        clientId = "cid", clientSecret = "SECRETclient", registrationExpiresAt = worlds.at(99999),
        refreshToken = "SECRETrefresh2" }, cjson.decode(file:read "*a"))
      file:close()
      local pipe = io.popen("cd '" .. world.home .. "/.aws/sso/cache' && ls -l | grep -c '^-rw------- ' && ls | wc -l")
      assert.are.equal("1\n1\n", pipe:read "*a")
      pipe:close()
    end)
  end

  it("the token of an sso-session that lasts longer is used without a refresh", function()
    local world, source = at(SESSION, { s = refreshable(900) })
    source:keys()
    assert.are.equal(1, #world.requests)
  end)

  it("the token of an sso-session is used until it expires if it cannot be refreshed", function()
    local world, source = at(SESSION, { s = refreshable(300) }, answers(worlds.json({ error = "invalid_grant" }, 400)))
    source:keys()
    assert.are.equal("SECRETaccess", world.requests[2].headers["x-amz-sso_bearer_token"])
  end)

  it("the token of an sso-session is kept in memory if it cannot be saved", function()
    local world, source = at(SESSION, { s = refreshable(-10) }, answers(worlds.json(created)))
    local replace_file = core.replace_file
    finally(function()
      core.replace_file = replace_file
      world.close()
    end)
    core.replace_file = function() return nil, "Read-only file system" end
    source:keys()
    source:refresh()
    assert.are.equal(3, #world.requests)
    assert.are.equal("SECRETnew", world.requests[3].headers["x-amz-sso_bearer_token"])
  end)

  -- Columns: title, token, response to CreateToken, part of the message.
  for _, case in ipairs {
    { "without a refresh token", token(-1), nil,
      "it has no refreshToken, clientId, clientSecret, registrationExpiresAt" },
    { "whose registration has expired", refreshable(-1, -1), nil,
      "its client registration has expired" },
    { "whose refresh is rejected", refreshable(-1), worlds.json({ error = "invalid_grant SECRETrefresh" }, 400),
      "status 400: invalid_grant ***" },
    { "whose refresh returns no token", refreshable(-1), worlds.json { accessToken = "SECRETnew" },
      "the response to CreateToken does not contain a token" },
    { "whose refresh returns an expired token", refreshable(-1), worlds.json { accessToken = "SECRETnew",
      expiresIn = -5 },
      "the new one has expired as well" },
    { "whose refresh returns a token that never expires", refreshable(-1), worlds.json { accessToken = "SECRETnew",
      expiresIn = 1e300 },
      "the response to CreateToken does not contain a token" },
    { "whose refresh returns a token with a line break",
      refreshable(-1), worlds.json { accessToken = "SECRET\nX: y", expiresIn = 9 },
      "the response to CreateToken does not contain a token" },
    { "whose refresh does not return JSON", refreshable(-1), { 200, "SECRET" },
      "the response to CreateToken does not contain a token" },
  } do
    it("an expired token of an sso-session " .. case[1] .. " is an error", function()
      local world, source = at(SESSION, { s = case[2] }, answers(case[3]))
      local err = worlds.catch(source.keys, source)
      assert.are.equal("TokenRetrievalError", err.code)
      assert.truthy(err.message:find("Error when retrieving token from sso: Token has expired and refresh failed (", 1,
        true))
      assert.truthy(err.message:find(case[4], 1, true), err.message)
      worlds.check_silence(world.events)
    end)
  end
end)

describe("glacier.credentials.sso", function()
  local UNAUTHORIZED = "The SSO session associated with this profile has expired or is otherwise invalid."
  -- Columns: title, config file, tokens, response, error code, part of the message.
  for _, case in ipairs {
    { "with half of its settings", "[default]\nsso_role_name = a\n", nil, nil, "InvalidConfigError",
      'The profile "default" is configured to use SSO but is missing required configuration: sso_account_id, '
      .. "sso_start_url, sso_region" },
    { "with an sso-session that does not exist", "[default]\nsso_session = s\n" .. WHAT, nil, nil, "InvalidConfigError",
      'The specified sso-session does not exist: "s"' },
    { "with an sso-session without a region", "[default]\nsso_session = s\nsso_region = eu-west-1\n" .. WHAT
      .. "[sso-session s]\nsso_start_url = x\n", nil, nil, "InvalidConfigError",
      "is configured to use the SSO token provider but is missing the following configuration: ['sso_region']." },
    { "that contradicts its sso-session", "[default]\nsso_session = s\nsso_region = eu-west-2\n" .. WHAT
      .. "[sso-session s]\n"
      .. WHERE, nil, nil, "InvalidConfigError",
      "The value for sso_region is inconsistent between profile (eu-west-2) and sso-session (eu-west-1)." },
    { "that contradicts its sso-session in keys", "[default]\nsso_session = s\naws_secret_access_key = SECRETa\n"
      .. WHAT
      .. "[sso-session s]\naws_secret_access_key = SECRETb\n" .. WHERE, nil, nil, "InvalidConfigError",
      "The value for aws_secret_access_key is inconsistent between profile and sso-session." },
    { "without a token", LEGACY, nil, nil, "SSOTokenLoadError",
      "Error loading SSO Token: Token for " .. START .. " does not exist" },
    { "with a truncated token file", LEGACY, { [START] = '{"accessToken":"SECRET' }, nil, "SSOTokenLoadError",
      "Error loading SSO Token: Token for " .. START .. " is invalid" },
    { "with a token without an expiration", LEGACY, { [START] = { accessToken = "SECRET" } }, nil, "SSOTokenLoadError",
      "is invalid" },
    { "with a token that has a line break", LEGACY, { [START] = token(3600, { accessToken = "SECRET\r\nX: y" }) }, nil,
      "SSOTokenLoadError", "is invalid" },
    { "with an expired token", LEGACY, { [START] = token(0) }, nil, "UnauthorizedSSOTokenError", UNAUTHORIZED },
    { "with a token whose expiration is not a date", LEGACY, { [START] = token(0, { expiresAt = "soon" }) }, nil,
      "UnauthorizedSSOTokenError",
      UNAUTHORIZED },
    { "whose token is rejected", LEGACY, { [START] = token(3600) }, worlds.json({ message = "Session token not found" },
      401,
      { ["x-amzn-ErrorType"] = "UnauthorizedException:http://internal/" }), "UnauthorizedSSOTokenError", UNAUTHORIZED },
    { "whose token is rejected without an error code", LEGACY, { [START] = token(3600) }, { 401, "" },
      "UnauthorizedSSOTokenError", UNAUTHORIZED },
    { "without access to the role",
      LEGACY, { [START] = token(3600) }, worlds.json({ message = "No access SECRETaccess" },
      403,
      { ["x-amzn-ErrorType"] = "ForbiddenException" }), "CredentialRetrievalError",
      "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access ***" },
    { "whose service fails", LEGACY, { [START] = token(3600) }, { 502, "<html>" }, "CredentialRetrievalError",
      "An error occurred (502) when calling the GetRoleCredentials operation: " },
    { "that gets a response without keys", LEGACY, { [START] = token(3600) },
      worlds.json { roleCredentials = { accessKeyId = "SECRET" } },
      "CredentialRetrievalError", "the response to GetRoleCredentials does not contain complete keys" },
    { "that gets an incomplete response", LEGACY, { [START] = token(3600) }, { 200,
      '{"roleCredentials":{"secretAccessKey":"SECRET' },
      "CredentialRetrievalError", "the response to GetRoleCredentials does not contain complete keys" },
  } do
    it("an SSO profile " .. case[1] .. " is an error", function()
      local world, source = at(case[2], case[3], case[4] and function() return case[4] end)
      local err = worlds.catch(source.keys, source)
      assert.are.equal(case[5], err.code)
      assert.are.equal(case[5] == "InvalidConfigError" and "config" or "credentials", err.kind)
      assert.truthy(err.message:find(case[6], 1, true), err.message)
      worlds.check_silence(world.events)
    end)
  end

  it("the SSO cache is in the default home directory if HOME is not set", function()
    local world, source = at(LEGACY, { [START] = token(3600) }, function() return { 403, "{}" } end)
    world.env.HOME, world.session.sources.home = nil, world.home .. "/"
    assert.truthy(worlds.catch(source.keys, source).message:find("GetRoleCredentials", 1, true))
  end)

  it("an SSO profile without a home directory is an error that says so", function()
    local world, source = at(LEGACY, { [START] = token(3600) })
    world.env.HOME = nil
    assert.truthy(worlds.catch(source.keys, source).message:find("HOME is not set", 1, true))
  end)
end)
