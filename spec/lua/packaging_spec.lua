-- LuaRocks installs the rock without a network, and a program outside of the checkout uses it. Each interpreter that
-- runs this spec installs the rock for itself.
local files = require "spec.support.files"
local interpreter = require "spec.support.interpreter"
local shell = require "spec.support.shell"

local quote = shell.quote
local unpack = rawget(table, "unpack") or rawget(_G, "unpack")
local VERSION = _VERSION:match "%d+%.%d+"

-- Returns the path template of the system's cjson, the only other module that the library needs.
local function cjson_template()
  for template in package.cpath:gmatch "[^;]+" do
    if io.open((template:gsub("?", "cjson"))) then return template end
  end
  error "cjson is not installed"
end

-- Returns the directory of the interpreter's headers. For version 5.1, LuaRocks would use those of PUC Lua.
local function headers()
  local names = rawget(_G, "jit") and { "luajit" } or { "lua" .. VERSION, "lua-" .. VERSION }
  for _, name in ipairs(names) do
    local flags, status = shell.output("pkg-config --cflags-only-I " .. name .. " 2>/dev/null")
    if status == 0 then return flags:match "^%-I(%S+)" or "/usr/include" end
  end
  error("pkg-config does not know the headers of " .. interpreter)
end

-- Returns whether the installed LuaRocks can build for this Lua: support for Lua 5.5 came with 3.13.
local function knows_this_lua()
  local major, minor = shell.output "luarocks --version":match "(%d+)%.(%d+)"
  return VERSION ~= "5.5" or tonumber(major) * 1000 + tonumber(minor) >= 3013
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

-- Creates a directory with the sources, the settings of LuaRocks, and a rockspec whose source is an archive in that
-- directory.
local function workshop()
  local scratch = files.directory()
  shell.run(("cd %s && mkdir elsewhere home checkout"):format(quote(scratch)))
  shell.run(("cp -R csrc lua rockspec LICENSE %s/checkout"):format(quote(scratch)))
  shell.run(("tar -C %s -czf %s/sources.tar.gz checkout"):format(quote(scratch), quote(scratch)))
  files.write(scratch .. "/config.lua", luarocks_settings(scratch))
  local text = files.read "rockspec/lua-glacier-scm-1.rockspec"
  files.write(scratch .. "/lua-glacier-scm-1.rockspec",
    (text:gsub("source = %b{}", function()
      return ('source = { url = "file://%s/sources.tar.gz", dir = "checkout" }'):format(scratch)
    end)))
  return scratch
end

-- Runs commands of LuaRocks in a directory, one after the other. Returns what they print and the exit status.
local function luarocks(scratch, directory, ...)
  local script = { ("cd %s/%s && unset LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT"):format(
    quote(scratch), directory) }
  for _, command in ipairs { ... } do
    script[#script + 1] = ("HOME=%s/home LUAROCKS_CONFIG=%s/config.lua luarocks --lua-version %s --tree %s/tree %s")
      :format(quote(scratch), quote(scratch), VERSION, quote(scratch), command)
  end
  return shell.output("{ " .. table.concat(script, " && ") .. "; } 2>&1")
end

-- Runs Lua code in an empty directory, with the installed rock and the system's cjson on its paths.
local function run(scratch, code)
  local path = ("%s/tree/share/lua/%s/?.lua;%s/tree/share/lua/%s/?/init.lua")
    :format(scratch, VERSION, scratch, VERSION)
  local cpath = ("%s/tree/lib/lua/%s/?.so;%s"):format(scratch, VERSION, cjson_template())
  return shell.output(("cd %s/elsewhere && env -i PATH=\"$PATH\" LUA_PATH=%s LUA_CPATH=%s %s -e %s 2>&1"):format(
    quote(scratch), quote(path), quote(cpath), quote(interpreter), quote(code)))
end

local METHODS = {
  ["luarocks make"] = { "checkout", "make rockspec/lua-glacier-scm-1.rockspec" },
  ["luarocks pack and luarocks install"] = {
    "elsewhere", "pack ../lua-glacier-scm-1.rockspec", "install lua-glacier-scm-1.src.rock",
  },
}

if not knows_this_lua() then
  return pending "the rock is installed: Lua 5.5 needs LuaRocks 3.13 or later"
end

for method, commands in pairs(METHODS) do
  describe("the rock, installed by " .. method, function()
    local scratch, output, status

    setup(function()
      scratch = workshop()
      output, status = luarocks(scratch, unpack(commands))
      shell.run(("rm -rf %s/checkout %s/elsewhere/*"):format(quote(scratch), quote(scratch)))
    end)

    teardown(function()
      files.remove(scratch)
    end)

    it("is installed without a network", function()
      assert.equal(0, status, output)
    end)

    it("is loaded from its tree and names its version", function()
      local printed = run(scratch,
        [[print(require("glacier")._VERSION, debug.getinfo(require("glacier").client, "S").source)]])
      local version, path = printed:match "^(.-)\t@(.*)$"
      assert.matches("^glacier %d+%.%d+%.%d+$", version, printed)
      assert.matches("^" .. scratch:gsub("%p", "%%%0") .. "/tree/share/lua/" .. VERSION .. "/glacier/", path)
    end)

    it("makes a client", function()
      local printed, exit_status = run(scratch, [[
        local client = require("glacier").client {
          region = "us-west-2",
          credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" },
        }
        io.write(type(client.set_vault_notifications))
        client:close()]])
      assert.equal(0, exit_status, printed)
      assert.equal("function", printed)
    end)

    it("is removed without leaving a file", function()
      local printed, exit_status = luarocks(scratch, "elsewhere", "remove lua-glacier")
      assert.equal(0, exit_status, printed)
      assert.equal("", shell.output(("find %s/tree -path '*glacier*' ! -type d"):format(quote(scratch))))
    end)
  end)
end
