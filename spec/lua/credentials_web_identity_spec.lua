-- Roles that are assumed with the token of an identity provider. A local HTTP server takes the place of STS. The
-- expected values are the requests and messages of botocore 1.43 for the same files.

local assumed_roles = require "spec.support.assumed_roles"
local files = require "spec.support.files"
local worlds = require "spec.support.credentials_world"

local ROLE, SOURCE, assume = assumed_roles.ROLE, assumed_roles.SOURCE, assumed_roles.open

describe("glacier.credentials.web_identity", function()
  local function answer() return worlds.sts "AssumeRoleWithWebIdentity" end

  it("a role assumed with a web identity comes from the environment, and its request is not signed", function()
    local world, source = assume {
      env = { AWS_ENDPOINT_URL_STS = "{URL}", AWS_WEB_IDENTITY_TOKEN_FILE = "{HOME}/token",
        AWS_ROLE_ARN = "arn:aws:iam::111122223333:role/demo", AWS_ROLE_SESSION_NAME = "me" },
      files = { token = "SECRETt+/=d\n" }, answer = answer,
    }
    finally(world.close)
    assert.is_true(worlds.same_keys(source:keys(), "ASIASTS", "SECRET/sts+&", "SECRETtoken="))
    assert.is_nil(world.requests[1].headers.authorization)
    assert.are.same({
      Action = "AssumeRoleWithWebIdentity", Version = "2011-06-15", RoleArn = "arn:aws:iam::111122223333:role/demo",
      RoleSessionName = "me", WebIdentityToken = "SECRETt+/=d\n",
    }, worlds.form(world.requests[1].body))
    worlds.check_silence(tostring(source), world.events)
  end)

  it("a role assumed with a web identity comes from the profile, whose token file is read at each refresh", function()
    local world, source = assume {
      config = "[default]\n" .. ROLE .. "web_identity_token_file = ~/token\n", files = { token = "SECRETone" },
      answer = answer,
    }
    finally(world.close)
    source:keys()
    files.write(world.home .. "/token", "SECRETtwo")
    world.now = world.now + 3600 - 601
    source:keys()
    assert.are.equal("SECRETone", worlds.form(world.requests[1].body).WebIdentityToken)
    assert.are.equal("SECRETtwo", worlds.form(world.requests[2].body).WebIdentityToken)
    assert.are.equal(worlds.form(world.requests[1].body).RoleSessionName,
      worlds.form(world.requests[2].body).RoleSessionName)
  end)

  it("a role assumed with a web identity may be the source of another role", function()
    local world, source = assume {
      config = "[default]\n" .. ROLE .. "source_profile = w\n[profile w]\n" .. ROLE
        .. "web_identity_token_file = {HOME}/token\n",
      files = { token = "SECRETone" },
      answer = function(request) return worlds.sts(worlds.form(request.body).Action) end,
    }
    finally(world.close)
    source:keys()
    assert.are.equal("AssumeRoleWithWebIdentity", worlds.form(world.requests[1].body).Action)
    assert.truthy(world.requests[2].headers.authorization:find("=ASIASTS/", 1, true))
  end)

  it("a role assumed with a web identity in the environment is skipped if the profile was chosen in code", function()
    local world, source = assume {
      env = { AWS_WEB_IDENTITY_TOKEN_FILE = "{HOME}/token", AWS_ROLE_ARN = "arn" }, profile = "source", config = SOURCE,
    }
    finally(world.close)
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
      files = { t = "SECRETt" }, answer = function() return worlds.sts_error(400, "InvalidIdentityToken",
        "no SECRETt here") end },
      "CredentialRetrievalError",
        "(InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: no *** here" },
  } do
    it("a role assumed with a web identity " .. case[1] .. " is an error", function()
      local world, source = assume(case[2])
      finally(world.close)
      local err = worlds.catch(source.keys, source)
      assert.are.equal(case[3], err.code)
      assert.truthy(err.message:find(case[4], 1, true), err.message)
    end)
  end
end)
