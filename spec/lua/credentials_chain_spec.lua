-- The order in which the chain looks for keys, and its message if there are none. The expected keys are those that
-- botocore 1.43 finds for the same files and variables.

local child = require "spec.support.child"
local support = require "spec.support.files"
local worlds = require "spec.support.credentials_world"

local function pair(n)
  return ("aws_access_key_id = AKIA%s\naws_secret_access_key = SECRET%s\n"):format(n, n)
end

local function printed(fields)
  return "credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKIAprocess\",\"SecretAccessKey\":\"SECRETp\"" ..
    (fields or "") .. "}'\n"
end

local ENV = { AWS_ACCESS_KEY_ID = "AKIAenv", AWS_SECRET_ACCESS_KEY = "SECRETenv" }

local function with(more)
  local env = {}
  for name, value in pairs(ENV) do env[name] = value end
  for name, value in pairs(more) do env[name] = value end
  return env
end

-- Columns: title, world; then access key, secret key, token and account, or an error code and part of its message.
local cases = {
  { "the environment's keys", { env = ENV }, "AKIAenv", "SECRETenv" },
  { "the environment's with a token and an account", { env = with { AWS_SESSION_TOKEN = "SECRETt",
    AWS_ACCOUNT_ID = "12" } },
    "AKIAenv", "SECRETenv", "SECRETt", "12" },
  { "the environment's older name of the token first",
    { env = with { AWS_SECURITY_TOKEN = "SECRETa", AWS_SESSION_TOKEN = "SECRETb" } }, "AKIAenv", "SECRETenv",
      "SECRETa" },
  { "the environment's newer name if the older one is empty",
    { env = with { AWS_SECURITY_TOKEN = "", AWS_SESSION_TOKEN = "SECRETb" } }, "AKIAenv", "SECRETenv", "SECRETb" },
  { "the environment's that do not expire soon", { env = with { AWS_CREDENTIAL_EXPIRATION = worlds.at(7200) } },
    "AKIAenv", "SECRETenv" },
  { "no expired keys", { env = with { AWS_CREDENTIAL_EXPIRATION = worlds.at(-1) } },
    error = "CredentialRetrievalError", says = "still expired" },
  { "no keys with an expiration that is not a date", { env = with { AWS_CREDENTIAL_EXPIRATION = "soon" } },
    error = "CredentialRetrievalError", says = 'AWS_CREDENTIAL_EXPIRATION cannot be read as a date: "soon"' },
  { "no access key without its secret in the environment", { env = { AWS_ACCESS_KEY_ID = "AKIAenv" } },
    error = "PartialCredentialsError", says = "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY" },
  { "no access key whose secret is empty in the environment", { env = with { AWS_SECRET_ACCESS_KEY = "" } },
    error = "PartialCredentialsError", says = "missing: AWS_SECRET_ACCESS_KEY" },
  { "the file's keys if the environment's access key is empty",
    { env = with { AWS_ACCESS_KEY_ID = "" }, credentials = "[default]\n"
    .. pair(1) },
    "AKIA1", "SECRET1" },
  { "the profile's chosen in code, not the environment's",
    { env = ENV, credentials = "[p]\n" .. pair(1), profile = "p" }, "AKIA1", "SECRET1" },
  { "the environment's, also with a profile chosen there",
    { env = with { AWS_PROFILE = "p" }, credentials = "[p]\n" .. pair(1) }, "AKIAenv", "SECRETenv" },
  { "the credentials file's keys", { credentials = "[default]\n" .. pair(1)
    .. "aws_session_token = SECRETt\naws_account_id = 5\n" },
    "AKIA1", "SECRET1", "SECRETt", "5" },
  { "the credentials file's older name of the token first",
    { credentials = "[default]\n" .. pair(1) .. "aws_session_token = SECRETt\naws_security_token = SECRETu\n" },
    "AKIA1", "SECRET1", "SECRETu" },
  { "no access key without its secret in the credentials file",
    { credentials = "[default]\naws_access_key_id = AKIA\n" },
    error = "PartialCredentialsError",
    says = "Partial credentials found in shared-credentials-file, missing: aws_secret_access_key" },
  { "no keys if the access key is empty",
    { credentials = "[default]\naws_access_key_id =\naws_secret_access_key = SECRET\n" },
    error = "NoCredentialsError", says = "no aws_access_key_id in the shared credentials file" },
  { "the newer name of the token if the older one is empty in the file",
    { credentials = "[default]\n" .. pair(1) .. "aws_security_token =\naws_session_token = SECRETt\n" },
    "AKIA1", "SECRET1", "SECRETt" },
  { "the keys of a profile whose other settings are empty", { credentials = "[default]\n" .. pair(1),
    config = "[default]\nrole_arn =\nsource_profile = x\nweb_identity_token_file =\nsso_account_id =\nsso_role_name =\n"
      .. "login_session =\ncredential_process =\n" }, "AKIA1", "SECRET1" },
  { "no keys for a secret without an access key", { credentials = "[default]\naws_secret_access_key = SECRET\n" },
    error = "NoCredentialsError" },
  { "the config file's keys", { config = "[default]\n" .. pair(2) }, "AKIA2", "SECRET2" },
  { "the config file's of a quoted profile", { config = '[profile "my p"]\n' .. pair(2), profile = "my p" },
    "AKIA2", "SECRET2" },
  { "no access key without its secret in the config file", { config = "[default]\naws_access_key_id = AKIA\n" },
    error = "PartialCredentialsError",
      says = "Partial credentials found in config-file, missing: aws_secret_access_key" },
  { "the credentials file's before the config file's",
    { config = "[default]\n" .. pair(2), credentials = "[default]\n" .. pair(1) }, "AKIA1", "SECRET1" },
  { "no key pair split over two files",
    { config = "[default]\naws_secret_access_key = SECRET\n", credentials = "[default]\naws_access_key_id = AKIA\n" },
    error = "PartialCredentialsError", says = "shared-credentials-file" },
  { "a program's before the config file's", { config = "[default]\n" .. pair(2) .. printed() }, "AKIAprocess",
    "SECRETp" },
  { "the credentials file's before a program's", { credentials = "[default]\n" .. pair(1) .. printed() },
    "AKIA1", "SECRET1" },
  { "no keys in a nested block", { config = "[default]\naws_access_key_id =\n  a = b\n" },
    error = "InvalidConfigError", says = "line 2: a nested block is not a value" },
  { "no keys for a login session, and says what to do", { config = "[default]\nlogin_session = me\n" },
    error = "CredentialRetrievalError", says = "aws configure export-credentials --profile default" },
}

