-- LuaRocks installs the rock without a network, and a program far from the checkout uses it. Every
-- interpreter that runs this file installs it for itself.
local files = require "spec.support.files"
local interpreter = require "spec.support.interpreter"
local shell = require "spec.support.shell"

local quote = shell.quote
local VERSION = _VERSION:match "%d+%.%d+"

-- The path template under which the system's cjson is found, the one module that the rock borrows.
local function cjson_template()
  for template in package.cpath:gmatch "[^;]+" do
    if io.open((template:gsub("?", "cjson"))) then return template end
  end
  error "cjson is not installed"
end

-- The directory of the interpreter's headers. LuaRocks assumes PUC Lua's if the version is 5.1.
local function headers()
  local names = rawget(_G, "jit") and { "luajit" } or { "lua" .. VERSION, "lua-" .. VERSION }
  for _, name in ipairs(names) do
    local flags, status = shell.output("pkg-config --cflags-only-I " .. name .. " 2>/dev/null")
    if status == 0 then return flags:match "^%-I(%S+)" or "/usr/include" end
  end
  error("pkg-config does not know the headers of " .. interpreter)
end

local function luarocks_settings(scratch)
  return ([[
rocks_servers = {}
rocks_provided = { ["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1" }
local_cache = %q
home_tree = %q
variables = { LUA_INCDIR = %q }
]]):format(scratch .. "/cache", scratch .. "/home", headers())
end

describe("the rock", function()
  local scratch, output, status

  -- Runs Lua code in an empty directory, with the installed rock and the system's cjson on its paths.
  local function run(code)
    local path = ("%s/tree/share/lua/%s/?.lua;%s/tree/share/lua/%s/?/init.lua")
      :format(scratch, VERSION, scratch, VERSION)
    local cpath = ("%s/tree/lib/lua/%s/?.so;%s"):format(scratch, VERSION, cjson_template())
    return shell.output(("cd %s/elsewhere && env -i PATH=\"$PATH\" LUA_PATH=%s LUA_CPATH=%s %s -e %s 2>&1"):format(
      quote(scratch), quote(path), quote(cpath), quote(interpreter), quote(code)))
  end

  setup(function()
    scratch = files.directory()
    shell.run(("cp -R csrc lua rockspec LICENSE %s && mkdir %s/elsewhere %s/home")
      :format(quote(scratch), quote(scratch), quote(scratch)))
    files.write(scratch .. "/config.lua", luarocks_settings(scratch))
    output, status = shell.output(([[{
      cd %s && unset LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT
      HOME=$PWD/home LUAROCKS_CONFIG=$PWD/config.lua \
        luarocks --lua-version %s --tree "$PWD/tree" make rockspec/lua-glacier-scm-1.rockspec
      status=$?
      rm -rf csrc lua rockspec
      exit $status; } 2>&1]]):format(quote(scratch), VERSION))
  end)

  teardown(function()
    files.remove(scratch)
  end)

  it("is installed by LuaRocks without a network", function()
    assert.equal(0, status, output)
  end)

  it("is loaded from its tree and names its version", function()
    local printed = run [[print(require("glacier")._VERSION, debug.getinfo(require("glacier").client, "S").source)]]
    local version, path = printed:match "^(.-)\t@(.*)$"
    assert.matches("^glacier %d+%.%d+%.%d+$", version, printed)
    assert.matches("^" .. scratch:gsub("%p", "%%%0") .. "/tree/share/lua/" .. VERSION .. "/glacier/", path)
  end)

  it("makes a client", function()
    local printed, exit_status = run [[
      local client = require("glacier").client {
        region = "us-west-2",
        credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" },
      }
      io.write(type(client.set_vault_notifications))
      client:close()]]
    assert.equal(0, exit_status, printed)
    assert.equal("function", printed)
  end)
end)
