--- Amazon Glacier for Lua. See README.md.
local client = require "glacier.client"
local job = require "glacier.job"
local notifications = require "glacier.notifications"
local tree = require "glacier.tree"
local version = require "glacier.version"

return {
  _VERSION = "glacier " .. version,
  client = client.new,
  all = job.all,
  tree_hash = tree.hash,
  tree_hasher = tree.hasher,
  combine_tree_hashes = tree.combine,
  check_notification_config = notifications.check,
  topic_policy = notifications.topic_policy,
  parse_notification = notifications.parse,
}
