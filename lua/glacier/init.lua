--- Amazon Glacier for Lua. See README.md.
local client = require "glacier.client"
local version = require "glacier.version"

return {
  _VERSION = "glacier " .. version,
  client = client.new,
}
