-- The options of glacier.client: valid and invalid values.
local core = require "glacier.core"
local glacier = require "glacier"

local function nothing() end

-- Option = { valid values, invalid values, description of valid values in the error }.
local OPTIONS = {
  region = { { "x" }, { 1, true, {} }, "string" },
  endpoint_url = { { "http://x" }, { 1, false, {} }, "string" },
  credentials = { { {}, nothing }, { "a:b", true, 1 }, "table or function" },
  profile = { { "p" }, { 1, {} }, "string" },
  use_fips_endpoint = { { true, false }, { "true", 1, 0 }, "boolean" },
  use_dualstack_endpoint = { { true, false }, { "true", 1 }, "boolean" },
  connect_timeout = { { 1, 0.001, math.huge }, { 0, -1, 0 / 0, "1", true }, "number (seconds, more than 0)" },
  read_timeout = { { 1, 0.001 }, { 0, -1, 0 / 0, "1" }, "number (seconds, more than 0)" },
  timeout = { { 1, 0.001 }, { 0, -1, 0 / 0, "1", false }, "number (seconds, more than 0)" },
  max_attempts = { { 1, 3, 3.0, 2 ^ 60 }, { 0, -1, 1.5, math.huge, 0 / 0, "3" }, "number (integer, at least 1)" },
  retry_mode = {
    { "standard", "legacy", "adaptive" }, { "Standard", "", "legacy\0", 1, {} }, "standard, legacy, adaptive",
  },
  ca_bundle = { { "/x" }, { 1, true }, "string" },
  verify = { { true, false }, { "false", "/x", 0 }, "boolean" },
  proxy = { { "http://x", "" }, { 1, false }, "string" },
  user_agent_extra = {
    { "a/1 (b)", "" }, { 1, "a\nb", "a\r\nX: y", "a\0b", "\127" }, "string (without control characters)",
  },
  env = { { {} }, { "A=b", nothing, 1 }, "table" },
  logger = { { nothing }, { {}, "x", true }, "function" },
  wait = {
    { nothing, { sleep = nothing }, { sleep = nothing, readable = nothing } },
    { {}, 1, { readable = nothing }, { sleep = nothing, readable = 1 } },
    "function, or table { sleep = function, readable = function or nil }",
  },
  hash_threads = { { 0, 8 }, { -1, 1.5, "2" }, "number (integer, at least 0)" },
  transport = { { nothing }, { {}, "curl" }, "function" },
  mfa_code = { { nothing }, { "123456", 123456 }, "function" },
  clock = { { nothing }, { 0, {} }, "function" },
  random = { { nothing }, { 0.5 }, "function" },
}

describe("the option", function()
  for name, row in pairs(OPTIONS) do
    it(name .. " accepts valid values", function()
      for _, value in ipairs(row[1]) do
        assert.are.same({}, core.option_violations { [name] = value })
      end
    end)

    it(name .. " rejects invalid values with an error that names it", function()
      for _, value in ipairs(row[2]) do
        local good, err = pcall(glacier.client, { [name] = value, region = name ~= "region" and "x" or value })
        assert.is_false(good, tostring(value))
        assert.are.equal("ParamValidationError", err.code)
        assert.are.equal("validation", err.kind)
        assert.are.equal(("glacier.client:\nInvalid value for option %s, type: %s, valid: %s")
          :format(name, type(value), row[3]), tostring(err))
      end
    end)
  end

  it("is rejected with the nearest option if it does not exist", function()
    for given, nearest in pairs {
      Region = "region", endpointurl = "endpoint_url", max_atempts = "max_attempts", verifyy = "verify",
    } do
      local _, err = pcall(glacier.client, { [given] = "x" })
      assert.is_truthy(tostring(err):find(('"%s" (did you mean "%s"?)'):format(given, nearest), 1, true), tostring(err))
    end
    local _, err = pcall(glacier.client, { aws_access_key_id = "x" })
    assert.is_nil(tostring(err):find("did you mean", 1, true))
  end)

  it("is rejected if its name has a NUL byte", function()
    local _, err = pcall(glacier.client, { region = "x", ["verify\0"] = true })
    assert.matches('Unknown option: "verify\\x00"', tostring(err), 1, true)
  end)

  it("is rejected with the list of options if it does not exist", function()
    local _, err = pcall(glacier.client, { regoin = "x" })
    assert.are.equal("ParamValidationError", err.code)
    local list = tostring(err):match
      '^glacier%.client:\nUnknown option: "regoin" %(did you mean "region"%?%), must be one of: ([%w_, ]+)$'
    local listed, last = {}, ""
    for name in list:gmatch "[^, ]+" do
      assert.is_true(last < name)
      listed[name], last = true, name
    end
    for name in pairs(OPTIONS) do assert.is_true(listed[name], name) end
  end)
end)

describe("a function among the options", function()
  for _, name in ipairs { "clock", "random" } do
    it(name .. " is named in the error of the call if it does not return a finite number", function()
      for _, wrong in ipairs { "now", 0 / 0, math.huge, false } do
        local given = {
          region = "us-west-2", env = {}, credentials = { access_key_id = "A", secret_access_key = "S" },
          transport = function() return { status = 500 } end, wait = nothing,
        }
        given[name] = function() return wrong end
        local good, err = pcall(function() return glacier.client(given):list_vaults() end)
        assert.is_false(good)
        assert.are.equal("ParamValidationError", err.code)
        assert.are.equal(("glacier.client: the option %s returned %s, expected a number "
          .. "between -1e15 and 1e15"):format(name, tostring(wrong)), err.message)
      end
    end)
  end
end)

describe("options", function()
  it("can be omitted", function()
    for _, given in ipairs { false, {} } do
      local good, err = pcall(glacier.client, given or nil)
      assert.is_true(good or err.kind == "config", tostring(err)) -- there may be no region
    end
  end)

  it("must be a table", function()
    for _, value in ipairs { "us-west-2", 1, true, nothing } do
      local _, err = pcall(glacier.client, value)
      assert.are.equal("ParamValidationError", err.code)
      assert.are.equal("glacier.client: options must be a table, not a " .. type(value), tostring(err))
    end
  end)

  it("are all named, one on each line, if they are invalid", function()
    local wrong, expected = { [7] = "positional" }, { 'Unknown option: "7"' }
    for name in pairs(OPTIONS) do
      wrong[name] = 0 / 0
      expected[#expected + 1] = "Invalid value for option " .. name
    end
    table.sort(expected)
    table.insert(expected, 1, "glacier.client:")
    local _, err = pcall(glacier.client, wrong)
    local lines = {}
    for line in tostring(err):gmatch "[^\n]+" do lines[#lines + 1] = line:match "^[^,]+" end
    assert.are.same(expected, lines)
  end)

  it("are rejected without their values, which may be secrets", function()
    local _, err = pcall(glacier.client, { credentials = "AKID:SECRET", user_agent_extra = "SECRET\n" })
    assert.is_nil(tostring(err):find "SECRET")
  end)
end)
