-- Small functions of the core for the Lua layer: texts, hashes, dates, regions and endpoints.
local core = require "glacier.core"

describe("core.uri_encode", function()
  it("encodes every byte that is not unreserved", function()
    assert.are.equal("a%20b%2Fc%2B%00%FF-._~Z9", core.uri_encode "a b/c+\0\255-._~Z9")
    assert.are.equal("", core.uri_encode "")
  end)
end)

describe("core.utf8_valid", function()
  it("accepts UTF-8 and rejects other bytes", function()
    assert.is_true(core.utf8_valid "\195\169 \0")
    assert.is_true(core.utf8_valid "")
    assert.is_false(core.utf8_valid "\195")
    assert.is_false(core.utf8_valid "\237\160\128")
  end)
end)

describe("core.utf8_clean", function()
  it("replaces invalid bytes by U+FFFD", function()
    assert.are.equal("a\239\191\189b", core.utf8_clean "a\255b")
    assert.are.equal("\195\169", core.utf8_clean("\195\169"))
  end)

  it("cuts between characters at the limit", function()
    assert.are.equal("a", core.utf8_clean("a\195\169", 2))
    assert.are.equal("a\195\169", core.utf8_clean("a\195\169", 3))
    assert.are.equal("", core.utf8_clean("abc", 0))
    assert.are.equal("abc", core.utf8_clean("abc", math.huge))
  end)
end)

describe("core.sha1_hex", function()
  it("returns the SHA-1 in lower-case hexadecimal", function()
    assert.are.equal("a9993e364706816aba3e25717850c26c9cd0d89d", core.sha1_hex "abc")
  end)
end)

describe("core.parse_date", function()
  it("returns the seconds since the epoch", function()
    assert.are.equal(1795682891, core.parse_date "2026-11-26T08:48:11Z")
    assert.are.equal(1795682891, core.parse_date "Thu Nov 26 08:48:11 UTC 2026")
  end)

  it("returns nil for any value that is not a date", function()
    for _, value in ipairs { "soon", "", 5, true, {} } do
      assert.is_nil((core.parse_date(value)))
    end
    assert.is_nil((core.parse_date()))
  end)
end)

describe("core.partition", function()
  it("returns the name and the DNS suffix of a region's partition", function()
    assert.are.same({ "aws-cn", "amazonaws.com.cn" }, { core.partition "cn-north-1" })
    assert.are.same({ "aws", "amazonaws.com" }, { core.partition "us-west-2" })
  end)
end)

describe("core.endpoint", function()
  it("returns the URL of another service on request", function()
    assert.are.equal("https://sts.us-west-2.amazonaws.com", core.endpoint { region = "us-west-2", service = "sts" })
  end)
end)