describe("glacier.credentials.chain", function()
  for _, case in ipairs(cases) do
    it("the chain of credentials finds " .. case[1], function()
      local world = worlds.new(case[2])
      finally(world.close)
      local source = world.source()
      if case.error then
        local err = worlds.catch(source.keys, source)
        assert.are.equal(case.error, err.code)
        assert.truthy(err.message:find(case.says or "", 1, true), err.message)
        assert.are.equal(case.error == "InvalidConfigError" and "config" or "credentials", err.kind)
        return
      end
      assert.is_true(worlds.same_keys(source:keys(), case[3], case[4], case[5]))
      assert.are.equal(case[6], source:account())
      worlds.check_silence(tostring(source), world.events)
    end)
  end
end)

describe("glacier.credentials.chain", function()
  it("the chain of credentials reports what it tried and why there were no keys", function()
    local world = worlds.new { config = "[default]\nregion = us-west-2\n" }
    finally(world.close)
    local source = world.source()
    local err = worlds.catch(source.keys, source)
    assert.are.equal("NoCredentialsError", err.code)
    assert.are.equal(table.concat({
      "Unable to locate credentials. Tried:",
      "  environment: AWS_ACCESS_KEY_ID is not set",
      '  assume role: profile "default" has no role_arn to assume with other keys',
      '  web identity: profile "default" has no web_identity_token_file, and AWS_WEB_IDENTITY_TOKEN_FILE is not set',
      '  SSO: profile "default" has neither sso_role_name nor sso_account_id',
      '  shared credentials file: profile "default" is not in the shared credentials file',
      '  login: profile "default" has no login_session',
      '  credential_process: profile "default" has no credential_process',
      '  config file: profile "default" has no aws_access_key_id in the config file',
      "  container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set",
      "  EC2 instance metadata: AWS_EC2_METADATA_DISABLED is true",
    }, "\n"), err.message)
  end)

  it("the chain of credentials reports that it skipped the environment because the profile was chosen in "
    .. "code", function()
    local world = worlds.new { env = ENV, config = "[profile p]\n", profile = "p" }
    finally(world.close)
    local source = world.source()
    local err = worlds.catch(source.keys, source)
    assert.truthy(err.message:find("environment: skipped, because the profile was chosen in code", 1, true))
    assert.truthy(err.message:find('profile "p" has no web_identity_token_file\n', 1, true))
  end)

  it("the chain of credentials is searched when keys are first needed, and again only if it found none", function()
    local world = worlds.new {}
    finally(world.close)
    local source = world.source()
    assert.are.equal("NoCredentialsError", worlds.catch(source.keys, source).code)
    world.env.AWS_ACCESS_KEY_ID, world.env.AWS_SECRET_ACCESS_KEY = "AKIA1", "SECRET1"
    assert.are.equal("AKIA1", source:keys():access_key_id())
    world.env.AWS_ACCESS_KEY_ID = "AKIA2"
    assert.are.equal("AKIA1", source:keys():access_key_id())
    assert.is_false(source:refresh())
  end)
end)

