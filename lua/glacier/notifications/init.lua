--- Notifications as a user needs them, built on the API's operations.
local check = require "glacier.notifications.check"
local ensure = require "glacier.notifications.ensure"
local message = require "glacier.notifications.message"
local policy = require "glacier.notifications.policy"
local sync = require "glacier.notifications.sync"

local notifications = {
  check = check.config,
  guard = check.guard,
  ensure = ensure.vault,
  sync = sync.vaults,
  topic_policy = policy.topic,
  parse = message.parse,
}

--- Reads the configuration of a vault.
-- Raises what the calls raise; ResourceNotFoundException for a missing vault.
-- @param runtime table: of `runtime.new`
-- @param params table: of GetVaultNotifications
-- @return table: the output of GetVaultNotifications; nil where the vault has no configuration
function notifications.read(runtime, params)
  return ensure.read(ensure.caller(runtime), params)
end

return notifications
