-- glacier.json: exact integers when reading, and writing.
local cjson = require "cjson"
local json = require "glacier.json"

-- Converts digits to an integer, or to the nearest number if this Lua has no integers.
local function integer(digits)
  return math.type and math.tointeger(digits) or tonumber(digits)
end

describe("json.decode", function()
  it("returns nil for a text that is not JSON, and for nil", function()
    for _, text in ipairs { "", "x", "{", "[1,]", "{'a':1}", "[1 2]", "1.5.5", "01" } do
      assert.is_nil(json.decode(text))
    end
    assert.is_nil(json.decode(nil))
  end)

  -- Lua 5.2 and 5.3 raise the error of a finalizer at the point at which the collector runs. The other versions do not.
  it("raises the error of a finalizer, and does not report it as a text that is not JSON", function()
    local text = "[" .. ("{},"):rep(200000) .. "{}]"
    local function decode()
      setmetatable({}, { __gc = function() error "from a finalizer" end })
      collectgarbage "restart"
      return json.decode(text)
    end
    for _ = 1, 5 do
      collectgarbage "stop"
      local good, value = pcall(decode)
      collectgarbage "stop"
      assert.equal(good and "table" or "string", type(value))
      pcall(collectgarbage)
    end
    collectgarbage "restart"
  end)

  it("reads every type at every depth", function()
    local value = json.decode [[{"a":[1,-2.5,"x",true,false,null,{"b":[]}],"c":{"d":1e2}}]]
    assert.same({ a = { 1, -2.5, "x", true, false, json.null, { b = {} } }, c = { d = 100 } }, value)
  end)

  it("reads a text that is a plain value", function()
    assert.same({ 5, 1.5, "x", true, json.null },
      { json.decode "5", json.decode "1.5", json.decode '"x"', json.decode "true", json.decode "null" })
  end)

  it("reads integers exactly on Lua 5.3 and later", function()
    for _, digits in ipairs { "0", "12", "-123456789012345", "9007199254740993", "9223372036854775807" } do
      local value = json.decode("[" .. digits .. "]")[1]
      assert.equal(integer(digits), value)
      assert.equal(math.type and "integer", math.type and math.type(value))
    end
  end)

  it("does not depend on settings of the shared instance of lua-cjson", function()
    cjson.decode_max_depth(1)
    local value = json.decode "[[1]]"
    cjson.decode_max_depth(1000)
    assert.same({ { 1 } }, value)
  end)

  it("does not change strings that look like numbers", function()
    assert.same({ "1.5", "12345678901234567", "NaN" }, json.decode '["1.5","12345678901234567","NaN"]')
  end)
end)

describe("json.encode", function()
  it("writes every type", function()
    assert.equal('[1,-2.5,"x\\n\\"é",true,false,null]', json.encode { 1, -2.5, "x\n\"é", true, false, json.null })
    assert.equal('{"a":[{"b":1}]}', json.encode { a = { { b = 1 } } })
    assert.equal("{}", json.encode {})
    assert.equal("null", json.encode(nil))
  end)

  it("writes integers exactly, and integral floats as integers", function()
    for _, digits in ipairs { "9007199254740991", "-123456789012345678" } do
      local value = integer(digits)
      local expected = math.type and digits or ("%.0f"):format(value)
      assert.equal("[" .. expected .. "]", json.encode { value })
    end
    assert.equal("[5,10]", json.encode { 5.0, 1e1 })
  end)

  it("writes floats so that they are read back unchanged", function()
    for _, number in ipairs { 0.1, 1 / 3, -1e300, 5e-324, 2.5e20, 1.5 } do
      assert.equal(number, json.decode(json.encode { number })[1])
    end
  end)

  it("writes a table with holes or names as an object", function()
    assert.equal('{"2":1}', json.encode { [2] = 1 })
    assert.equal('{"a":1}', json.encode { a = 1 })
    assert.same({ ["2"] = 2, x = 1 }, json.decode(json.encode { nil, 2, x = 1 }))
    assert.same({ ["1"] = 1, ["0"] = 0 }, json.decode(json.encode { 1, [0] = 0 }))
  end)

  it("replaces what is not valid UTF-8, in values and in names", function()
    assert.equal('{"a\239\191\189":["\239\191\189b"]}', json.encode { ["a\255"] = { "\255b" } })
  end)

  it("rejects values that JSON does not have, and cycles", function()
    local cycle = {}
    cycle[1] = cycle
    for _, value in ipairs { 0 / 0, 1 / 0, print, { [true] = 1 }, { print }, cycle } do
      assert.is_false((pcall(json.encode, value)))
    end
    assert.is_false((pcall(json.encode)))
  end)
end)
