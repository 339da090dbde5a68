-- The rock, installed by the real LuaRocks without a network, and used away from the checkout. Each
-- interpreter that runs this file installs for itself.

local host = rawget(_G, "jit") and { version = "5.1", library = "luajit" }
  or { version = "5.4", library = "lua5.4" }
host.interpreter = os.getenv "LUA" or host.library

local function quoted(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

-- What a shell command says on both streams, without the last line end, and whether it ended with 0
local function sh(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1; echo $?"))
  local said, status = pipe:read("*a"):match "^(.-)\n?(%d+)\n$"
  pipe:close()
  return said, status == "0"
end

local function must(command)
  local said, ok = sh(command)
  assert(ok, said)
  return said
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(file:close())
end

-- The pattern by which the system's own cjson is found: the one thing the rock may borrow
local function cjson_pattern()
  local path = assert(package.searchpath("cjson", package.cpath))
  return (path:gsub("cjson%.so$", "?.so"))
end

-- LuaRocks takes 5.1 to be PUC's and has to be told of LuaJIT's headers.
local function luarocks_settings(scratch)
  local headers = must("pkg-config --cflags-only-I " .. host.library):match "^%-I(%S+)"
  return ([[
rocks_servers = {}
rocks_provided = { ["lua-cjson"] = "2.1.0-1" }
local_cache = %q
home_tree = %q
variables = { LUA_INCDIR = %q }
]]):format(scratch .. "/cache", scratch .. "/home", headers)
end

describe("the rock", function()
  local scratch, said, installed

  -- Runs Lua in an empty folder that knows the installed rock and the system's cjson, nothing else.
  local function run(code)
    local path = ("%s/tree/share/lua/%s/?.lua;%s/tree/share/lua/%s/?/init.lua")
      :format(scratch, host.version, scratch, host.version)
    local cpath = ("%s/tree/lib/lua/%s/?.so;%s"):format(scratch, host.version, cjson_pattern())
    return sh(("cd %s/elsewhere && env -i PATH=\"$PATH\" LUA_PATH=%s LUA_CPATH=%s %s -e %s"):format(
      quoted(scratch), quoted(path), quoted(cpath), quoted(host.interpreter), quoted(code)))
  end

  setup(function()
    scratch = must "mktemp -d"
    must(("cp -R csrc lua rockspec LICENSE %s && mkdir %s/elsewhere %s/home")
      :format(quoted(scratch), quoted(scratch), quoted(scratch)))
    write(scratch .. "/config.lua", luarocks_settings(scratch))
    said, installed = sh(([[
      cd %s && unset LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT
      HOME=$PWD/home LUAROCKS_CONFIG=$PWD/config.lua \
        luarocks --lua-version %s --tree "$PWD/tree" make rockspec/lua-glacier-scm-1.rockspec
      status=$?
      rm -rf csrc lua rockspec
      (exit $status)]]):format(quoted(scratch), host.version))
  end)

  teardown(function()
    must("rm -rf " .. quoted(scratch))
  end)

  it("is installed by LuaRocks without a network", function()
    assert(installed, said)
  end)

  it("is found in its tree and names its version", function()
    local code = [[print(require("glacier")._VERSION, package.searchpath("glacier", package.path))]]
    local version, path = run(code):match "^(.-)\t(.*)$"
    assert.matches("^glacier %d+%.%d+%.%d+$", version)
    assert.equal(scratch .. "/tree/share/lua/" .. host.version .. "/glacier/init.lua", path)
  end)

  it("makes a client", function()
    local output, ok = run [[
      local client = require("glacier").client {
        region = "us-west-2",
        credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" },
      }
      io.write(type(client.set_vault_notifications))
      client:close()]]
    assert(ok, output)
    assert.equal("function", output)
  end)
end)
