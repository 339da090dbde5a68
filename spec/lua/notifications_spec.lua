-- ensure_vault_notifications and get_vault_notifications_or_nil. They write only a configuration that differs, and
-- distinguish a missing configuration from a missing vault.
local glacier = require "glacier"
local service = require "spec.support.local_service"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local ARCHIVE, INVENTORY = "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"

local function config(...)
  return { SNSTopic = TOPIC, Events = { ... } }
end

local support = require "spec.support.notification_clients"
local listening_client, options_for = support.listening_client, support.options_for

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

  it("sets a configuration if there is none", function()
    assert.same({ changed = true, after = config(ARCHIVE) }, ensure(config(ARCHIVE)))
    assert.equal("SetVaultNotifications", sent[#sent])
    assert.same(config(ARCHIVE), stored())
  end)

  it("writes nothing if only the order of events differs or an event is repeated", function()
    ensure(config(ARCHIVE, INVENTORY))
    local both = { config(ARCHIVE, INVENTORY), config(INVENTORY, ARCHIVE), config(INVENTORY, ARCHIVE, INVENTORY) }
    for _, same in ipairs(both) do
      local before = config(ARCHIVE, INVENTORY)
      assert.same({ changed = false, before = before, after = before }, ensure(same))
      assert.same({ "GetVaultNotifications" }, sent)
    end
  end)

  it("writes if an event or the topic differs", function()
    local elsewhere = { SNSTopic = TOPIC .. "2", Events = { INVENTORY } }
    local one, two, other = config(ARCHIVE), config(ARCHIVE, INVENTORY), config(INVENTORY)
    local before
    for _, wanted in ipairs { one, two, one, other, elsewhere } do
      assert.same({ changed = true, before = before, after = wanted }, ensure(wanted))
      assert.same(wanted, stored())
      before = wanted
    end
  end)

  it("sends each event only once", function()
    assert.same(config(INVENTORY, ARCHIVE), ensure(config(INVENTORY, ARCHIVE, INVENTORY)).after)
    assert.same(config(INVENTORY, ARCHIVE), stored())
  end)

  it("does not change the caller's tables", function()
    local wanted = config(ARCHIVE, ARCHIVE)
    ensure(wanted).after.Events[1] = "changed"
    assert.same(config(ARCHIVE, ARCHIVE), wanted)
  end)

  it("raises for a missing vault and for a configuration that the service rejects", function()
    local ok, err = pcall(client.ensure_vault_notifications, client,
      { vaultName = "nosuchvault", vaultNotificationConfig = config(ARCHIVE) })
    assert.is_false(ok)
    assert.equal("ResourceNotFoundException", err.code)
    assert.truthy(err.message:find("Vault not found", 1, true))
    ok, err = pcall(ensure, config "Foo")
    assert.is_false(ok)
    assert.equal("InvalidParameterValueException", err.code)
  end)

  it("raises for an invalid configuration before it sends anything", function()
    for _, wanted in ipairs { "x", { SNSTopic = 1 }, { Events = { [2] = ARCHIVE } }, { Topic = TOPIC }, false } do
      local ok, err = pcall(ensure, wanted or nil)
      assert.is_false(ok)
      assert.equal("ParamValidationError", err.code)
      assert.truthy(err.message:find("vaultNotificationConfig", 1, true))
      assert.same({}, sent)
    end
  end)

  it("accepts accountId as other operations do", function()
    local wanted = { vaultName = "v", vaultNotificationConfig = config(ARCHIVE), accountId = running.account }
    assert.is_true(client:ensure_vault_notifications(wanted).changed)
    wanted.accountId = "999999999999"
    local _, err = pcall(client.ensure_vault_notifications, client, wanted)
    assert.equal("AccessDeniedException", err.code)
  end)
end)

describe("get_vault_notifications_or_nil", function()
  it("returns a configuration or nil, and raises for a missing vault", function()
    local running = service.start()
    local client = glacier.client(options_for(running))
    finally(function()
      client:close()
      running.stop()
    end)
    client:create_vault { vaultName = "v" }
    assert.is_nil(client:get_vault_notifications_or_nil { vaultName = "v" })
    client:set_vault_notifications { vaultName = "v", vaultNotificationConfig = config(ARCHIVE) }
    local output = client:get_vault_notifications_or_nil { vaultName = "v" }
    assert.same(config(ARCHIVE), output.vaultNotificationConfig)
    assert.equal(200, output.ResponseMetadata.HTTPStatusCode)
    local ok, err = pcall(client.get_vault_notifications_or_nil, client, { vaultName = "nosuchvault" })
    assert.is_false(ok)
    assert.equal("ResourceNotFoundException", err.code)
    assert.equal("GetVaultNotifications", err.operation)
  end)
end)

-- Returns a client with fixed responses, { status, code, message }, for requests to a vault's notifications and to the
-- vault. By its clock, each request takes three seconds.
local function scripted_client(notifications, vault)
  local requests, now = {}, 1350000000
  local function transport(request)
    requests[#requests + 1] = request
    now = now + 3
    local row = request.url:find "notification%-configuration$" and notifications or vault
    if request.method == "PUT" then return { status = 204 } end
    local body = row[2] and ('{"code":"%s","message":"%s","type":"Client"}'):format(row[2], row[3]) or "{}"
    return { status = row[1], headers = { ["Content-Type"] = "application/json" }, body = body }
  end
  return glacier.client {
    region = "us-west-2", env = {}, transport = transport, timeout = 5, max_attempts = 1,
    clock = function() return now end,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "EXAMPLESECRETKEY" },
  }, requests
end

describe("get_vault_notifications_or_nil after a 404", function()
  local missing = { 404, "ResourceNotFoundException", "Nothing is here" }

  local function read(vault, notifications)
    local client, requests = scripted_client(notifications or missing, vault)
    local ok, result = pcall(client.get_vault_notifications_or_nil, client, { vaultName = "v" })
    return ok, result, requests
  end

  it("returns nil if the vault exists", function()
    local ok, result, requests = read { 200 }
    assert.is_true(ok)
    assert.is_nil(result)
    assert.equal(2, #requests)
    assert.truthy(requests[2].url:find "/%-/vaults/v$")
  end)

  it("raises if the vault is missing", function()
    local ok, err = read(missing)
    assert.is_false(ok)
    assert.equal("ResourceNotFoundException", err.code)
  end)

  it("returns nil if the keys do not allow DescribeVault", function()
    local ok, result, requests = read { 403, "AccessDeniedException", "No" }
    assert.is_true(ok)
    assert.is_nil(result)
    assert.equal(2, #requests)
  end)

  it("raises any other error of DescribeVault", function()
    local ok, err = read { 400, "InvalidParameterValueException", "No" }
    assert.is_false(ok)
    assert.equal("InvalidParameterValueException", err.code)
    assert.equal("DescribeVault", err.operation)
  end)

  it("does not call DescribeVault if the message says that the configuration is missing", function()
    for _, text in ipairs {
      "No notification configuration is set for vault: arn:aws:glacier:us-west-2:012345678901:vaults/v",
      "Notification configuration of the vault not found",
      "no notifications",
    } do
      local ok, result, requests = read({ 500 }, { 404, missing[2], text })
      assert.is_true(ok)
      assert.is_nil(result)
      assert.equal(1, #requests)
    end
  end)

  it("is not confused by the name of a vault in the message", function()
    local ok, _, requests = read({ 200 }, { 404, missing[2], "Missing: arn:aws:glacier:x:y:vaults/notification" })
    assert.is_true(ok)
    assert.equal(2, #requests)
  end)

  it("does not call DescribeVault if the message says that the vault is missing", function()
    local ok, err, requests = read({ 200 }, { 404, missing[2], "Vault not found for ARN: x" })
    assert.is_false(ok)
    assert.equal("ResourceNotFoundException", err.code)
    assert.equal(1, #requests)
  end)

  it("raises any other error of GetVaultNotifications", function()
    local ok, err, requests = read({ 200 }, { 403, "AccessDeniedException", "No" })
    assert.is_false(ok)
    assert.equal("AccessDeniedException", err.code)
    assert.equal(1, #requests)
  end)
end)

describe("ensure_vault_notifications after a 404", function()
  it("sends the account in each call, and each call has the whole timeout", function()
    local client, requests = scripted_client({ 404, "ResourceNotFoundException", "Nothing is here" }, { 200 })
    client:ensure_vault_notifications {
      accountId = "012345678901", vaultName = "v", vaultNotificationConfig = config(ARCHIVE),
    }
    assert.equal(3, #requests)
    for _, request in ipairs(requests) do
      assert.truthy(request.url:find("/012345678901/vaults/v", 1, true))
      assert.equal(5, request.timeout)
    end
  end)
end)

describe("keys that allow only Get, Set and DeleteVaultNotifications", function()
  local allowed = { GetVaultNotifications = true, SetVaultNotifications = true, DeleteVaultNotifications = true }

  it("suffice for ensure_, sync_ and get_vault_notifications_or_nil", function()
    local running = service.start()
    local client, sent = listening_client(options_for(running))
    client:create_vault { vaultName = "v" }
    for i = #sent, 1, -1 do sent[i] = nil end
    assert.is_nil(client:get_vault_notifications_or_nil { vaultName = "v" })
    assert.equal(0, #client:sync_vault_notifications({ config = false, vaults = { "v" } }).changed)
    assert.is_true(client:ensure_vault_notifications({
      vaultName = "v", vaultNotificationConfig = config(ARCHIVE),
    }).changed)
    assert.equal(1, #client:sync_vault_notifications({ config = false, vaults = { "v" } }).changed)
    for _, operation in ipairs(sent) do assert.is_true(allowed[operation], operation) end
    client:close()
    running.stop()
  end)
end)
