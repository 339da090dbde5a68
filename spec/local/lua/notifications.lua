-- SetVaultNotifications, GetVaultNotifications, DeleteVaultNotifications.

local errors = require "lua.errors"
local json = require "lua.json"
local store = require "lua.store"

local notifications = {}

local known_events = {
  ArchiveRetrievalCompleted = true,
  InventoryRetrievalCompleted = true,
}

local function required(body, member, kind)
  local value = body[member]
  if value == nil or value == json.null then
    errors.raise("MissingParameterValueException", "Required parameter missing: %s", member)
  end
  if type(value) ~= kind then
    errors.raise("SerializationException", "The member %s has the wrong type.", member)
  end
  return value
end

-- arn:PARTITION:sns:REGION:ACCOUNT:NAME, where the name is SNS's: up to 256 of [A-Za-z0-9_-],
-- for a FIFO topic with .fifo at its end.
local function topic(arn)
  local name = arn:match "^arn:aws[%l%-]*:sns:%l[%l%d%-]*:%d%d%d%d%d%d%d%d%d%d%d%d:([^:]+)$"
  local plain = name and name:gsub("%.fifo$", "")
  if not plain or #name > 256 or not plain:find "^[%w_-]+$" then
    errors.raise("InvalidParameterValueException", "Invalid SNS topic ARN: %s", arn)
  end
  return arn
end

-- The events named, each once.
local function events(list)
  local chosen, seen, members = {}, {}, 0
  for _ in pairs(list) do members = members + 1 end
  for _, event in ipairs(list) do
    if type(event) ~= "string" then break end
    if not known_events[event] then
      errors.raise("InvalidParameterValueException", "Invalid notification event: %s", event)
    end
    if not seen[event] then chosen[#chosen + 1] = event end
    seen[event], members = true, members - 1
  end
  if members ~= 0 then
    errors.raise("SerializationException", "The member Events is not a list of strings.")
  elseif #chosen == 0 then
    errors.raise("InvalidParameterValueException", "At least one notification event is required.")
  end
  return chosen
end

-- Replaces the whole configuration: a vault has one topic.
function notifications.set(call)
  local owner, body = call.owner, json.decode_object(call.body.text)
  local configuration = {
    topic = topic(required(body, "SNSTopic", "string")),
    events = events(required(body, "Events", "table")),
  }
  store.exclusively(owner, function()
    local vault = store.get(owner, call.path.vaultName)
    vault.notifications = configuration
    store.put(owner, vault)
  end)
  return { status = 204 }
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

-- Idempotent: a vault without a configuration stays so.
function notifications.delete(call)
  local owner = call.owner
  store.exclusively(owner, function()
    local vault = store.get(owner, call.path.vaultName)
    vault.notifications = nil
    store.put(owner, vault)
  end)
  return { status = 204 }
end

return notifications
