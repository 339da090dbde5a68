-- The settings of a client whose options have a region and keys. All other settings still come from the environment and
-- the shared files.
local child = require "spec.support.child"
local files = require "spec.support.files"
local shell = require "spec.support.shell"

-- Returns a setting of a client in a process with these variables, or the error, as text.
local function setting(name, env)
  env.HOME = env.HOME or "/nonexistent"
  return child(env, ([[
    local good, settings = pcall(require("glacier.runtime").settings, {
      region = "us-west-2", credentials = { access_key_id = "a", secret_access_key = "s" },
    })
    io.write(tostring(not good and settings or settings.%s))
  ]]):format(name))
end

local FIPS = "https://glacier-fips.us-west-2.amazonaws.com"

-- Variable = { its value, the name of a setting, the expected setting }. If there is a proxy variable, the setting is
-- nil, because libcurl then reads the variable itself. Without one, the setting is "": no proxy.
local CASES = {
  AWS_RETRY_MODE = { "legacy", "retry_mode", "legacy" },
  AWS_MAX_ATTEMPTS = { "7", "max_attempts", "7" },
  AWS_SDK_UA_APP_ID = { "app", "app_id", "app" },
  AWS_USE_FIPS_ENDPOINT = { "true", "endpoint_url", FIPS },
  AWS_ENDPOINT_URL = { "http://x.test", "endpoint_url", "http://x.test" },
  AWS_ENDPOINT_URL_GLACIER = { "http://y.test", "endpoint_url", "http://y.test" },
  AWS_CA_BUNDLE = { "/a.pem", "ca_bundle", "/a.pem" },
  REQUESTS_CA_BUNDLE = { "~/b.pem", "ca_bundle", "/nonexistent/b.pem" },
  SSL_CERT_FILE = { "/c.pem", "ca_bundle", "/c.pem" },
  http_proxy = { "http://p.test", "proxies.http", "nil" },
  https_proxy = { "http://p.test", "proxies.https", "nil" },
  HTTPS_PROXY = { "http://p.test", "proxies.https", "nil" },
  all_proxy = { "http://p.test", "proxies.https", "nil" },
  ALL_PROXY = { "http://p.test", "proxies.https", "nil" },
}

describe("the settings of a client with a region and keys", function()
  for variable, case in pairs(CASES) do
    it("depend on the variable " .. variable, function()
      assert.are.equal(case[3], setting(case[2], { [variable] = case[1] }))
      assert.are_not.equal(case[3], setting(case[2], { [variable] = "" }))
    end)
  end

  it("depend on AWS_USE_DUALSTACK_ENDPOINT", function()
    assert.matches("us%-west%-2%.api%.aws$", setting("endpoint_url", { AWS_USE_DUALSTACK_ENDPOINT = "true" }))
  end)

  it("require a valid AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", function()
    assert.matches("is not true or false", setting("region", { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "maybe" }))
  end)

  it("require the profile that a variable names", function()
    for _, name in ipairs { "AWS_PROFILE", "AWS_DEFAULT_PROFILE" } do
      assert.matches("profile %(none%) could not be found", setting("region", { [name] = "none" }))
    end
  end)

  it("name the default profile if no variable names another", function()
    assert.are.equal("default", setting("profile_name", {}))
  end)

  it("may be in shared files of a home directory that no variable names", function()
    assert.are.equal("true", child({}, 'io.write(tostring(require("glacier.core").has_shared_files()))'))
  end)

  it("take the first CA bundle of the environment", function()
    local env = { REQUESTS_CA_BUNDLE = "/b.pem", SSL_CERT_FILE = "/c.pem" }
    assert.are.equal("/b.pem", setting("ca_bundle", env))
    env.AWS_CA_BUNDLE = "/a.pem"
    assert.are.equal("/a.pem", setting("ca_bundle", env))
  end)
end)

describe("the settings of a client with a region and keys", function()
  local home
  setup(function()
    home = files.directory()
    shell.run(("mkdir '%s/.aws'"):format(home))
  end)
  teardown(function() files.remove(home) end)

  for name, variable in pairs { config = "AWS_CONFIG_FILE", credentials = "AWS_SHARED_CREDENTIALS_FILE" } do
    it(("depend on the shared %s file"):format(name), function()
      local path = ("%s/.aws/%s"):format(home, name)
      files.write(path, "[default]\nretry_mode = legacy\n")
      assert.are.equal("legacy", setting("retry_mode", { HOME = home }))
      assert.are.equal("legacy", setting("retry_mode", { [variable] = path }))
      assert.are.equal("legacy", setting("retry_mode", { HOME = home, [variable] = "~/.aws/" .. name }))
      assert.are.equal("legacy", setting("retry_mode", { HOME = home, [variable] = "$HOME/.aws/" .. name }))
      assert.are.equal("legacy", setting("retry_mode", { [variable] = ("/."):rep(600) .. path }))
      assert.are.equal("standard", setting("retry_mode", { HOME = home, [variable] = "/dev/null" }))
      os.remove(path)
      assert.are.equal("standard", setting("retry_mode", { HOME = home }))
    end)
  end
end)