-- Returns the modules of providers that a program loads to get its keys.
local function loaded(env, options)
  local home = support.directory()
  env.HOME, env.AWS_REGION = home, "us-west-2"
  local text = child(env, ([[
    local client = require("glacier").client { %s transport = function() return { status = 200, body = "{}" } end }
    client:list_vaults()
    local names = {}
    for _, name in ipairs { "assume_role", "container", "imds", "process", "sso", "sso_cache", "sso_token", "static",
      "sts", "service", "web_identity", "xml" } do
      if package.loaded["glacier.credentials." .. name] then names[#names + 1] = name end
    end
    io.write(table.concat(names, " "))
  ]]):format(options or ""))
  support.remove(home)
  return text
end

describe("glacier.credentials.chain", function()
  it("a program loads no provider if its keys are given in code", function()
    assert.are.equal("", loaded({}, 'credentials = { access_key_id = "a", secret_access_key = "b" },'))
  end)

  it("a program loads no other provider if its keys are in the environment", function()
    assert.are.equal("", loaded { AWS_ACCESS_KEY_ID = "a", AWS_SECRET_ACCESS_KEY = "b" })
  end)
end)

describe("glacier.credentials.chain", function()
  local world
  setup(function() world = worlds.new { env = ENV } end)
  teardown(function() world.close() end)

  it("keys given in code may be a table, which is copied at once", function()
    local given = { access_key_id = "AKIAcode", secret_access_key = "SECRETc", session_token = "SECRETt",
      account_id = "3" }
    local source = world.source(given)
    given.access_key_id = "AKIAchanged"
    assert.is_true(worlds.same_keys(source:keys(), "AKIAcode", "SECRETc", "SECRETt"))
    assert.is_false(source:refresh())
    worlds.check_silence(tostring(source))
  end)

  it("keys given in code are rejected at once if they are invalid", function()
    local code = {}
    for i, given in ipairs {
      {}, { access_key_id = "AKIA" }, { access_key_id = "AKIA", secret_access_key = "" },
      { access_key_id = "AKIA", secret_access_key = 5 }, { access_key_id = "AKIA\n", secret_access_key = "SECRET" },
      { access_key_id = "AKIA", secret_access_key = "SECRET", session_token = "SECRET\r\nX: y" },
      { access_key_id = "AKIA", secret_access_key = "SECRET", account_id = 3 },
    } do
      code[i] = worlds.catch(world.source, given).code
    end
    assert.are.same({
      "PartialCredentialsError", "PartialCredentialsError", "PartialCredentialsError",
      "CredentialRetrievalError", "CredentialRetrievalError", "CredentialRetrievalError", "CredentialRetrievalError",
    }, code)
  end)

  it("the error about keys given in code names the key that is not a string", function()
    local err = worlds.catch(world.source, { access_key_id = "AKIA", secret_access_key = {} })
    assert.are.equal("Error when retrieving credentials from explicit: secret_access_key must be a string",
      tostring(err))
  end)

  it("keys given in code may come from a function, which is called again only for a refresh", function()
    local calls = 0
    local source = world.source(function()
      calls = calls + 1
      return { access_key_id = "AKIA" .. calls, secret_access_key = "SECRET" }
    end)
    assert.are.equal(0, calls)
    assert.are.equal("AKIA1", source:keys():access_key_id())
    assert.are.equal("AKIA1", source:keys():access_key_id())
    assert.is_true(source:refresh())
    assert.are.equal("AKIA2", source:keys():access_key_id())
  end)

  it("keys given in code are an error if their function raises or returns invalid keys", function()
    local function code_of(give)
      local source = world.source(give)
      local err = worlds.catch(source.keys, source)
      assert.are.equal("credentials", err.kind)
      return err.code, err.message
    end
    assert.are.equal("NoCredentialsError", (code_of(function() end)))
    assert.are.equal("PartialCredentialsError", (code_of(function() return { access_key_id = "AKIA" } end)))
    assert.are.equal("CredentialRetrievalError", (code_of(function()
      return { access_key_id = "AKIA", secret_access_key = "SECRET", expiration = "tomorrow" }
    end)))
    local code, message = code_of(function() error("the vault is sealed", 0) end)
    assert.are.equal("CredentialRetrievalError", code)
    assert.are.equal("Error when retrieving credentials from the option credentials: the vault is sealed", message)
  end)
end)
