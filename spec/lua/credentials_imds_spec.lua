-- Keys of an EC2 instance's role. The expected values are the results of botocore 1.43 for the same settings, unless a
-- comment says otherwise.

local cjson = require "cjson"
local worlds = require "spec.support.credentials_world"

local ROLES = "/latest/meta-data/iam/security-credentials/"

local function keys(seconds)
  return worlds.json { Code = "Success", AccessKeyId = "ASIAimds", SecretAccessKey = "SECRETi", Token = "SECRETt",
    Expiration = worlds.at(seconds or 7200) }
end

-- Returns a simulated metadata service. `given` replaces its responses to the three requests.
local function instance(given)
  return function(request)
    if request.target == "/latest/api/token" then return given.token or { 200, "SECRETimds" } end
    if request.target == ROLES then return given.role or { 200, "my-role" } end
    if request.target == ROLES .. "my-role" then return given.keys or keys() end
    return { 404, "" }
  end
end

local function at(given)
  local env = { AWS_EC2_METADATA_DISABLED = false, AWS_EC2_METADATA_SERVICE_ENDPOINT = "{URL}" }
  for name, value in pairs(given.env or {}) do env[name] = value end
  local world = worlds.new { env = env, config = given.config, answer = given.answer or instance(given),
    random = given.random, exchange = given.exchange }
  finally(world.close)
  return world, world.source()
end

local function targets(world)
  local list = {}
  for i, request in ipairs(world.requests) do list[i] = request.method .. " " .. request.target end
  return list
end

local V2 = { "PUT /latest/api/token", "GET " .. ROLES, "GET " .. ROLES .. "my-role" }

