-- Sets, reads back and removes the notifications of a vault. `make demo` runs it against the local
-- service; with AWS keys in the environment it does the same against Amazon Glacier.
local glacier = require "glacier"

local client = glacier.client {}
local vault = "examplevault"

local function step(text, ...)
  print(("%-28s %s"):format(text, table.concat({ ... }, " ")))
end

local created = client:create_vault { vaultName = vault }
step("create_vault", created.ResponseMetadata.HTTPStatusCode, created.location)

local set = client:set_vault_notifications {
  vaultName = vault,
  vaultNotificationConfig = {
    SNSTopic = "arn:aws:sns:us-west-2:012345678901:mytopic",
    Events = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" },
  },
}
step("set_vault_notifications", set.ResponseMetadata.HTTPStatusCode, set.ResponseMetadata.RequestId)

local config = client:get_vault_notifications({ vaultName = vault }).vaultNotificationConfig
step("get_vault_notifications", config.SNSTopic)
for _, event in ipairs(config.Events) do
  step("", event)
end

local removed = client:delete_vault_notifications { vaultName = vault }
step("delete_vault_notifications", removed.ResponseMetadata.HTTPStatusCode)

local found, err = pcall(client.get_vault_notifications, client, { vaultName = vault })
assert(not found and err.code == client.exceptions.ResourceNotFoundException, "the configuration is still there")
step("get_vault_notifications", err.status, tostring(err))

client:delete_vault { vaultName = vault }
client:close()
