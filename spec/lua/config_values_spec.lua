-- The other settings: retries, certificates, the application's name, and their valid values. The expected values are
-- the results of botocore 1.43 for the same files and environment, unless a comment says otherwise.
local child = require "spec.support.child"
local glacier = require "glacier"
local settings = require "spec.support.settings"

local NONE = settings.NONE
local REGION = "[default]\nregion = us-west-2\n"

describe("glacier.config.values", function()
  settings.check(it, "retries are", {
    -- botocore's default is legacy until November 2026.
    ["in the standard mode with three attempts"] = {
      config = REGION, expect = { retry_mode = "standard", max_attempts = 3 },
    },
    ["five attempts in the legacy mode"] = {
      env = { AWS_RETRY_MODE = "legacy" }, config = REGION, expect = { retry_mode = "legacy", max_attempts = 5 },
    },
    ["three attempts in the adaptive mode"] = {
      config = REGION .. "retry_mode = adaptive", expect = { retry_mode = "adaptive", max_attempts = 3 },
    },
    ["the options' first"] = {
      options = { retry_mode = "legacy", max_attempts = 9 },
      env = { AWS_RETRY_MODE = "adaptive", AWS_MAX_ATTEMPTS = "8" }, config = REGION,
      expect = { retry_mode = "legacy", max_attempts = 9 },
    },
    ["the variables' before the files'"] = {
      env = { AWS_RETRY_MODE = "adaptive", AWS_MAX_ATTEMPTS = "8" },
      config = REGION .. "retry_mode = legacy\nmax_attempts = 7",
      expect = { retry_mode = "adaptive", max_attempts = 8 },
    },
    ["the files', each key by itself"] = {
      config = REGION .. "retry_mode = legacy\nmax_attempts = 7", credentials = "[default]\nmax_attempts = 6",
      expect = { retry_mode = "legacy", max_attempts = 6 },
    },
    ["a number with spaces, a sign or zeros"] = {
      env = { AWS_MAX_ATTEMPTS = " +007 " }, config = REGION, expect = { max_attempts = 7 },
    },
    ["not limited in number"] = {
      env = { AWS_MAX_ATTEMPTS = "99999999999999999999" }, config = REGION, expect = { max_attempts = 1e20 },
    },
    -- botocore rejects an empty number with "invalid literal for int() with base 10".
    ["the default where a value is empty"] = {
      env = { AWS_RETRY_MODE = "", AWS_MAX_ATTEMPTS = "" }, config = REGION .. "retry_mode =\nmax_attempts =\n",
      expect = { retry_mode = "standard", max_attempts = 3 },
    },
  })

  local rejected = {}
  for _, value in ipairs { "0", "-1", "x", "1.5", "1e2", "0x10", "3;", " ", "inf", "nan", "1 2" } do
    rejected[("AWS_MAX_ATTEMPTS is %q"):format(value)] = {
      env = { AWS_MAX_ATTEMPTS = value }, config = REGION,
      message = ("AWS_MAX_ATTEMPTS in the environment: %q is not an integer of at least 1"):format(value),
    }
  end
  for _, value in ipairs { "STANDARD", "std", " standard", '"standard"', "none" } do
    rejected[("AWS_RETRY_MODE is %q"):format(value)] = {
      env = { AWS_RETRY_MODE = value }, config = REGION,
      message = ("AWS_RETRY_MODE in the environment: %q is not one of standard, legacy, adaptive"):format(value),
    }
  end
  rejected["a file has an invalid number"] = {
    config = REGION .. "max_attempts = many", credentials = "[default]\n\nmax_attempts = few",
    message = 'max_attempts in @/.aws/credentials, line 3: "few" is not an integer of at least 1',
  }
  rejected["a file has an invalid mode"] = {
    config = REGION .. "retry_mode = auto",
    message = 'retry_mode in @/.aws/config, line 3: "auto" is not one of standard, legacy, adaptive',
  }
  rejected["a file has a nested block"] = {
    config = REGION .. "max_attempts =\n  a = b",
    message = "max_attempts in @/.aws/config, line 3: a nested block is not a value",
  }
  settings.check_rejected(it, "a retry setting is rejected where", rejected)
end)

