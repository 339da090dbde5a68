--- Amazon Glacier for Lua. See README.md.
local client = require "glacier.client"
local all = require "glacier.async.all"
local check = require "glacier.notifications.check"
local message = require "glacier.notifications.message"
local policy = require "glacier.notifications.policy"
local tree_hash = require "glacier.tree_hash"
local version = require "glacier.version"

return {
  _VERSION = "glacier " .. version,
  client = client.new,
  all = all.all,
  as_completed = all.as_completed,
  tree_hash = tree_hash.hash,
  tree_hasher = tree_hash.hasher,
  combine_tree_hashes = tree_hash.combine,
  check_notification_config = check.config,
  topic_policy = policy.topic,
  parse_notification = message.parse,
  verify_notification = function(...)
    return require("glacier.notifications.verify").notification(...)
  end,
  inventory = function(...) -- loaded when it is first used
    return require("glacier.inventory").archives(...)
  end,
}