describe("glacier.credentials.imds", function()
  it("the instance's keys are requested with a token", function()
    local world, source = at {}
    assert.is_true(worlds.same_keys(source:keys(), "ASIAimds", "SECRETi", "SECRETt"))
    assert.are.same(V2, targets(world))
    assert.are.equal("21600", world.requests[1].headers["x-aws-ec2-metadata-token-ttl-seconds"])
    assert.is_nil(world.requests[1].headers["x-aws-ec2-metadata-token"])
    assert.are.equal("SECRETimds", world.requests[2].headers["x-aws-ec2-metadata-token"])
    assert.are.equal("SECRETimds", world.requests[3].headers["x-aws-ec2-metadata-token"])
    for _, asked in ipairs(world.asked) do
      assert.are.same({ 1, 1, true }, { asked.connect_timeout, asked.read_timeout, asked.direct })
    end
    worlds.check_silence(tostring(source), world.events)
  end)

  -- botocore also continues without a token after these statuses, without a response, and after a lost connection. The
  -- check of the token's text is this client's own.
  for what, answer in pairs {
    ["status 302"] = { 302, "", { Location = "http://127.0.0.1:1/" } }, ["status 401"] = { 401, "" },
    ["status 403"] = { 403, "" }, ["status 404"] = { 404, "" }, ["status 405"] = { 405, "" },
    ["status 500"] = { 500, "" }, ["status 501"] = { 501, "" }, ["status 503"] = { 503, "" },
    ["no response"] = "stall", ["a dropped connection"] = "close", ["an empty token"] = { 200, "" },
    ["a page"] = { 200, "<html><body>Log in</body></html>" }, ["a token that breaks the header"] = { 200, "a\r\nX: y" },
  } do
    it("the instance's keys are requested without a token after " .. what, function()
      local world, source = at { token = answer }
      assert.are.equal("ASIAimds", source:keys():access_key_id())
      assert.are.same(V2, targets(world))
      assert.is_nil(world.requests[2].headers["x-aws-ec2-metadata-token"])
    end)

    it("the instance's keys are not requested without a token if version 1 is disabled, after " .. what, function()
      local world, source = at { token = answer, env = { AWS_EC2_METADATA_V1_DISABLED = "TRUE" } }
      local err = worlds.catch(source.keys, source)
      assert.are.equal("NoCredentialsError", err.code)
      assert.truthy(err.message:find("Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled", 1,
        true))
      assert.are.equal(1, #world.requests)
    end)
  end

  -- kube2iam and kiam return the path or the ARN of a role as its name. botocore requests the same paths.
  for _, role in ipairs {
    "my-role", "path/to/role", "/path/role", "arn:aws:iam::012345678901:role/path/my.role+=,@_-", "a\n", "~a!$&'()*;",
  } do
    it(("the instance's keys are requested at the path of the role %q"):format(role), function()
      local asked
      local world, source = at { answer = function(request)
        if request.target == "/latest/api/token" then return { 200, "SECRETimds" } end
        if request.target == ROLES then return { 200, role } end
        asked = request.target
        return keys()
      end }
      assert.are.equal("ASIAimds", source:keys():access_key_id())
      assert.are.equal(ROLES .. role:gsub("\n", ""), asked)
      world.close()
    end)
  end

  for title, token in pairs { null = cjson.null, empty = "" } do
    it("the instance's keys have no session token if it is " .. title, function()
      local _, source = at { keys = worlds.json { AccessKeyId = "A", SecretAccessKey = "SECRET", Token = token,
        Expiration = worlds.at(3600) } }
      assert.is_true(worlds.same_keys(source:keys(), "A", "SECRET"))
    end)
  end

  -- Columns: title, world, reason, number of requests.
  for _, case in ipairs {
    { "status 400 to the request for a token", { token = { 400, "" } }, "status 400 to the request for a token", 1 },
    { "status 400 to the request for a token, which is not repeated",
      { token = { 400, "" }, env = { AWS_METADATA_SERVICE_NUM_ATTEMPTS = "3" } },
      "status 400 to the request for a token", 1 },
    { "no role and no tokens, with one request for a token",
      { token = { 403, "" }, role = { 404, "" }, env = { AWS_METADATA_SERVICE_NUM_ATTEMPTS = "2" } },
      "status 404 to the request", 3 },
    { "no role, with two attempts for each request", { token = { 500, "" }, role = { 404, "" },
      config = "[default]\nmetadata_service_num_attempts = 2\n" }, "status 404 to the request", 4 },
    { "no role", { role = { 404, "" } }, "status 404 to the request for latest/meta-data/iam/security-credentials/",
      2 },
    { "an empty role", { role = { 200, "" } }, "an invalid response to the request", 2 },
    { "a role that leaves the path", { role = { 200, "../../../x" } }, "an invalid response to the request", 2 },
    { "status 500 to the request for the keys",
      { keys = { 500, "SECRET" }, env = { AWS_METADATA_SERVICE_NUM_ATTEMPTS = "3" } }, "status 500",
      5 },
    { "a response that is cut off",
      { keys = { 200, '{"SecretAccessKey":"SECRET' } }, "an invalid response to the request", 3 },
    { "an error to the request for the keys", { keys = worlds.json { Code = "AssumeRoleUnauthorizedAccess",
      Message = "no" } },
      "its code is AssumeRoleUnauthorizedAccess, and it does not contain AccessKeyId, SecretAccessKey, Expiration", 3 },
    { "an expiration that is not a date",
      { keys = worlds.json { AccessKeyId = "A", SecretAccessKey = "SECRET", Token = "SECRET",
      Expiration = "soon" } },
      'Expiration cannot be read as a date: "soon"', 3 },
  } do
    it("the instance's keys are not found after " .. case[1], function()
      local world, source = at(case[2])
      local err = worlds.catch(source.keys, source)
      assert.are.equal("NoCredentialsError", err.code)
      assert.truthy(err.message:find("EC2 instance metadata: " .. world.url .. "/: ", 1, true), err.message)
      assert.truthy(err.message:find(case[3], 1, true), err.message)
      assert.are.equal(case[4], #world.requests)
    end)
  end

  it("the instance's keys are not requested if the service is disabled", function()
    local world, source = at { env = { AWS_EC2_METADATA_DISABLED = "TRUE" } }
    assert.are.equal("NoCredentialsError", worlds.catch(source.keys, source).code)
    assert.are.equal(0, #world.requests)
  end)

  -- Columns: lifetime of the keys, random number, lifetime that the client assumes. The first refresh is due 900
  -- seconds before its end.
  for _, case in ipairs {
    { -100, 0, 900 + 120 }, { -100, 0.9999, 900 + 600 }, { 1019, 0, 900 + 120 }, { 1021, 0, 1021 },
  } do
    local title = "the instance's keys of %d seconds count as keys of %d seconds, as the service may renew them late"
    it(title:format(case[1], case[3]), function()
      local world, source = at { keys = keys(case[1]), random = function() return case[2] end }
      source:keys()
      world.now = world.now + case[3] - 900
      source:keys()
      assert.are.equal(3, #world.requests)
      world.now = world.now + 1
      source:keys()
      assert.are.equal(6, #world.requests)
    end)
  end

  it("the instance's keys raise an error if they cannot be renewed in time", function()
    local down = false
    local world, source = at { answer = function(request)
      if down then return { 500, "SECRET" } end
      return instance({})(request)
    end }
    local old = source:keys()
    down = true
    world.now = world.now + 7200 - 601
    assert.are.equal(old, source:keys())
    world.now = world.now + 2
    local err = worlds.catch(source.keys, source)
    assert.are.equal("CredentialRetrievalError", err.code)
    assert.are.equal("Error when retrieving credentials from iam-role: status 500 to the request for "
      .. "latest/meta-data/iam/security-credentials/", err.message)
    assert.is_true(err.retryable)
  end)
end)

describe("glacier.credentials.imds", function()
  local function url_of(env, config)
    local asked
    env.AWS_EC2_METADATA_SERVICE_ENDPOINT = env.AWS_EC2_METADATA_SERVICE_ENDPOINT or false
    local _, source = at { env = env, config = config, exchange = function(fields)
      asked = fields
      return nil, { message = "not sent", retryable = false }
    end }
    local err = worlds.catch(source.keys, source)
    return asked and asked.url:gsub("latest/api/token$", ""), err, asked
  end

  -- Columns: title, variables, config file, URL.
  for _, case in ipairs {
    { "its IPv4 address", {}, nil, "http://169.254.169.254/" },
    { "its IPv6 address, by its mode", { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE = "IPv6" }, nil,
      "http://[fd00:ec2::254]/" },
    { "its IPv6 address, by the older setting", {}, "[default]\nimds_use_ipv6 = true\n", "http://[fd00:ec2::254]/" },
    { "its IPv4 address, because the mode takes precedence", {},
      "[default]\nimds_use_ipv6 = true\nec2_metadata_service_endpoint_mode = ipv4\n", "http://169.254.169.254/" },
    { "the address of the environment", { AWS_EC2_METADATA_SERVICE_ENDPOINT = "http://own:1338/x//",
      AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE = "ipv6" },
      nil, "http://own:1338/x/" },
    { "the address of the config file", {}, "[default]\nec2_metadata_service_endpoint = http://file\n",
      "http://file/" },
  } do
    it("the metadata service is at " .. case[1], function() assert.are.equal(case[4], (url_of(case[2], case[3]))) end)
  end

  it("the metadata service has the timeout of the settings", function()
    local _, _, asked = url_of({}, "[default]\nmetadata_service_timeout = 7\n")
    assert.are.same({ 7, 7 }, { asked.connect_timeout, asked.read_timeout })
  end)

  -- Columns: title, variables, config file, error code, part of the message.
  for _, case in ipairs {
    { "an unknown mode", { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE = "ipv9" }, nil, "InvalidIMDSEndpointModeError",
      "Invalid EC2 Instance Metadata endpoint mode: ipv9 (AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE in the environment)" },
    { "an invalid address", { AWS_EC2_METADATA_SERVICE_ENDPOINT = "foo bar" }, nil, "InvalidIMDSEndpointError",
      "Invalid endpoint EC2 Instance Metadata endpoint: foo bar (AWS_EC2_METADATA_SERVICE_ENDPOINT in" },
    { "an invalid address with a password", { AWS_EC2_METADATA_SERVICE_ENDPOINT = "http://user:SECRET@foo bar" }, nil,
      "InvalidIMDSEndpointError",
      "Invalid endpoint EC2 Instance Metadata endpoint: ***@foo bar (AWS_EC2_METADATA_SERVICE_ENDPOINT in" },
    { "a number of attempts that is not a number",
      {}, "[default]\n\nmetadata_service_num_attempts = x\n", "InvalidConfigError",
      '.aws/config, line 3: "x" is not an integer of at least 1' },
    { "a timeout of 0", { AWS_METADATA_SERVICE_TIMEOUT = "0" }, nil, "InvalidConfigError",
      'AWS_METADATA_SERVICE_TIMEOUT in the environment: "0" is not an integer of at least 1' },
    { "an invalid switch", { AWS_EC2_METADATA_V1_DISABLED = "yes" }, nil, "InvalidConfigError",
      'AWS_EC2_METADATA_V1_DISABLED in the environment: "yes" is not true or false' },
    { "an invalid switch in the config file", {}, "[default]\nimds_use_ipv6 = 1\n", "InvalidConfigError",
      '.aws/config, line 2: "1" is not true or false' },
    { "an invalid switch that disables it", { AWS_EC2_METADATA_DISABLED = "no" }, nil, "InvalidConfigError",
      'AWS_EC2_METADATA_DISABLED in the environment: "no" is not true or false' },
  } do
    it("the metadata service is not used with " .. case[1], function()
      local url, err = url_of(case[2], case[3])
      assert.is_nil(url)
      assert.are.equal(case[4], err.code)
      assert.are.equal("config", err.kind)
      assert.truthy(err.message:find(case[5], 1, true), err.message)
    end)
  end
end)