describe("glacier.config.values", function()
  local PLAIN, FIPS = "https://glacier.us-west-2.amazonaws.com", "https://glacier-fips.us-west-2.amazonaws.com"
  local cases, rejected = {}, {}
  for word, url in pairs {
    ["true"] = FIPS, TRUE = FIPS, tRuE = FIPS, ["false"] = PLAIN, False = PLAIN, [""] = PLAIN,
  } do
    cases[("is %q in a variable"):format(word)] = {
      env = { AWS_USE_FIPS_ENDPOINT = word }, config = REGION, expect = { endpoint_url = url },
    }
    cases[("is %q in a file"):format(word)] = {
      config = REGION .. "use_fips_endpoint = " .. word, expect = { endpoint_url = url },
    }
  end
  -- botocore reads all of these as false.
  for _, word in ipairs { "1", "0", "yes", "no", "on", "t", " true", "true ", "null" } do
    rejected[("%q"):format(word)] = {
      env = { AWS_USE_DUALSTACK_ENDPOINT = word }, config = REGION,
      message = ("AWS_USE_DUALSTACK_ENDPOINT in the environment: %q is not true or false"):format(word),
    }
  end
  rejected["another word in a file"] = {
    config = REGION .. "ignore_configured_endpoint_urls = 1",
    message = 'ignore_configured_endpoint_urls in @/.aws/config, line 3: "1" is not true or false',
  }
  settings.check(it, "a switch", cases)
  settings.check_rejected(it, "a switch must not be", rejected)
end)

describe("glacier.config.values", function()
  settings.check(it, "certificates are trusted", {
    ["as the system trusts them"] = { config = REGION, expect = { ca_bundle = NONE, verify = true } },
    ["as the option says"] = {
      options = { ca_bundle = "/option" }, env = { AWS_CA_BUNDLE = "/env" }, config = REGION,
      expect = { ca_bundle = "/option" },
    },
    ["as AWS_CA_BUNDLE says"] = {
      env = { AWS_CA_BUNDLE = "/env" }, config = REGION .. "ca_bundle = /file", expect = { ca_bundle = "/env" },
    },
    -- The AWS CLI expands no variables here.
    ["as the profile says, with ~ expanded, but no variables"] = {
      config = REGION .. "ca_bundle = ~root/$HOME/a b", expect = { ca_bundle = "/root/$HOME/a b" },
    },
    ["as AWS_CA_BUNDLE says, with ~ expanded"] = {
      env = { AWS_CA_BUNDLE = "~root/x" }, config = REGION, expect = { ca_bundle = "/root/x" },
    },
    ["as the option says, with ~ expanded"] = {
      env = { HOME = "/h", AWS_REGION = "us-west-2" }, options = { ca_bundle = "~/x" }, expect = { ca_bundle = "/h/x" },
    },
    ["as REQUESTS_CA_BUNDLE says where neither AWS_CA_BUNDLE nor the profile does"] = {
      env = { REQUESTS_CA_BUNDLE = "/requests", SSL_CERT_FILE = "/ssl" }, config = REGION,
      expect = { ca_bundle = "/requests" },
    },
    ["as the profile says before REQUESTS_CA_BUNDLE"] = {
      env = { REQUESTS_CA_BUNDLE = "/requests" }, config = REGION .. "ca_bundle = /file",
      expect = { ca_bundle = "/file" },
    },
    ["as SSL_CERT_FILE says where nothing else does, as with curl"] = {
      env = { SSL_CERT_FILE = "/ssl", REQUESTS_CA_BUNDLE = "" }, config = REGION,
      expect = { ca_bundle = "/ssl" },
    },
    -- botocore rejects an empty value.
    ["as the system trusts them where the variable is empty"] = {
      env = { AWS_CA_BUNDLE = "" }, config = REGION, expect = { ca_bundle = NONE },
    },
    ["all of them where the option verify is false"] = {
      options = { verify = false }, env = { AWS_CA_BUNDLE = "/env" }, config = REGION, expect = { verify = false },
    },
  })
end)

