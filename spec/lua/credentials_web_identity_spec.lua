-- Roles that are assumed with the token of an identity provider. A local HTTP server takes the place of STS. The
-- expected values are the requests and messages of botocore 1.43 for the same files.

local world = require "spec.support.credentials_world"

local ROLE = "role_arn = arn:aws:iam::111122223333:role/demo\n"
local SOURCE = "[profile source]\naws_access_key_id = AKIAsource\naws_secret_access_key = SECRETs\n"
local STS = { AWS_ENDPOINT_URL_STS = "{URL}" }

local function assume(given)
  given.env = given.env or STS
  given.answer = given.answer or function() return world.sts "AssumeRole" end
  local place = world.new(given)
  return place, place.source()
end

describe("glacier.credentials.web_identity", function()
  local function answer() return world.sts "AssumeRoleWithWebIdentity" end

  it("a role assumed with a web identity comes from the environment, and its request is not signed", function()
    local place, source = assume {
      env = { AWS_ENDPOINT_URL_STS = "{URL}", AWS_WEB_IDENTITY_TOKEN_FILE = "{HOME}/token",
        AWS_ROLE_ARN = "arn:aws:iam::111122223333:role/demo", AWS_ROLE_SESSION_NAME = "me" },
      files = { token = "SECRETt+/=d\n" }, answer = answer,
    }
    finally(place.close)
    assert.is_true(world.same_keys(source:keys(), "ASIASTS", "SECRET/sts+&", "SECRETtoken="))
    assert.is_nil(place.requests[1].headers.authorization)
    assert.are.same({
      Action = "AssumeRoleWithWebIdentity", Version = "2011-06-15", RoleArn = "arn:aws:iam::111122223333:role/demo",
      RoleSessionName = "me", WebIdentityToken = "SECRETt+/=d\n",
    }, world.form(place.requests[1].body))
    world.check_silence(tostring(source), place.events)
  end)

  it("a role assumed with a web identity comes from the profile, whose token file is read at each refresh", function()
    local place, source = assume {
      config = "[default]\n" .. ROLE .. "web_identity_token_file = ~/token\n", files = { token = "SECRETone" },
      answer = answer,
    }
    finally(place.close)
    source:keys()
    local file = assert(io.open(place.home .. "/token", "w"))
    file:write "SECRETtwo"
    file:close()
    place.now = place.now + 3600 - 601
    source:keys()
    assert.are.equal("SECRETone", world.form(place.requests[1].body).WebIdentityToken)
    assert.are.equal("SECRETtwo", world.form(place.requests[2].body).WebIdentityToken)
    assert.are.equal(world.form(place.requests[1].body).RoleSessionName,
      world.form(place.requests[2].body).RoleSessionName)
  end)

  it("a role assumed with a web identity may be the source of another role", function()
    local place, source = assume {
      config = "[default]\n" .. ROLE .. "source_profile = w\n[profile w]\n" .. ROLE
        .. "web_identity_token_file = {HOME}/token\n",
      files = { token = "SECRETone" },
      answer = function(request) return world.sts(world.form(request.body).Action) end,
    }
    finally(place.close)
    source:keys()
    assert.are.equal("AssumeRoleWithWebIdentity", world.form(place.requests[1].body).Action)
    assert.truthy(place.requests[2].headers.authorization:find("=ASIASTS/", 1, true))
  end)

  it("a role assumed with a web identity in the environment is skipped if the profile was chosen in code", function()
    local place, source = assume {
      env = { AWS_WEB_IDENTITY_TOKEN_FILE = "{HOME}/token", AWS_ROLE_ARN = "arn" }, profile = "source", config = SOURCE,
    }
    finally(place.close)
    assert.are.equal("AKIAsource", source:keys():access_key_id())
  end)

  -- Columns: title, files, error code, part of the message.
  for _, case in ipairs {
    { "without a role", { config = "[default]\nweb_identity_token_file = x\n" }, "InvalidConfigError",
      "configured to assume role with web identity but has no role ARN configured" },
    { "without its file", { config = "[default]\n" .. ROLE .. "web_identity_token_file = {HOME}/none\n" },
      "CredentialRetrievalError", "/none: No such file or directory" },
    { "with an empty file", { config = "[default]\n" .. ROLE .. "web_identity_token_file = {HOME}/t\n",
      files = { t = "" } },
      "CredentialRetrievalError", "/t is empty" },
    { "with a NUL byte in its file's path", { config = "[default]\n" .. ROLE .. "web_identity_token_file = ~/t\0\n" },
      "CredentialRetrievalError", "/t\\x00: the path contains a NUL byte" },
    { "with an endless file", { config = "[default]\n" .. ROLE .. "web_identity_token_file = /dev/zero\n" },
      "CredentialRetrievalError", "the web identity token file /dev/zero: longer than 65536 bytes" },
    { "with a directory as its file", { config = "[default]\n" .. ROLE .. "web_identity_token_file = {HOME}\n" },
      "CredentialRetrievalError", "cannot read the web identity token file" },
    { "whose token STS repeats in its error", { config = "[default]\n" .. ROLE
      .. "web_identity_token_file = {HOME}/t\n",
      files = { t = "SECRETt" }, answer = function() return world.sts_error(400, "InvalidIdentityToken",
        "no SECRETt here") end },
      "CredentialRetrievalError",
        "(InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: no *** here" },
  } do
    it("a role assumed with a web identity " .. case[1] .. " is an error", function()
      local place, source = assume(case[2])
      finally(place.close)
      local err = world.catch(source.keys, source)
      assert.are.equal(case[3], err.code)
      assert.truthy(err.message:find(case[4], 1, true), err.message)
    end)
  end
end)
