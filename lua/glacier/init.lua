--- Amazon Glacier for Lua. See README.md.

-- Finds the C module in package.cpath directly. `require` would first look for a Lua file in all of package.path.
local searchpath = rawget(package, "searchpath") -- absent on Lua 5.1
if searchpath and not package.loaded["glacier.core"] then
  local path = searchpath("glacier.core", package.cpath)
  local loader = path and package.loadlib(path, "luaopen_glacier_core")
  package.preload["glacier.core"] = package.preload["glacier.core"] or loader
end

local client = require "glacier.client"
local core = require "glacier.core"

-- Makes a function that loads its module when it is first called.
local function lazy(module, name)
  return function(...)
    return require(module)[name](...)
  end
end

return {
  _VERSION = "glacier " .. core.version,
  client = client.new,
  all = lazy("glacier.async.all", "all"),
  as_completed = lazy("glacier.async.all", "as_completed"),
  tree_hash = lazy("glacier.tree_hash", "hash"),
  tree_hasher = lazy("glacier.tree_hash", "hasher"),
  combine_tree_hashes = lazy("glacier.tree_hash", "combine"),
  check_notification_config = lazy("glacier.notifications.check", "config"),
  topic_policy = lazy("glacier.notifications.policy", "topic"),
  parse_notification = lazy("glacier.notifications.message", "parse"),
  verify_notification = lazy("glacier.notifications.verify", "notification"),
  inventory = lazy("glacier.inventory", "archives"),
}
