-- sync_vault_notifications: sets the notifications of many vaults, several at a time.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local service = require "spec.support.local_service"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local CONFIG = { SNSTopic = TOPIC, Events = { "ArchiveRetrievalCompleted" } }
local OTHER = { SNSTopic = TOPIC .. "2", Events = { "InventoryRetrievalCompleted" } }

local function names_of(entries)
  local names = {}
  for i, entry in ipairs(entries) do names[i] = entry.vaultName end
  return table.concat(names, " ")
end

describe("sync_vault_notifications", function()
  local running, client, sent, in_flight, most

  local function hear(event)
    if event.event == "send" then
      sent[event.operation] = (sent[event.operation] or 0) + 1
      in_flight = in_flight + 1
      most = math.max(most, in_flight)
    elseif event.event == "response" then
      in_flight = in_flight - 1
    end
  end

  before_each(function()
    running = service.start { delay = 0.02 }
    sent, in_flight, most = {}, 0, 0
    client = glacier.client {
      endpoint_url = running.url, region = running.region, env = {}, logger = hear,
      credentials = { access_key_id = running.access_key_id, secret_access_key = running.secret_access_key },
    }
    local jobs = {}
    for i = 1, 12 do jobs[i] = client:start("create_vault", { vaultName = ("v%02d"):format(i) }) end
    glacier.all(jobs)
    client:set_vault_notifications { vaultName = "v03", vaultNotificationConfig = CONFIG }
    client:set_vault_notifications { vaultName = "v04", vaultNotificationConfig = OTHER }
    sent, most = {}, 0
  end)

  after_each(function()
    client:close()
    running.stop()
  end)

  local function stored(name)
    local output = client:get_vault_notifications_or_nil { vaultName = name }
    return output and output.vaultNotificationConfig
  end

  it("sets every vault of all pages, and writes only configurations that differ", function()
    local report = client:sync_vault_notifications { config = CONFIG, vaults = "all", concurrency = 4 }
    assert.equal("v01 v02 v04 v05 v06 v07 v08 v09 v10 v11 v12", names_of(report.changed))
    assert.equal("v03", names_of(report.unchanged))
    assert.same({}, report.failed)
    assert.same({ vaultName = "v04", before = OTHER, after = CONFIG, changed = true }, report.changed[3])
    assert.same({ vaultName = "v03", before = CONFIG, after = CONFIG, changed = false }, report.unchanged[1])
    assert.equal(11, sent.SetVaultNotifications)
    assert.equal(4, most)
    for _, entry in ipairs(report.changed) do assert.same(CONFIG, stored(entry.vaultName)) end
    assert.equal(12, #client:sync_vault_notifications({ config = CONFIG }).unchanged)
    assert.equal(11, sent.SetVaultNotifications)
  end)

  it("accepts a list, handles each vault once, and continues after a failure", function()
    local report = client:sync_vault_notifications {
      config = CONFIG, vaults = { "v02", "nosuchvault", "v01", "v02", "a/b" },
    }
    assert.equal("v02 v01", names_of(report.changed))
    assert.equal("nosuchvault a/b", names_of(report.failed))
    assert.equal("ResourceNotFoundException", report.failed[1].error.code)
    assert.equal("InvalidParameterValueException", report.failed[2].error.code)
    assert.is_nil(sent.ListVaults)
    assert.is_nil(stored "v05")
  end)

  it("accepts a function that chooses the vaults", function()
    local report = client:sync_vault_notifications {
      config = CONFIG,
      vaults = function(vault)
        assert.truthy(vault.VaultARN)
        return vault.VaultName > "v10"
      end,
    }
    assert.equal("v11 v12", names_of(report.changed))
    assert.is_nil(stored "v10")
    assert.has_error(function()
      client:sync_vault_notifications { config = CONFIG, vaults = function() error("not today", 0) end }
    end, "not today")
  end)

  it("removes configurations", function()
    local report = client:sync_vault_notifications { config = false, vaults = "all" }
    assert.equal("v03 v04", names_of(report.changed))
    assert.same({ vaultName = "v04", before = OTHER, changed = true }, report.changed[2])
    assert.equal(10, #report.unchanged)
    assert.equal(2, sent.DeleteVaultNotifications)
    assert.is_nil(stored "v03")
    assert.is_nil(stored "v04")
  end)

  it("writes nothing with dry_run, and reports what it would do", function()
    for _, config in ipairs { CONFIG, false } do
      local report = client:sync_vault_notifications { config = config, dry_run = true }
      assert.equal(config and 11 or 2, #report.changed)
      assert.equal(config and 1 or 10, #report.unchanged)
      local v04 = config and report.changed[3] or report.changed[2]
      assert.same({ vaultName = "v04", before = OTHER, after = config or nil, changed = true }, v04)
    end
    assert.is_nil(sent.SetVaultNotifications)
    assert.is_nil(sent.DeleteVaultNotifications)
    assert.same(OTHER, stored "v04")
  end)

  it("reports the findings of a configuration with dry_run only", function()
    local malformed = { SNSTopic = "arn:aws:sns:us-west-2:mytopic", Events = { "ArchiveRetrievalCompleted" } }
    local elsewhere = { SNSTopic = "arn:aws:sns:eu-west-1:999999999999:mytopic", Events = CONFIG.Events }
    for _, row in ipairs {
      { malformed, "InvalidTopicArn" }, { elsewhere, "RegionMismatch" }, { CONFIG, "" }, { false, "" },
    } do
      local options = { config = row[1], vaults = { "v01", "v04" }, dry_run = true }
      local report, codes = client:sync_vault_notifications(options), {}
      for i, finding in ipairs(report.findings) do codes[i] = finding.code end
      assert.equal(row[2], table.concat(codes, " "))
      assert.equal(0, #report.failed)
    end
    assert.is_nil(client:sync_vault_notifications({ config = elsewhere, vaults = {} }).findings)
    assert.is_nil(sent.SetVaultNotifications)
  end)

  it("calls progress for each vault, and ignores its errors", function()
    local told = {}
    client:sync_vault_notifications {
      config = CONFIG, vaults = { "v01", "v03", "nosuchvault" },
      progress = function(done, total, name, entry)
        assert.equal(3, total)
        told[#told + 1], told[name] = done, entry
        error "ignored"
      end,
    }
    assert.equal("1 2 3", table.concat(told, " "))
    assert.is_true(told.v01.changed)
    assert.is_false(told.v03.changed)
    assert.equal("ResourceNotFoundException", told.nosuchvault.error.code)
  end)

  it("continues if the service rejects a configuration", function()
    local bad = { SNSTopic = TOPIC, Events = { "Foo" } }
    local report = client:sync_vault_notifications { config = bad, vaults = { "v01", "v02" } }
    assert.equal("v01 v02", names_of(report.failed))
    assert.equal("InvalidParameterValueException", report.failed[1].error.code)
    assert.is_nil(report.failed[1].changed)
  end)

  it("reports all invalid options at once, and sends nothing", function()
    local _, err = pcall(client.sync_vault_notifications, client, {
      vaults = { 1 }, concurrency = 0.5, dry_run = 1, progress = true, accountId = 1, vault = "v01",
    })
    assert.equal("ParamValidationError", err.code)
    for _, name in ipairs { "vaults", "concurrency", "dry_run", "progress", "accountId", "config", '"vault"' } do
      assert.truthy(err.message:find(name, 1, true), name)
    end
    local hole = { config = CONFIG, vaults = { "v", [3] = "w" } }
    for _, options in ipairs { "x", hole, { config = { Topic = "x" } }, { config = true } } do
      assert.equal("ParamValidationError", failure(client.sync_vault_notifications, client, options).code)
    end
    assert.same({}, sent)
  end)

  it("raises if the vaults cannot be listed", function()
    local ok, err = pcall(client.sync_vault_notifications, client, { config = CONFIG, accountId = "999999999999" })
    assert.is_false(ok)
    assert.equal("AccessDeniedException", err.code)
    assert.equal("ListVaults", err.operation)
  end)
end)
