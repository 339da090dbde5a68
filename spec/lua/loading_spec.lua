-- Which modules a program loads. Loading takes longer than a call.
local child = require "spec.support.child"
local files = require "spec.support.files"
local scripted = require "spec.support.scripted"
local shell = require "spec.support.shell"

local SEEN = [[
  local names = {}
  for name in pairs(package.loaded) do
    names[#names + 1] = name:match "^glacier%.(.+)"
  end
  table.sort(names)
  print(table.concat(names, " "))
]]

-- Returns the set of the modules of glacier that a program has loaded after one call of `list_vaults`.
local function loaded(env, options)
  local server = scripted.start {
    { { "read" }, { "send", 'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{"VaultList": []}' }, { "close" } },
  }
  env.URL, env.HOME = server.url, env.HOME or "/nonexistent"
  local printed = child(env, ([[
    require("glacier").client { endpoint_url = os.getenv "URL", %s }:list_vaults()
  ]]):format(options) .. SEEN)
  server:stop()
  local set = {}
  for name in printed:gmatch "%S+" do set[name] = true end
  return set, printed
end

local KEYS = 'credentials = { access_key_id = "a", secret_access_key = "s" }'

describe("a program with one call", function()
  it("loads nothing that only other programs need", function()
    local names, printed = loaded({ AWS_CA_BUNDLE = "/ca.pem", AWS_CONFIG_FILE = "/dev/null" },
      'region = "us-west-2", ' .. KEYS)
    assert.is_true(names["call.perform"], printed)
    for _, name in ipairs {
      "async.copcall", "async.hosted", "async.task", "body.reader", "body.source", "call.exchanger", "call.log",
      "call.recovery", "config.endpoint", "config.ini", "config.profile", "config.proxies", "config.resolve",
      "config.sections", "config.values",
      "credentials.fetched", "credentials.refreshable", "client_methods", "transport.host", "transport.streaming",
    } do
      assert.is_nil(names[name], name)
    end
  end)

  it("loads the modules that read settings if a setting exists", function()
    local names, printed = loaded({ AWS_REGION = "us-west-2", AWS_MAX_ATTEMPTS = "1" }, KEYS)
    assert.is_true(names["config.values"], printed)
  end)

  it("finds the C module without a search for a Lua file", function()
    if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then
      pending "Lua 5.1 has no package.searchpath"
    end
    files.with_directory(function(directory)
      shell.run(("mkdir '%s/glacier'"):format(directory))
      files.write(directory .. "/glacier/core.lua", "error 'was searched for'")
      assert.are.equal("true\n", child({}, ([[
        package.path = "%s/?.lua;" .. package.path
        print((pcall(require, "glacier")))
      ]]):format(directory)))
    end)
  end)
end)
