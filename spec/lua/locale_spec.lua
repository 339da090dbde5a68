-- Calls under a locale with a decimal comma. A desktop program may set such a locale at any time.
local child = require "spec.support.child"
local files = require "spec.support.files"

local COMMA = [[
LC_NUMERIC
decimal_point ","
thousands_sep "."
grouping 3;3
END LC_NUMERIC
]]

-- Creates a locale "comma" in the directory. Returns whether it can be set.
local function make_locale(directory)
  files.write(directory .. "/comma.src", COMMA)
  os.execute(("localedef -c -i %s/comma.src -f ANSI_X3.4-1968 %s/comma >/dev/null 2>&1"):format(directory, directory))
  local printed = child({ LOCPATH = directory }, "print(os.setlocale('comma', 'numeric'))")
  return printed == "comma\n"
end

local CALLS = [[
  local function call(operation, params, status, body)
    local sent
    local client = glacier.client {
      region = "us-east-1", credentials = { access_key_id = "A", secret_access_key = "S" }, env = {}, max_attempts = 1,
      timeout = 1.5, transport = function(request)
        sent = request
        return { status = status, body = body }
      end,
    }
    local good, result = pcall(client.call, client, operation, params)
    return result, sent.body
  end
  local vault = call("DescribeVault", { vaultName = "v" }, 200,
    '{"SizeInBytes":10,"NumberOfArchives":1e1,"New":[1,2.5,12345678901234567],"VaultName":1.5,"VaultARN":7}')
  assert(vault.SizeInBytes == 10 and vault.NumberOfArchives == 10 and vault.VaultName == 1.5 and vault.VaultARN == 7)
  local _, body = call("SetDataRetrievalPolicy", { Policy = { Rules = { { BytesPerHour = 1234567 } } } }, 204)
  assert(body == '{"Policy":{"Rules":[{"BytesPerHour":1234567}]}}', body)
  local err = call("ListVaults", {}, 400, '{"code":5.5,"message":10,"x":[1,2]}')
  assert(err.code == "5.5" and err.message == "10", tostring(err))
  local value = require("glacier.json").decode '{"Expiration":[1,2.5,-3e-1],"Code":"a"}'
  assert(value.Expiration[1] == 1 and value.Expiration[2] == 2.5 and value.Expiration[3] == -0.3)
  local text = require("glacier.json").encode { 1, 2.5, -0.1, 1e300, 12345678901234 }
  assert(text == "[1,2.5,-0.1,1e+300,12345678901234]", text)
  io.write "right"
]]

describe("a call under a locale with a decimal comma", function()
  local directory = files.directory()
  local is_made = make_locale(directory)

  teardown(function() files.remove(directory) end)

  local function printed(code)
    return child({ LOCPATH = directory }, code .. CALLS)
  end

  it("reads and writes the right numbers if the locale was set before the module was loaded", function()
    if not is_made then return pending "localedef cannot make a locale here" end
    assert.equal("right", printed "assert(os.setlocale('comma', 'numeric')) local glacier = require 'glacier'")
  end)

  it("reads and writes the right numbers if the locale is set after the module was loaded", function()
    if not is_made then return pending "localedef cannot make a locale here" end
    assert.equal("right", printed "local glacier = require 'glacier' assert(os.setlocale('comma', 'numeric'))")
  end)

  it("reads and writes the right numbers if the locale is set back after the module was loaded", function()
    if not is_made then return pending "localedef cannot make a locale here" end
    assert.equal("right", printed [[
      assert(os.setlocale('comma', 'numeric'))
      local glacier = require 'glacier'
      assert(os.setlocale('C', 'numeric'))
    ]])
  end)
end)