describe("glacier.config.values", function()
  settings.check(it, "the application's name is", {
    ["none"] = { config = REGION, expect = { app_id = NONE } },
    ["AWS_SDK_UA_APP_ID's"] = {
      env = { AWS_SDK_UA_APP_ID = "a/b" }, config = REGION .. "sdk_ua_app_id = c", expect = { app_id = "a/b" },
    },
    ["the profile's"] = { config = REGION .. "sdk_ua_app_id = c", expect = { app_id = "c" } },
  })

  -- Columns: the application's name, the option user_agent_extra, the rest of the User-Agent header.
  for _, row in ipairs {
    { "my-app", nil, " app/my-app" }, { "a b/c(d)", nil, " app/a-b-c-d-" }, { "a\r\nX: y", nil, " app/a--X--y" },
    { "!#$%&'*+-.^_`|~09", "more/1 (x)", " app/!#$%&'*+-.^_`|~09 more/1 (x)" }, { "", "more", " more" },
  } do
    local shown = row[1]:gsub("\r\n", "<CRLF>")
    it(("the application's name is sent in User-Agent: %q as %q"):format(shown, row[3]), function()
      local agent
      local client = glacier.client {
        region = "us-west-2", user_agent_extra = row[2], env = { AWS_SDK_UA_APP_ID = row[1] },
        credentials = { access_key_id = "a", secret_access_key = "b" },
        transport = function(request)
          agent = request.headers["User-Agent"]
          return { status = 200, body = "{}" }
        end,
      }
      client:list_vaults()
      assert.are.equal(row[3], agent:match "^lua%-glacier/%d+%.%d+%.%d+ Lua[%w/.-]+(.*)$")
      assert.are.equal(row[1] ~= "" and 1 or 0, select(2, agent:gsub(" app/", "")))
    end)
  end
end)

describe("glacier.config.values", function()
  settings.check(it, "timeouts are", {
    ["60 seconds, and none for the whole call"] = {
      config = REGION, expect = { connect_timeout = 60, read_timeout = 60, timeout = NONE },
    },
    ["the options'"] = {
      options = { connect_timeout = 1, read_timeout = 0.5, timeout = 9 }, config = REGION,
      expect = { connect_timeout = 1, read_timeout = 0.5, timeout = 9 },
    },
  })
end)

describe("glacier.config.values", function()
  it("the process's environment is read without the option env", function()
    local printed = child({
      AWS_REGION = "us-west-2", AWS_RETRY_MODE = "legacy", AWS_CA_BUNDLE = "", HOME = "/",
      AWS_ENDPOINT_URL = "http://x.test",
    }, [[
      local found = require("glacier.runtime").settings {}
      io.write(found.region, " ", found.retry_mode, " ", tostring(found.ca_bundle), " ", found.endpoint_url)
    ]])
    assert.are.equal("us-west-2 legacy nil http://x.test", printed)
  end)
end)

describe("glacier.config.values", function()
  it("the option env replaces the process's environment, and only its strings count", function()
    local found = settings.resolve {
      config = REGION,
      env = { AWS_RETRY_MODE = 5, AWS_MAX_ATTEMPTS = 7, AWS_CA_BUNDLE = true, AWS_SDK_UA_APP_ID = {} },
    }
    assert.are.equal("standard", found.retry_mode)
    assert.are.equal(3, found.max_attempts)
    assert.is_nil(found.ca_bundle)
    assert.is_nil(found.app_id)
    assert.is_nil(found.sources.getenv "PATH")
  end)

  it("the option env may have a metamethod that returns the variables", function()
    local found = settings.with_files({ config = REGION }, function(env)
      return require("glacier.runtime").settings {
        env = setmetatable({}, {
          __index = function(_, name) return name == "AWS_MAX_ATTEMPTS" and "4" or env[name] end,
        }),
      }
    end)
    assert.are.equal(4, found.max_attempts)
  end)
end)
