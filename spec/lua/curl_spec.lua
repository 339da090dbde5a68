-- The second C module, which has libcurl.
local shell = require "spec.support.shell"

-- Returns what a new interpreter prints when it runs a script.
local function run(script)
  return (shell.output((os.getenv "LUA" or "lua5.4") .. " -e " .. shell.quote(script) .. " 2>&1"))
end

describe("the module with libcurl", function()
  it("is loaded neither by the library nor by a client", function()
    assert.equal("nil", run [[
      local glacier = require "glacier"
      glacier.client { region = "us-east-1", credentials = { access_key_id = "a", secret_access_key = "b" } }
      print(package.loaded["glacier.curl"])
    ]])
  end)

  it("is not needed by a client with the option transport", function()
    assert.equal("200\tnil", run [[
      package.preload["glacier.curl"] = function() error "no libcurl here" end
      local client = require("glacier").client {
        region = "us-east-1", credentials = { access_key_id = "a", secret_access_key = "b" }, env = {},
        transport = function() return { status = 200, headers = {}, body = "{}" } end,
      }
      local response = client:list_vaults()
      print(response.ResponseMetadata.HTTPStatusCode, package.loaded["glacier.curl"])
    ]])
  end)

  it("is named in an error object if it cannot be loaded", function()
    assert.equal("config InvalidConfigError true", run [[
      package.preload["glacier.curl"] = function() error "no libcurl here" end
      local client = require("glacier").client {
        region = "us-east-1", credentials = { access_key_id = "a", secret_access_key = "b" }, env = {},
      }
      local _, err = pcall(client.list_vaults, client)
      print(err.kind .. " " .. err.code .. " " .. tostring(tostring(err):find("no libcurl here", 1, true) ~= nil))
    ]])
  end)

  it("is loaded before Lua's own loader would bind all symbols of libcurl's libraries", function()
    local text = shell.output("LD_DEBUG=reloc " .. (os.getenv "LUA" or "lua5.4") .. " -e " .. shell.quote [[
      require("glacier.core").load_curl()
      io.stderr:write "require\n"
      require "glacier.curl"
    ]] .. " 2>&1")
    if not text:find("relocation processing", 1, true) then
      pending "only glibc reports its relocations"
    end
    assert.matches("relocation processing: %S*/curl%.so.*require\n", text)
  end)

  it("can be loaded only after glacier.core", function()
    assert.matches("glacier.core must be loaded before glacier.curl", run 'require "glacier.curl"', 1, true)
  end)
end)
