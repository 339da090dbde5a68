-- Wrong arguments of the C module: they raise an error and never crash.
local core = require "glacier.core"
local curl = require "glacier.curl"

local function catch(...)
  local good, err = pcall(...)
  assert.is_false(good)
  return err
end

describe("the C module", function()
  it("hides the finalizers of its userdata from scripts", function()
    for _, object in ipairs { core.request { method = "GET", url = "http://h/" }, core.tree_hash(), core.events(),
      curl.pool { events = core.events() },
      core.credentials { access_key_id = "id", secret_access_key = "secret" }, core.response { status = 200 } } do
      assert.is_false(getmetatable(object))
    end
  end)

  it("rejects strings with a NUL byte, which would end a C string", function()
    for name, value in pairs { region = "us-west-2\0evil", endpoint_url = "http://h\0.evil" } do
      local settings = { region = "us-west-2", endpoint_url = "http://h" }
      settings[name] = value
      local err = catch(core.endpoint, settings)
      assert.equal("InvalidConfigError", err.code)
      assert.truthy(err.message:find(name, 1, true))
    end
    assert.equal("InvalidConfigError", catch(curl.pool, { events = core.events(), proxy = "http://h\0x" }).code)
    assert.matches("contains a NUL byte", catch(core.waker, "/tmp\0x"), 1, true)
    local err = catch(core.credentials, { access_key_id = "id", secret_access_key = "secret\0tail" })
    assert.equal("CredentialRetrievalError", err.code)
    assert.is_nil(err.message:find("secret", 1, true))
  end)

  it("finds an operation by its API name and by its method name only", function()
    for method, name in pairs(core.operations()) do
      for _, known in ipairs { method, name } do
        local good, err = pcall(core.prepare, known, { Unknown = 1 }, "http://h")
        assert.same({ false, name }, { good, err.operation })
      end
    end
    for _, unknown in ipairs { "", "List", "listvaults", "LISTVAULTS", "ListVaults ", "ListVaults\0" } do
      assert.matches("unknown operation", catch(core.prepare, unknown, {}, "http://h"), 1, true)
    end
    assert.is_false((pcall(core.prepare, 5, {}, "http://h")))
  end)

  it("rejects an invalid size limit for reading a file", function()
    for _, limit in ipairs { -1, 0 / 0, math.huge } do
      assert.matches("expected a number of bytes", catch(core.read_file, "/dev/null", limit), 1, true)
    end
  end)

  it("rejects userdata of another class", function()
    local request, response = core.request { method = "GET", url = "http://h/" }, core.response { status = 200 }
    assert.matches("glacier.request expected, got userdata", catch(request.export, response), 1, true)
    assert.matches("glacier.response expected, got no value", catch(response.body), 1, true)
    assert.matches("glacier.response expected, got table", catch(core.parse, "ListVaults", {}), 1, true)
    assert.matches("glacier.request expected", catch(request.export, io.stdout), 1, true)
  end)

  it("rejects an endpoint with braces, which is a template that was not filled", function()
    assert.equal("InvalidConfigError",
      catch(core.endpoint, { region = "us-west-2", endpoint_url = "http://h/{vaultName}" }).code)
  end)

  it("rejects a number in place of the bytes to hash", function()
    assert.is_false((pcall(core.tree_hash().update, core.tree_hash(), 5)))
  end)

  it("does not crash when a finalizer changes parameters while they are read", function()
    local params
    local function churn(value)
      return setmetatable({}, { __gc = function()
        params.jobParameters.SelectParameters = value
        churn(value)
      end })
    end
    for _ = 1, 300 do
      params = { vaultName = "v", jobParameters = { SelectParameters = { InputSerialization = { csv = {} } } } }
      churn(7)
      local good, err = pcall(core.prepare, "InitiateJob", params, "http://h")
      assert.is_true(good or err.code == "ParamValidationError")
      collectgarbage "step"
    end
  end)
end)

describe("a function of the C module", function()
  it("rejects a NUL byte in a path, a header's name or a part of the signature's scope", function()
    local request = core.request { method = "GET", url = "http://h/" }
    local keys = core.credentials { access_key_id = "id", secret_access_key = "secret" }
    for title, call in pairs {
      read_file = function() error(select(2, core.read_file("/etc/passwd\0.txt", 1e6)), 0) end,
      replace_file = function() core.replace_file("/nonexistent/x\0", "") end,
      home = function() core.home "root\0x" end,
      output = function() core.output "/nonexistent/x\0" end,
      tag = function() core.output("/nonexistent/x", "a\0b") end,
      journal = function() core.journal("/nonexistent/x\0", 0) end,
      partition = function() core.partition "us-west-2\0x" end,
      request = function() core.request { method = "GET", url = "http://h/", headers = { ["A\0B"] = "c" } } end,
      set_header = function() request:set_header("A\0B", "c") end,
      region = function() request:sign(keys, "us-west-2\0x", "glacier", 0) end,
      service = function() request:sign(keys, "us-west-2", "glacier\0x", 0) end,
    } do
      assert.truthy(tostring(catch(call)):find("contains a NUL byte", 1, true), title)
    end
    assert.same({}, request:export().headers)
  end)
end)

describe("client.exceptions", function()
  it("cannot be changed", function()
    local exceptions = require("glacier").client { region = "us-west-2", env = {} }.exceptions
    assert.is_false((pcall(function()
      exceptions.ResourceNotFoundException = 1
    end)))
    assert.equal("ResourceNotFoundException", exceptions.ResourceNotFoundException)
  end)
end)
