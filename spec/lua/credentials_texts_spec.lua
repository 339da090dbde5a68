-- What the credential providers read and write: digests, times, XML, foreign text in messages; and calls that may
-- yield.

local problem = require "glacier.credentials.problem"
local copcall = require "glacier.async.copcall"
local sha1 = require "glacier.credentials.sha1"
local timestamp = require "glacier.credentials.timestamp"
local world = require "spec.support.credentials_world"
local xml = require "glacier.credentials.xml"

describe("sha1", function()
  -- The examples of FIPS 180 and RFC 3174, and what sha1sum gives about the ends of a block.
  for text, digest in pairs {
    [""] = "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    ["abc"] = "a9993e364706816aba3e25717850c26c9cd0d89d",
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"] = "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    [("0123456701234567"):rep(40)] = "dea356a2cddd90c7a7ecedc5ebb563934f460452",
    [("a"):rep(55)] = "c1c8bbdc22796e28c0e15163d20899b65621d65a",
    [("a"):rep(56)] = "c2db330f6083854c99d4b5bfb6e8f29f201be699",
    [("a"):rep(63)] = "03f09f5b158a7a8cdad920bddc29b81c18a551f5",
    [("a"):rep(64)] = "0098ba824b5c16427bd7a1122a5a442a25ec644d",
    [("\255"):rep(65)] = "bf0822f91c1aeaee3a06c8a6c598b0229e7fb2f3",
  } do
    it("of " .. #text .. " bytes", function() assert.are.equal(digest, sha1(text)) end)
  end
end)

describe("a timestamp", function()
  for text, epoch in pairs {
    ["1970-01-01T00:00:00Z"] = 0, ["2012-05-25T00:24:53Z"] = 1337905493, ["2012-05-25T00:24:53.999999Z"] = 1337905493,
    ["2012-05-25T00:24:53"] = 1337905493, ["2012-05-25 00:24:53"] = 1337905493, ["20120525T002453Z"] = 1337905493,
    ["2012-05-25T02:24:53+02:00"] = 1337905493, ["2012-05-24T16:54:53-0730"] = 1337905493,
    ["2012-05-25T00:24:53UTC"] = 1337905493, ["2012-05-25 00:24:53 GMT"] = 1337905493,
      ["2012-05-25T00:24Z"] = 1337905440,
    ["2012-05-25"] = 1337904000, [" 2012-05-25T00:24:53Z\n"] = 1337905493, ["2000-02-29T00:00:00Z"] = 951782400,
    ["2024-12-31T23:59:60Z"] = 1735689600, ["9999-12-31T23:59:59Z"] = 253402300799, ["1969-12-31T23:59:59Z"] = -1,
  } do
    it(("%q is read"):format(text), function() assert.are.equal(epoch, timestamp.parse(text)) end)
  end

  for _, text in ipairs {
    "", "soon", "2012", "2012-05", "2012-13-01T00:00:00Z", "2012-00-01T00:00:00Z", "2012-05-32T00:00:00Z", "2012-05-00",
    "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2012-05-25T24:00:00Z", "2012-05-25T00:60:00Z",
      "2012-05-25T00:00:61Z",
    "2012-05-25T00:00:00+25:00", "2012-05-25T00:00:00EST", "2012-05-25Tnoon", "1337905493", "2012-05-25T00:24:53ZZ",
  } do
    it(("%q is none"):format(text), function() assert.is_nil(timestamp.parse(text)) end)
  end

  it("is a string", function()
    assert.is_nil(timestamp.parse(nil))
    assert.is_nil(timestamp.parse(5))
    assert.is_nil(timestamp.parse {})
  end)

  it("is written as AWS writes them", function()
    assert.are.equal("2012-05-25T00:24:53Z", timestamp.format(1337905493.75))
  end)
end)

describe("an element of XML", function()
  it("is its text, entities decoded", function()
    assert.are.equal("a<b>&\"'AZ", xml.text("<x><Key>a&lt;b&gt;&amp;&quot;&apos;&#65;&#x5a;</Key></x>", "Key"))
    assert.are.equal("", xml.text("<Key></Key>", "Key"))
    assert.are.equal("&amp;", xml.text("<Key>&amp;amp;</Key>", "Key"))
    assert.are.equal("&unknown; &#0; &#999999999;", xml.text("<Key>&unknown; &#0; &#999999999;</Key>", "Key"))
  end)

  it("is none where it is not there, not whole, or holds others", function()
    for _, document in ipairs {
      "", "<Key>", "<Key>a", "<Key>a</", "<Key>a</Ke", "<Key>a</Kez>", "<Key><b>a</b></Key>", "<Keys>a</Keys>", "Key",
        "<Key/>",
    } do
      assert.is_nil(xml.text(document, "Key"))
    end
  end)

  it("is found in a document of any size", function()
    assert.is_nil(xml.text(("<Key>"):rep(200000), "Key"))
    assert.is_nil(xml.text("<Key>" .. ("&"):rep(1000000), "Key"))
    assert.are.equal(1000000, #xml.text("<Key>" .. ("&"):rep(1000000) .. "</Key>", "Key"))
  end)
end)

describe("foreign text in a message", function()
  it("is one line of bounded length without the secrets", function()
    assert.are.equal("a *** b ***", problem.quote("\ta SECRET\r\n\0b SECRET\n", { "", "SECRET" }))
    assert.are.equal("SECRE", problem.quote("SECRE", { "SECRET" }))
    assert.are.equal("a***c", problem.quote("a%.+c", { "%.+" }))
    assert.are.equal(403, #problem.quote(("x"):rep(10000)))
  end)
end)

describe("a protected call", function()
  it("yields through, and takes what it is resumed with", function()
    local thread = coroutine.wrap(function()
      return copcall.call(function(a)
        local b, c = coroutine.yield(a + 1)
        return b + coroutine.yield(c)
      end, 1)
    end)
    assert.are.equal(2, thread())
    assert.are.equal("c", thread(5, "c"))
    local good, sum = thread(7)
    assert.is_true(good)
    assert.are.equal(12, sum)
  end)

  it("gives what was raised, also after a yield", function()
    local raised = {}
    local thread = coroutine.wrap(function()
      return copcall.call(function()
        coroutine.yield()
        error(raised)
      end)
    end)
    thread()
    local good, err = thread()
    assert.is_false(good)
    assert.are.equal(raised, err)
    assert.are.same({ true, 1, nil, 3 }, { copcall.call(function() return 1, nil, 3 end) })
  end)
end)

-- The searching itself, on which the other specs rely.
describe("a search for secrets", function()
  it("finds one anywhere", function()
    for _, said in ipairs { "a SECRET", { "SECRET" }, { a = { b = "xSECRETx" } } } do
      assert.is_false((pcall(world.check_silence, "nothing", said)))
    end
    world.check_silence("missing: AWS_SECRET_ACCESS_KEY", { a = 1 })
  end)
end)
