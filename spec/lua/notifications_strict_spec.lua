-- Clients with the option strict_notifications.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local service = require "spec.support.local_service"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local ARCHIVE = "ArchiveRetrievalCompleted"

local function config(...)
  return { SNSTopic = TOPIC, Events = { ... } }
end

local support = require "spec.support.notification_clients"
local listening_client, options_for = support.listening_client, support.options_for

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
  local callers = {
    set_vault_notifications = function(params) client:set_vault_notifications(params) end,
    call = function(params) client:call("SetVaultNotifications", params) end,
    start = function(params) client:start("set_vault_notifications", params):result() end,
    ensure_vault_notifications = function(params) client:ensure_vault_notifications(params) end,
    sync_vault_notifications = function(params)
      client:sync_vault_notifications { config = params.vaultNotificationConfig, vaults = { params.vaultName } }
    end,
  }

  for name, call in pairs(callers) do
    it("raises for findings in " .. name, function()
      local ok, err = pcall(call, { vaultName = "v", vaultNotificationConfig = fifo })
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

    it("sends a good configuration in " .. name, function()
      call { vaultName = "v", vaultNotificationConfig = config(ARCHIVE) }
      assert.is_true(#sent > 0)
    end)
  end

  it("compares the account if one is given", function()
    local params = { vaultName = "v", vaultNotificationConfig = config(ARCHIVE), accountId = "999999999999" }
    local _, err = pcall(client.set_vault_notifications, client, params)
    assert.equal("AccountMismatch", err.findings[1].code)
    for _, account in ipairs { "-", "", running.account } do
      params.accountId = account
      client:set_vault_notifications(params)
    end
  end)

  it("reports wrong types in the API's words", function()
    local _, err = pcall(client.set_vault_notifications, client, { vaultName = 1, vaultNotificationConfig = fifo })
    assert.truthy(err.message:find("Invalid type for parameter vaultName, value: 1", 1, true))
    for _, params in ipairs { "x", false } do
      assert.equal("ParamValidationError", failure(client.set_vault_notifications, client, params or nil).code)
    end
  end)

  it("is stricter than other clients, which send any configuration", function()
    local lax = glacier.client(options_for(running))
    lax:set_vault_notifications { vaultName = "v", vaultNotificationConfig = fifo }
    assert.same(fifo, lax:get_vault_notifications({ vaultName = "v" }).vaultNotificationConfig)
    lax:close()
  end)
end)
