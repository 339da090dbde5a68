-- A call in a real Neovim without a user interface.
local service = require "spec.support.local_service"
local shell = require "spec.support.shell"
local signed_client = require("glacier").client

local has_neovim = shell.succeeds "command -v nvim >/dev/null"

local function absolute(directory)
  return (shell.output("cd " .. shell.quote(directory) .. " && pwd -P"))
end

-- Runs the script in Neovim and returns what it prints.
local function run(variables)
  local words = {}
  for name, value in pairs(variables) do words[#words + 1] = name .. "=" .. shell.quote(value) end
  -- A build with sanitizers needs their runtime to be preloaded, as run-sanitized does for Lua.
  local preloaded = variables.GLACIER_MODULE .. "/../bin/preloaded.so"
  if shell.succeeds("test -e " .. shell.quote(preloaded)) then
    local runtime = shell.output((os.getenv "CC" or "cc") .. " -print-file-name=libasan.so")
    words[#words + 1] = "LD_PRELOAD=" .. shell.quote(runtime .. " " .. preloaded)
    words[#words + 1] = "ASAN_OPTIONS=" .. (os.getenv "ASAN_OPTIONS" or "") .. ":detect_leaks=0"
  end
  return (shell.output(("env -u LUA_PATH -u LUA_CPATH %s nvim --headless -u NONE -i NONE -n +%s +qall! 2>&1"):format(
    table.concat(words, " "), shell.quote "luafile spec/support/in_neovim.lua")))
end

describe("glacier.hosts.luv in Neovim", function()
  if not has_neovim then
    pending "waits in the editor's loop: Neovim is not installed"
    return
  end

  it("waits in the editor's loop, and the code after the call may use the editor's functions", function()
    local glacier = service.start()
    signed_client {
      endpoint_url = glacier.url, region = glacier.region, env = {},
      credentials = { access_key_id = glacier.access_key_id, secret_access_key = glacier.secret_access_key },
    }:create_vault { vaultName = "edited" }
    local printed = run {
      GLACIER_LUA = absolute "lua", GLACIER_MODULE = absolute((os.getenv "BUILD" or "build") .. "/luajit"),
      VAULT = "edited", AWS_ENDPOINT_URL_GLACIER = glacier.url, AWS_REGION = glacier.region,
      AWS_ACCESS_KEY_ID = glacier.access_key_id, AWS_SECRET_ACCESS_KEY = glacier.secret_access_key,
    }
    glacier.stop()
    assert.are.equal("the editor goes on\nstatus 204\nArchiveRetrievalCompleted", printed)
  end)
end)
