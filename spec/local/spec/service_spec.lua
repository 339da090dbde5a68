-- Vaults, notifications and errors of the local service, tested without the project's client.

local assert_service_error = require "spec.support.assert_service_error"
local cjson = require "cjson"
local local_vault = require "spec.support.local_vault"
local service = require "spec.support.local_service"
local signed_http = require "spec.support.signed_http"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local VAULT = local_vault.PATH
local NOTIFICATIONS = VAULT .. "/notification-configuration"
local ARN = "arn:aws:glacier:us-west-2:012345678901:vaults/"

describe("the local service's vaults", function()
  local running, send

  setup(function()
    running = service.start {
      region = "us-west-2,eu-west-1",
      credentials = "AKIDOTHER:othersecret:999999999999",
    }
    send = signed_http.caller(running)
  end)
  teardown(function() running.stop() end)

  it("are created once, described and deleted", function()
    for _ = 1, 2 do
      local response = send("PUT", VAULT)
      assert.are.equal(201, response.status)
      assert.are.equal("/012345678901/vaults/examplevault", response.headers.location)
      assert.are.equal("", response.body)
    end
    local vault = send("GET", "/012345678901/vaults/examplevault")
    assert.are.equal(200, vault.status)
    assert.truthy(vault.json.CreationDate:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$")
    vault.json.CreationDate = nil
    assert.are.same({
      VaultARN = ARN .. "examplevault",
      VaultName = "examplevault",
      LastInventoryDate = cjson.null,
      NumberOfArchives = 0,
      SizeInBytes = 0,
    }, vault.json)
    for _ = 1, 2 do assert.are.equal(204, send("DELETE", VAULT).status) end
    assert_service_error(send("GET", VAULT), 404, "ResourceNotFoundException",
      "Vault not found for ARN: " .. ARN .. "examplevault")
  end)

  it("have names of 1 to 255 letters, digits, dots, dashes and underscores", function()
    for _, name in ipairs { "a", "...", "-_.", "Az09", ("x"):rep(255) } do
      assert.are.equal(201, send("PUT", "/-/vaults/" .. name).status)
      assert.are.equal(204, send("DELETE", "/-/vaults/" .. name).status)
    end
    for _, name in ipairs { "a%20b", "a%2Fb", "%C3%BC", "a:b", "a%25", ("x"):rep(256) } do
      assert_service_error(send("PUT", "/-/vaults/" .. name), 400, "InvalidParameterValueException",
        "Invalid vault name: ")
    end
  end)

  it("are listed in order from a marker on, in pages of at most ten", function()
    for i = 12, 1, -1 do send("PUT", ("/-/vaults/v%02d"):format(i)) end
    local function list(parameters)
      return send("GET", "/-/vaults", { query = signed_http.query(parameters or {}) })
    end
    local first = list().json
    assert.are.equal(10, #first.VaultList)
    assert.are.equal("v01", first.VaultList[1].VaultName)
    assert.are.equal("v10", first.VaultList[10].VaultName)
    assert.are.equal(ARN .. "v11", first.Marker)
    local second = list({ marker = first.Marker }).json
    assert.are.equal(2, #second.VaultList)
    assert.are.equal("v11", second.VaultList[1].VaultName)
    assert.are.equal(cjson.null, second.Marker)
    assert.are.equal(ARN .. "v06", list({ limit = "3", marker = ARN .. "v03" }).json.Marker)
    assert.are.equal(10, #list({ limit = "50" }).json.VaultList)
    assert_service_error(list { limit = "0" }, 400, "InvalidParameterValueException", "Invalid limit: 0")
    assert_service_error(list { marker = "v11" }, 400, "InvalidParameterValueException", "Invalid marker")
  end)

  it("belong to one account in one region", function()
    send("PUT", VAULT)
    local elsewhere = setmetatable({ region = "eu-west-1" }, { __index = running })
    local other = { access_key_id = "AKIDOTHER", secret_access_key = "othersecret",
      region = "us-west-2" }
    for _, keys in ipairs { elsewhere, other } do
      local response = signed_http.caller(running, keys)("GET", "/-/vaults")
      assert.are.equal('{"Marker":null,"VaultList":[]}', response.body)
    end
    assert_service_error(signed_http.caller(running, other)("GET", "/012345678901/vaults/examplevault"), 403,
      "AccessDeniedException", "012345678901")
    local unserved = setmetatable({ region = "us-east-1" }, { __index = running })
    assert_service_error(signed_http.caller(running, unserved)("GET", "/-/vaults"), 403, "InvalidSignatureException",
      "Credential should be scoped to a valid region, not 'us-east-1'.")
  end)

  it("are limited to 1000", function()
    local other = { access_key_id = "AKIDOTHER", secret_access_key = "othersecret",
      region = "eu-west-1" }
    local put = signed_http.caller(running, other)
    for i = 1, 1000 do assert.are.equal(201, put("PUT", "/-/vaults/v" .. i).status) end
    assert.are.equal(201, put("PUT", "/-/vaults/v1").status)
    assert_service_error(put("PUT", "/-/vaults/v1001"), 400, "LimitExceededException", "1000")
  end)
end)

describe("the local service's vault notifications", function()
  local running, send

  setup(function()
    running, send = local_vault.start()
  end)
  teardown(function() running.stop() end)

  local function set(body)
    return send("PUT", NOTIFICATIONS, { body = type(body) == "table" and cjson.encode(body) or body })
  end

  it("are set, read back and deleted as a whole", function()
    local both = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" }
    assert.are.equal(204, set({ SNSTopic = TOPIC, Events = both }).status)
    assert.are.same({ SNSTopic = TOPIC, Events = both }, send("GET", NOTIFICATIONS).json)
    local response = set { SNSTopic = TOPIC .. "2", Events = { both[2] } }
    assert.are.equal(204, response.status)
    assert.are.equal("", response.body)
    assert.are.same({ SNSTopic = TOPIC .. "2", Events = { both[2] } },
      send("GET", NOTIFICATIONS).json)
    for _ = 1, 2 do assert.are.equal(204, send("DELETE", NOTIFICATIONS).status) end
    assert_service_error(send("GET", NOTIFICATIONS), 404, "ResourceNotFoundException",
      "No notification configuration is set for vault: " .. ARN .. "examplevault")
  end)

  it("are deleted with their vault", function()
    set { SNSTopic = TOPIC, Events = { "ArchiveRetrievalCompleted" } }
    send("DELETE", VAULT)
    for _, method in ipairs { "GET", "DELETE" } do
      assert_service_error(send(method, NOTIFICATIONS), 404, "ResourceNotFoundException",
        "Vault not found for ARN: " .. ARN .. "examplevault")
    end
    assert_service_error(set { SNSTopic = TOPIC, Events = { "ArchiveRetrievalCompleted" } }, 404,
      "ResourceNotFoundException", "Vault not found")
    send("PUT", VAULT)
    assert_service_error(send("GET", NOTIFICATIONS), 404, "ResourceNotFoundException",
      "No notification configuration")
  end)

  it("need one topic and at least one known event", function()
    local event = { "ArchiveRetrievalCompleted" }
    local missing = "MissingParameterValueException"
    assert_service_error(set { Events = event }, 400, missing, "Required parameter missing: SNSTopic")
    assert_service_error(set { SNSTopic = TOPIC }, 400, missing, "Required parameter missing: Events")
    assert_service_error(set('{"SNSTopic":null,"Events":[]}'), 400, missing, "SNSTopic")
    local invalid = "InvalidParameterValueException"
    assert_service_error(set { SNSTopic = TOPIC, Events = { event[1], "Foo" } }, 400, invalid, "Foo")
    assert_service_error(set('{"SNSTopic":"' .. TOPIC .. '","Events":[]}'), 400, invalid, "At least one")
    for _, topic in ipairs { "", "mytopic", "arn:aws:sqs:us-west-2:012345678901:mytopic",
      "arn:aws:sns:us-west-2:012345678901:", "arn:aws:sns:us-west-2:1234:mytopic",
      "arn:aws:sns:us-west-2:012345678901:my topic", "arn:aws:sns::012345678901:mytopic",
      TOPIC .. ":subscription", TOPIC .. ("x"):rep(256) } do
      assert_service_error(set { SNSTopic = topic, Events = event }, 400, invalid, "Invalid SNS topic ARN")
    end
    for _, topic in ipairs { TOPIC .. ".fifo", "arn:aws-cn:sns:cn-north-1:012345678901:a-B_9" } do
      assert.are.equal(204, set({ SNSTopic = topic, Events = event }).status)
    end
  end)

  it("must be a JSON object with members of the right types", function()
    for _, body in ipairs { "", "{", "[]", '"x"', "null", '{"SNSTopic":"' .. TOPIC .. '",}',
      '{"SNSTopic":1,"Events":["ArchiveRetrievalCompleted"]}',
      '{"SNSTopic":"' .. TOPIC .. '","Events":"ArchiveRetrievalCompleted"}',
      '{"SNSTopic":"' .. TOPIC .. '","Events":[1]}',
      '{"SNSTopic":"' .. TOPIC .. '","Events":{"a":"ArchiveRetrievalCompleted"}}',
      '{"SNSTopic":"\255","Events":["ArchiveRetrievalCompleted"]}' } do
      assert_service_error(set(body), 400, "SerializationException", "")
    end
  end)
end)

describe("the local service", function()
  local running, send

  setup(function()
    running = service.start()
    send = signed_http.caller(running)
  end)
  teardown(function() running.stop() end)

  it("rejects a request with a missing or wrong API version", function()
    assert_service_error(send("GET", "/-/vaults", { headers = { ["x-amz-glacier-version"] = false } }), 400,
      "MissingParameterValueException", "Required parameter missing: API version")
    assert_service_error(send("GET", "/-/vaults", { headers = { ["x-amz-glacier-version"] = "2011-01-01" } }),
      400, "InvalidParameterValueException", "2011-01-01")
  end)

  it("rejects an unknown operation or account", function()
    for method, path in pairs { GET = "/", POST = "/-/vaults", PUT = "/-/buckets/x",
      DELETE = VAULT .. "/a/b/c" } do
      assert_service_error(send(method, path), 404, "UnknownOperationException", path)
    end
    for _, account in ipairs { "000000000000", "x", "012345678901x" } do
      assert_service_error(send("GET", "/" .. account .. "/vaults"), 403, "AccessDeniedException", account)
    end
  end)

  it("rejects a body if the operation has none", function()
    assert_service_error(send("PUT", VAULT, { body = "{}" }), 400, "SerializationException", "CreateVault")
    assert_service_error(send("DELETE", VAULT, { body = "x" }), 400, "SerializationException", "DeleteVault")
  end)

  it("responds to invalid HTTP with an error in the service's format", function()
    assert_service_error(signed_http.exchange(running.url, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"), 400,
      "BadRequest", "")
    assert_service_error(signed_http.exchange(running.url, "GET / HTTP/1.1\r\n\r\n"), 400, "BadRequest", "")
  end)
end)
