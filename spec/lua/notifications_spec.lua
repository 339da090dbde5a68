-- Setting and reading a vault's notifications as a user wants to: only what has to change is written,
-- and "no configuration" is not "no vault".
local glacier = require "glacier"
local service = require "spec.support.local_service"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local ARCHIVE, INVENTORY = "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"

local function config(...)
  return { SNSTopic = TOPIC, Events = { ... } }
end

-- A client and a list of the operations that it sends.
local function listening_client(options)
  local sent = {}
  options.logger = function(event)
    if event.event == "send" then sent[#sent + 1] = event.operation end
  end
  return glacier.client(options), sent
end

local function options_for(running, more)
  local options = {
    endpoint_url = running.url, region = running.region, env = {},
    credentials = { access_key_id = running.access_key_id, secret_access_key = running.secret_access_key },
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

describe("ensure_vault_notifications", function()
  local running, client, sent

  before_each(function()
    running = service.start()
    client, sent = listening_client(options_for(running))
    client:create_vault { vaultName = "v" }
  end)

  after_each(function()
    client:close()
    running.stop()
  end)

  local function ensure(wanted)
    for i = #sent, 1, -1 do sent[i] = nil end
    return client:ensure_vault_notifications { vaultName = "v", vaultNotificationConfig = wanted }
  end

  local function stored()
    return client:get_vault_notifications({ vaultName = "v" }).vaultNotificationConfig
  end

  it("sets a configuration where there is none", function()
    assert.same({ changed = true, after = config(ARCHIVE) }, ensure(config(ARCHIVE)))
    assert.equal("SetVaultNotifications", sent[#sent])
    assert.same(config(ARCHIVE), stored())
  end)

  it("writes nothing where the same events come in another order, or twice", function()
    ensure(config(ARCHIVE, INVENTORY))
    local both = { config(ARCHIVE, INVENTORY), config(INVENTORY, ARCHIVE), config(INVENTORY, ARCHIVE, INVENTORY) }
    for _, same in ipairs(both) do
      local before = config(ARCHIVE, INVENTORY)
      assert.same({ changed = false, before = before, after = before }, ensure(same))
      assert.same({ "GetVaultNotifications" }, sent)
    end
  end)

  it("writes where an event is more, less or another, or the topic is", function()
    local elsewhere = { SNSTopic = TOPIC .. "2", Events = { INVENTORY } }
    local one, two, other = config(ARCHIVE), config(ARCHIVE, INVENTORY), config(INVENTORY)
    local before
    for _, wanted in ipairs { one, two, one, other, elsewhere } do
      assert.same({ changed = true, before = before, after = wanted }, ensure(wanted))
      assert.same(wanted, stored())
      before = wanted
    end
  end)

  it("sends each event once", function()
    assert.same(config(INVENTORY, ARCHIVE), ensure(config(INVENTORY, ARCHIVE, INVENTORY)).after)
    assert.same(config(INVENTORY, ARCHIVE), stored())
  end)

  it("leaves the caller's tables alone", function()
    local wanted = config(ARCHIVE, ARCHIVE)
    ensure(wanted).after.Events[1] = "changed"
    assert.same(config(ARCHIVE, ARCHIVE), wanted)
  end)

  it("raises for a missing vault and for one that is refused", function()
    local ok, err = pcall(client.ensure_vault_notifications, client,
      { vaultName = "nosuchvault", vaultNotificationConfig = config(ARCHIVE) })
    assert.is_false(ok)
    assert.equal("ResourceNotFoundException", err.code)
    assert.truthy(err.message:find("Vault not found", 1, true))
    ok, err = pcall(ensure, config "Foo")
    assert.is_false(ok)
    assert.equal("InvalidParameterValueException", err.code)
  end)

  it("refuses what is no configuration before it sends anything", function()
    for _, wanted in ipairs { "x", { SNSTopic = 1 }, { Events = { [2] = ARCHIVE } }, { Topic = TOPIC }, false } do
      local ok, err = pcall(ensure, wanted or nil)
      assert.is_false(ok)
      assert.equal("ParamValidationError", err.code)
      assert.truthy(err.message:find("vaultNotificationConfig", 1, true))
      assert.same({}, sent)
    end
  end)

  it("takes the account as other operations do", function()
    local wanted = { vaultName = "v", vaultNotificationConfig = config(ARCHIVE), accountId = running.account }
    assert.is_true(client:ensure_vault_notifications(wanted).changed)
    wanted.accountId = "999999999999"
    local _, err = pcall(client.ensure_vault_notifications, client, wanted)
    assert.equal("AccessDeniedException", err.code)
  end)

  it("reads a configuration, or nil, and raises for a missing vault", function()
    assert.is_nil(client:get_vault_notifications_or_nil { vaultName = "v" })
    ensure(config(ARCHIVE))
    local output = client:get_vault_notifications_or_nil { vaultName = "v" }
    assert.same(config(ARCHIVE), output.vaultNotificationConfig)
    assert.equal(200, output.ResponseMetadata.HTTPStatusCode)
    local ok, err = pcall(client.get_vault_notifications_or_nil, client, { vaultName = "nosuchvault" })
    assert.is_false(ok)
    assert.equal("ResourceNotFoundException", err.code)
    assert.equal("GetVaultNotifications", err.operation)
  end)
end)

-- A client whose answers are scripted: { status, code, message } by what the path ends with.
local function scripted_client(notifications, vault)
  local requests = {}
  local function transport(request)
    requests[#requests + 1] = request
    local row = request.url:find "notification%-configuration$" and notifications or vault
    if request.method == "PUT" then return { status = 204 } end
    local body = row[2] and ('{"code":"%s","message":"%s","type":"Client"}'):format(row[2], row[3]) or "{}"
    return { status = row[1], headers = { ["Content-Type"] = "application/json" }, body = body }
  end
  return glacier.client {
    region = "us-west-2", env = {}, transport = transport, timeout = 5, max_attempts = 1,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "EXAMPLESECRETKEY" },
  }, requests
end

describe("a 404 whose words are not known", function()
  local missing = { 404, "ResourceNotFoundException", "Nothing is here" }

  local function read(vault, notifications)
    local client, requests = scripted_client(notifications or missing, vault)
    local ok, result = pcall(client.get_vault_notifications_or_nil, client, { vaultName = "v" })
    return ok, result, requests
  end

  it("is a missing configuration where the vault is there", function()
    local ok, result, requests = read { 200 }
    assert.is_true(ok)
    assert.is_nil(result)
    assert.equal(2, #requests)
    assert.truthy(requests[2].url:find "/%-/vaults/v$")
  end)

  it("is no missing vault because something was not found", function()
    local ok, result = read({ 200 }, { 404, missing[2], "Notification configuration of the vault not found" })
    assert.is_true(ok)
    assert.is_nil(result)
  end)

  it("is a missing vault where that is not there, whatever the words are", function()
    local ok, err = read(missing)
    assert.is_false(ok)
    assert.equal("ResourceNotFoundException", err.code)
  end)

  it("stays an open question where the vault cannot be asked", function()
    local ok, err = read { 403, "AccessDeniedException", "No" }
    assert.is_false(ok)
    assert.equal("AccessDeniedException", err.code)
    assert.equal("DescribeVault", err.operation)
  end)

  it("needs no second question where it names the vault", function()
    local ok, err, requests = read({ 200 }, { 404, missing[2], "Vault not found for ARN: x" })
    assert.is_false(ok)
    assert.equal("ResourceNotFoundException", err.code)
    assert.equal(1, #requests)
  end)

  it("is not what another error is", function()
    local ok, err, requests = read({ 200 }, { 403, "AccessDeniedException", "No" })
    assert.is_false(ok)
    assert.equal("AccessDeniedException", err.code)
    assert.equal(1, #requests)
  end)

  it("leaves each call of ensure_vault_notifications the account and the whole timeout", function()
    local client, requests = scripted_client(missing, { 200 })
    client:ensure_vault_notifications {
      accountId = "012345678901", vaultName = "v", vaultNotificationConfig = config(ARCHIVE),
    }
    assert.equal(3, #requests)
    for _, request in ipairs(requests) do
      assert.truthy(request.url:find("/012345678901/vaults/v", 1, true))
      assert.is_true(request.timeout > 0 and request.timeout <= 5)
    end
  end)
end)

describe("a client with strict_notifications", function()
  local running, client, sent

  setup(function()
    running = service.start()
    client, sent = listening_client(options_for(running, { strict_notifications = true }))
    client:create_vault { vaultName = "v" }
  end)

  before_each(function()
    for i = #sent, 1, -1 do sent[i] = nil end
  end)

  teardown(function()
    client:close()
    running.stop()
  end)

  local fifo = { SNSTopic = "arn:aws:sns:us-east-1:012345678901:mytopic.fifo", Events = { ARCHIVE } }
  local ways = {
    set_vault_notifications = function(params) client:set_vault_notifications(params) end,
    call = function(params) client:call("SetVaultNotifications", params) end,
    start = function(params) client:start("set_vault_notifications", params):result() end,
    ensure_vault_notifications = function(params) client:ensure_vault_notifications(params) end,
    sync_vault_notifications = function(params)
      client:sync_vault_notifications { config = params.vaultNotificationConfig, vaults = { params.vaultName } }
    end,
  }

  for name, way in pairs(ways) do
    it("refuses findings in " .. name, function()
      local ok, err = pcall(way, { vaultName = "v", vaultNotificationConfig = fifo })
      assert.is_false(ok)
      assert.equal("ParamValidationError", err.code)
      assert.equal("validation", err.kind)
      assert.equal("SetVaultNotifications", err.operation)
      assert.equal(2, #err.findings)
      assert.equal("FifoTopic", err.findings[1].code)
      assert.equal("RegionMismatch", err.findings[2].code)
      local first, second = tostring(err.findings[1]), tostring(err.findings[2])
      assert.equal(("Parameter validation failed:\n%s\n%s"):format(first, second), tostring(err))
      assert.same({}, sent)
    end)

    it("lets a good configuration pass in " .. name, function()
      way { vaultName = "v", vaultNotificationConfig = config(ARCHIVE) }
      assert.is_true(#sent > 0)
    end)
  end

  it("compares the account where one is named", function()
    local params = { vaultName = "v", vaultNotificationConfig = config(ARCHIVE), accountId = "999999999999" }
    local _, err = pcall(client.set_vault_notifications, client, params)
    assert.equal("AccountMismatch", err.findings[1].code)
    for _, account in ipairs { "-", "", running.account } do
      params.accountId = account
      client:set_vault_notifications(params)
    end
  end)

  it("tells of wrong types in the API's words", function()
    local _, err = pcall(client.set_vault_notifications, client, { vaultName = 1, vaultNotificationConfig = fifo })
    assert.truthy(err.message:find("Invalid type for parameter vaultName, value: 1", 1, true))
    for _, params in ipairs { "x", false } do
      _, err = pcall(client.set_vault_notifications, client, params or nil)
      assert.equal("ParamValidationError", err.code)
    end
  end)

  it("is chosen: another client sends what it is given", function()
    local lax = glacier.client(options_for(running))
    lax:set_vault_notifications { vaultName = "v", vaultNotificationConfig = fifo }
    assert.same(fifo, lax:get_vault_notifications({ vaultName = "v" }).vaultNotificationConfig)
    lax:close()
  end)
end)
