-- Roles that are assumed with other keys. A local HTTP server takes the place of STS. The expected requests are those
-- of botocore 1.43 for the same files, except for the default name of the session.

local assumed_roles = require "spec.support.assumed_roles"
local worlds = require "spec.support.credentials_world"

local ROLE, SOURCE, assume = assumed_roles.ROLE, assumed_roles.SOURCE, assumed_roles.open

describe("glacier.credentials.assume_role", function()
  it("a role assumed with a source profile's keys is requested in a signed form", function()
    local world, source = assume {
      config = "[default]\n" .. ROLE .. "source_profile = source\n" .. SOURCE .. "aws_session_token = SECRETt\n",
    }
    finally(world.close)
    local keys = source:keys()
    assert.is_true(worlds.same_keys(keys, "ASIASTS", "SECRET/sts+&", "SECRETtoken="))
    assert.are.equal("111122223333", source:account())
    local request = world.requests[1]
    assert.are.equal("POST", request.method)
    assert.are.equal("/", request.target)
    assert.are.equal("application/x-www-form-urlencoded; charset=utf-8", request.headers["content-type"])
    assert.truthy(request.headers.authorization:find("Credential=AKIAsource/20231114/us-west-2/sts/aws4_request", 1,
      true))
    assert.are.equal("SECRETt", request.headers["x-amz-security-token"])
    assert.are.same({
      Action = "AssumeRole", Version = "2011-06-15", RoleArn = "arn:aws:iam::111122223333:role/demo",
      RoleSessionName = "glacier-session-1700000000",
    }, worlds.form(request.body))
    assert.are.equal(1, #world.requests)
    assert.are.equal(keys, source:keys())
    worlds.check_silence(tostring(source), world.events)
  end)

  it("a role assumed with a source profile's keys has the profile's settings", function()
    local asked
    local world, source = assume {
      config = "[default]\n" .. ROLE .. "source_profile = source\nexternal_id = e x&y\nrole_session_name = n@m\n"
        .. "duration_seconds =  900\nmfa_serial = arn:aws:iam::1:mfa/me\n" .. SOURCE,
      mfa = function(serial) asked = serial return "123456" end,
    }
    finally(world.close)
    source:keys()
    assert.are.equal("arn:aws:iam::1:mfa/me", asked)
    assert.are.same({
      Action = "AssumeRole", Version = "2011-06-15", RoleArn = "arn:aws:iam::111122223333:role/demo",
      RoleSessionName = "n@m", ExternalId = "e x&y", DurationSeconds = "900", SerialNumber = "arn:aws:iam::1:mfa/me",
      TokenCode = "123456",
    }, worlds.form(world.requests[1].body))
  end)

  it("a role assumed with a source profile's keys is assumed again, with a new code, when its keys are about to "
    .. "expire", function()
    local codes = 0
    local world, source = assume {
      config = "[default]\n" .. ROLE .. "source_profile = source\nmfa_serial = me\n" .. SOURCE,
      mfa = function() codes = codes + 1 return "00000" .. codes end,
    }
    finally(world.close)
    source:keys()
    world.now = world.now + 3600 - 601
    source:keys()
    assert.are.equal("000002", worlds.form(world.requests[2].body).TokenCode)
  end)

  for said, mfa in pairs {
    ["must return a code for me"] = function() return 123456 end,
    ["mfa_code: no phone"] = function() error("no phone", 0) end,
  } do
    it("a role that needs an MFA code is not assumed without one: " .. said, function()
      local world, source = assume {
        config = "[default]\n" .. ROLE .. "source_profile = source\nmfa_serial = me\n" .. SOURCE, mfa = mfa,
      }
      finally(world.close)
      local err = worlds.catch(source.keys, source)
      assert.are.equal("CredentialRetrievalError", err.code)
      assert.truthy(err.message:find(said, 1, true), err.message)
      assert.are.equal(0, #world.requests)
    end)
  end

  for text, sent in pairs {
    long = false, ["+ 1"] = false, ["1.5"] = false, ["+3600"] = "3600", ["0900"] = "900", ["-007"] = "-7", ["00"] = "0",
  } do
    it("a role's duration " .. text .. (sent and " is sent as " .. sent or " is ignored: no integer"), function()
      local world, source = assume {
        config = "[default]\n" .. ROLE .. "source_profile = source\nduration_seconds = " .. text .. "\n" .. SOURCE,
      }
      finally(world.close)
      source:keys()
      assert.are.equal(sent or nil, worlds.form(world.requests[1].body).DurationSeconds)
    end)
  end

  it("each role of a chain is requested with the keys of the role before it", function()
    local world, source = assume {
      config = "[default]\n" .. ROLE .. "source_profile = b\n"
        .. "[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = source\n" .. SOURCE,
      answer = function(_, n) return worlds.sts("AssumeRole", { AccessKeyId = "ASIA" .. n }) end,
    }
    finally(world.close)
    assert.are.equal("ASIA2", source:keys():access_key_id())
    assert.are.equal("arn:aws:iam::1:role/b", worlds.form(world.requests[1].body).RoleArn)
    assert.truthy(world.requests[1].headers.authorization:find("=AKIAsource/", 1, true))
    assert.are.equal("arn:aws:iam::111122223333:role/demo", worlds.form(world.requests[2].body).RoleArn)
    assert.truthy(world.requests[2].headers.authorization:find("=ASIA1/", 1, true))
  end)

  -- Columns: title, files and variables, the access key that signs.
  for _, case in ipairs {
    { "its own profile", { config = "[default]\n" .. ROLE .. "source_profile = default\naws_access_key_id = AKIAown\n"
      .. "aws_secret_access_key = SECRET\n" }, "AKIAown" },
    { "a profile with keys and a role", { config = "[default]\n" .. ROLE .. "source_profile = b\n[profile b]\n" .. ROLE
      .. "source_profile = b\naws_access_key_id = AKIAb\naws_secret_access_key = SECRET\n" }, "AKIAb" },
    { "the credentials file", { credentials = "[default]\n" .. ROLE .. "source_profile = b\n[b]\n"
      .. "aws_access_key_id = AKIAb\naws_secret_access_key = SECRET\n" }, "AKIAb" },
    { "a program", { config = "[default]\n" .. ROLE .. "source_profile = b\n[profile b]\ncredential_process = "
      .. 'echo \'{"Version":1,"AccessKeyId":"AKIAp","SecretAccessKey":"SECRET"}\'\n' }, "AKIAp" },
    { "the environment", { config = "[profile p]\n" .. ROLE .. "credential_source = Environment\n", profile = "p",
      env = { AWS_ENDPOINT_URL_STS = "{URL}", AWS_ACCESS_KEY_ID = "AKIAe", AWS_SECRET_ACCESS_KEY = "SECRET" } },
        "AKIAe" },
  } do
    it("a role's source keys may come from " .. case[1], function()
      local world, source = assume(case[2])
      finally(world.close)
      source:keys()
      assert.truthy(world.requests[1].headers.authorization:find("=" .. case[3] .. "/", 1, true))
    end)
  end

  for name, where in pairs {
    EcsContainer = { AWS_CONTAINER_CREDENTIALS_FULL_URI = "{URL}/keys" },
    Ec2InstanceMetadata = { AWS_EC2_METADATA_SERVICE_ENDPOINT = "{URL}", AWS_EC2_METADATA_DISABLED = false },
  } do
    it("a role's source keys may come from " .. name, function()
      where.AWS_ENDPOINT_URL_STS = "{URL}/sts"
      local world, source = assume {
        env = where, config = "[profile p]\n" .. ROLE .. "credential_source = " .. name .. "\n", profile = "p",
        answer = function(request)
          if request.target == "/sts" then return worlds.sts "AssumeRole" end
          if request.target:find "/token$" or request.target:find "/$" then return { 200, "name" } end
          return worlds.json { AccessKeyId = "ASIAsource", SecretAccessKey = "SECRET", Token = "SECRET",
            Expiration = worlds.at(9999) }
        end,
      }
      finally(world.close)
      source:keys()
      assert.truthy(world.requests[#world.requests].headers.authorization:find("=ASIAsource/", 1, true))
    end)
  end
end)

describe("glacier.credentials.assume_role", function()
  local loop = "Infinite loop in credential configuration detected. Attempting to load from profile %s which has "
    .. "already been visited. Visited profiles: %s"
  -- Columns: title, config file, error code, part of the message, variables (by default the URL of STS).
  for _, case in ipairs {
    { "two sources", ROLE .. "source_profile = source\ncredential_source = Environment\n" .. SOURCE,
      "InvalidConfigError",
      'The profile "default" contains both source_profile and credential_source.' },
    { "no source", ROLE, "PartialCredentialsError",
      "Partial credentials found in assume-role, missing: source_profile or credential_source" },
    { "a source profile that does not exist", ROLE .. "source_profile = zz\n", "InvalidConfigError",
      'The source_profile "zz" referenced in the profile "default" does not exist.' },
    { "a source without keys", ROLE .. "source_profile = s\n[profile s]\nregion = x\n", "InvalidConfigError",
      'The source profile "s" must have credentials. Tried:\n  web identity: profile "s" has no' },
    { "a named source in lower case", ROLE .. "credential_source = environment\n", "InvalidConfigError",
      'The credential source "environment" referenced in profile "default" is not valid.' },
    { "a named source without keys", ROLE .. "credential_source = Environment\n", "CredentialRetrievalError",
      "Error when retrieving credentials from Environment: No credentials found in credential_source referenced in "
      .. "profile default" },
    { "itself as the source", ROLE .. "source_profile = default\n", "InfiniteLoopConfigError",
      loop:format("default", "['default']") },
    { "a loop", ROLE .. "source_profile = b\n[profile b]\n" .. ROLE .. "source_profile = default\n",
      "InfiniteLoopConfigError", loop:format("default", "['default', 'b']") },
    { "a loop through a profile with keys", ROLE
      .. "source_profile = b\naws_access_key_id = AKIA\naws_secret_access_key = SECRET\n"
      .. "[profile b]\n" .. ROLE .. "source_profile = default\n", "InfiniteLoopConfigError",
      loop:format("default", "['default', 'b']") },
    { "a loop that begins at its source", ROLE .. "source_profile = b\n[profile b]\n" .. ROLE
      .. "source_profile = c\n[profile c]\n"
      .. ROLE .. "source_profile = b\n", "InfiniteLoopConfigError", loop:format("b", "['default', 'b', 'c']") },
    { "a source that names itself", ROLE .. "source_profile = b\n[profile b]\n" .. ROLE .. "source_profile = b\n",
      "InfiniteLoopConfigError", loop:format("b", "['default', 'b']") },
    { "a serial number but no mfa_code", ROLE .. "source_profile = source\nmfa_serial = me\n" .. SOURCE,
      "CredentialRetrievalError", "the role needs an MFA code for me: set the option mfa_code" },
    { "a services section that does not exist", "services = x\n" .. ROLE .. "source_profile = source\n" .. SOURCE,
      "InvalidConfigError", ".aws/config, line 2: the section [services x] is missing or empty", {} },
    { "an unknown mode of STS endpoints", "sts_regional_endpoints = x\n" .. ROLE .. "source_profile = source\n"
      .. SOURCE,
      "InvalidConfigError", '.aws/config, line 2: "x" is not one of legacy, regional', {} },
    { "an invalid URL of STS", ROLE .. "source_profile = source\n" .. SOURCE, "InvalidConfigError",
      "AWS_ENDPOINT_URL_STS in the environment: Invalid endpoint: nowhere", { AWS_ENDPOINT_URL_STS = "nowhere" } },
    { "an invalid URL of STS in the file", "services = s\n" .. ROLE .. "source_profile = source\n" .. SOURCE
      .. "[services s]\nsts =\n  endpoint_url = nowhere\n", "InvalidConfigError",
      ".aws/config, line 10: Invalid endpoint: nowhere", {} },
  } do
    it("a role with invalid settings (" .. case[1] .. ") is an error", function()
      local world, source = assume { env = case[5], config = "[default]\n" .. case[2] }
      finally(world.close)
      local err = worlds.catch(source.keys, source)
      assert.are.equal(case[3], err.code)
      assert.truthy(err.message:find(case[4], 1, true), err.message)
      assert.are.equal(0, #world.requests)
    end)
  end
end)

describe("glacier.credentials.assume_role", function()
  local config = "[default]\n" .. ROLE .. "source_profile = source\n" .. SOURCE

  -- Columns: title, response, part of the message (not checked for "close"), number of requests, `retryable`.
  for _, case in ipairs {
    { "that rejects the request", worlds.sts_error(403, "AccessDenied", "not &lt;allowed&gt;"),
      "An error occurred (AccessDenied) when calling the AssumeRole operation: not <allowed>", 1, false },
    { "that throttles the request", worlds.sts_error(400, "Throttling", "slow"),
      "(Throttling) when calling the AssumeRole operation: slow",
      3, true },
    { "with status 500", { 500, "oops" }, "(500) when calling the AssumeRole operation: ", 3, true },
    { "that is not XML", { 200, "{}" }, "the response to AssumeRole does not contain complete keys", 1, false },
    { "without a secret", worlds.sts("AssumeRole", { SecretAccessKey = "" }), "not contain complete keys", 1, false },
    { "with elements in a key", worlds.sts("AssumeRole", { AccessKeyId = "<b>ASIA</b>" }),
      "does not contain complete keys", 1, false },
    { "without a valid expiration", worlds.sts("AssumeRole", { Expiration = "soon" }),
      'cannot be read as a date: "soon"', 1,
      false },
    { "cut short", { 200, worlds.sts("AssumeRole")[2]:sub(1, 330) }, "does not contain complete keys", 1, false },
    { "that has expired", worlds.sts("AssumeRole", { Expiration = worlds.at(-1) }), "still expired.", 1, false },
    { "that does not arrive", "close", "AssumeRole", 3, true },
  } do
    it("a response of STS " .. case[1] .. " is an error with the reason", function()
      local world, source = assume { config = config, answer = function() return case[2] end }
      finally(world.close)
      local err = worlds.catch(source.keys, source)
      assert.are.equal("CredentialRetrievalError", err.code)
      if case[2] ~= "close" then assert.truthy(err.message:find(case[3], 1, true), err.message) end
      assert.are.equal(case[4], #world.requests)
      assert.are.equal(case[5], err.retryable)
      worlds.check_silence(world.events)
    end)
  end

  it("a transient failure of STS is retried after a pause", function()
    local world, source = assume { config = config, random = function() return 1 end, answer = function(_, n)
      return n == 1 and { 503, "" } or n == 2 and worlds.sts_error(400, "IDPCommunicationError", "")
        or worlds.sts "AssumeRole"
    end }
    finally(world.close)
    assert.are.equal("ASIASTS", source:keys():access_key_id())
    assert.are.same({ 0.05, 0.1 }, world.pauses)
  end)
end)

describe("glacier.credentials.assume_role", function()
  local config = "[default]\n" .. ROLE .. "source_profile = source\n"
  local services = SOURCE .. "[services s]\nsts =\n  endpoint_url = http://services\n"
    .. "[services e]\nsts =\n  endpoint_url =\n"

  -- Columns: title, variables, further keys of the default profile, region, URL, region of the signature.
  for _, case in ipairs {
    { "from its region", {}, "", "eu-west-3", "https://sts.eu-west-3.amazonaws.com", "eu-west-3" },
    { "from a region in China", {}, "", "cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn", "cn-north-1" },
    { "from a region with FIPS", { AWS_USE_FIPS_ENDPOINT = "true" }, "", "us-east-1",
      "https://sts-fips.us-east-1.amazonaws.com",
      "us-east-1" },
    { "from a region in GovCloud with FIPS", { AWS_USE_FIPS_ENDPOINT = "true" }, "", "us-gov-west-1",
      "https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1" },
    { "from a region with dual-stack", {}, "use_dualstack_endpoint = true\n", "us-east-1",
      "https://sts.us-east-1.api.aws",
      "us-east-1" },
    { "from the global endpoint if the legacy setting asks for it", { AWS_STS_REGIONAL_ENDPOINTS = "legacy" }, "",
      "us-west-2",
      "https://sts.amazonaws.com", "us-east-1" },
    { "from the regional endpoint if the region is newer than the legacy setting", {},
      "sts_regional_endpoints = legacy\n", "af-south-1",
      "https://sts.af-south-1.amazonaws.com", "af-south-1" },
    { "from the variable of STS first", { AWS_ENDPOINT_URL_STS = "http://own", AWS_ENDPOINT_URL = "http://all" },
      "services = s\nendpoint_url = http://profile\n", "us-west-2", "http://own", "us-west-2" },
    { "from the variable of all services second", { AWS_ENDPOINT_URL = "http://all/path/" },
      "services = s\nendpoint_url = http://profile\n", "us-west-2", "http://all/path", "us-west-2" },
    { "from the services section third", {}, "services = s\nendpoint_url = http://profile\n", "us-west-2",
      "http://services",
      "us-west-2" },
    { "from the profile last", { AWS_STS_REGIONAL_ENDPOINTS = "legacy" }, "endpoint_url = http://profile\n",
      "us-west-2",
      "http://profile", "us-west-2" },
    { "from its region if all of these are empty", { AWS_ENDPOINT_URL = "" },
      "services = e\nendpoint_url =\nsts_regional_endpoints =\n", "us-west-2", "https://sts.us-west-2.amazonaws.com",
      "us-west-2" },
    { "from its region if configured URLs are ignored",
      { AWS_ENDPOINT_URL_STS = "http://own", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "true" }, "services = s\n",
        "us-west-2",
      "https://sts.us-west-2.amazonaws.com", "us-west-2" },
  } do
    it("the URL of STS is chosen " .. case[1], function()
      local asked
      local world, source = assume {
        env = case[2], config = config .. case[3] .. services, region = case[4],
        exchange = function(fields)
          asked = fields
          return nil, { message = "not sent", retryable = false }
        end,
      }
      finally(world.close)
      worlds.catch(source.keys, source)
      assert.are.equal(case[5], asked.url)
      assert.are.equal(case[6], asked.sign.region)
      assert.are.equal("sts", asked.sign.service)
    end)
  end
end)
