-- SetVaultNotifications, GetVaultNotifications, DeleteVaultNotifications.

local errors = require "http.errors"
local json = require "http.json"
local members = require "http.members"
local sns = require "handlers.sns"
local store = require "store.vaults"

local notifications = {}

local known_events = {
  ArchiveRetrievalCompleted = true,
  InventoryRetrievalCompleted = true,
}

-- Returns the events without duplicates.
local function events(list)
  local chosen, seen = {}, {}
  for _, event in ipairs(members.list(list, "Events", "string")) do
    if not known_events[event] then
      errors.raise("InvalidParameterValueException", "Invalid notification event: %s", event)
    end
    if not seen[event] then chosen[#chosen + 1] = event end
    seen[event] = true
  end
  if #chosen == 0 then
    errors.raise("InvalidParameterValueException", "At least one notification event is required.")
  end
  return chosen
end

local function replace(owner, vault_name, configuration)
  store.exclusively(owner, function()
    local vault = store.get(owner, vault_name)
    vault.notifications = configuration
    store.put(owner, vault)
  end)
  return { status = 204 }
end

-- Replaces the whole configuration. A vault has one topic.
function notifications.set(call)
  local body = json.decode_object(call.body.text)
  return replace(call.owner, call.path.vaultName, {
    topic = sns.check_topic(members.required(body, "SNSTopic", "string")),
    events = events(members.required(body, "Events", "table")),
  })
end

function notifications.get(call)
  local vault = store.get(call.owner, call.path.vaultName)
  local configuration = vault.notifications
  if not configuration then
    errors.raise("ResourceNotFoundException",
      "No notification configuration is set for vault: %s", store.arn(call.owner, vault.name))
  end
  return {
    status = 200,
    json = {
      { "Events", json.list(configuration.events) },
      { "SNSTopic", configuration.topic },
    },
  }
end

-- Idempotent.
function notifications.delete(call)
  return replace(call.owner, call.path.vaultName, nil)
end

return notifications
