-- Texts of other programs: how the credential providers read XML and JSON, and which parts messages show.
local cjson = require "cjson"
local core = require "glacier.core"
local errors = require "glacier.credentials.errors"
local object = require "glacier.credentials.object"
local steps = require "spec.support.steps"
local worlds = require "spec.support.credentials_world"
local xml = require "glacier.credentials.xml"

-- Title = { XML, text of <key> in <a> }. botocore (expat) reads the same.
local READ = {
  ["a plain element"] = { "<a><key>v</key></a>", "v" },
  ["an XML declaration and blanks around the root"] = { '<?xml version="1.0"?>\n <a><key>v</key></a>\n', "v" },
  ["a byte order mark"] = { "\239\187\191<a><key>v</key></a>", "v" },
  ["prefixes"] = { '<s:a xmlns:s="u"><s:key>v</s:key></s:a>', "v" },
  ["attributes with the other quote and an end of a tag"] = { "<a b='\">' c = \"'/>\"><key d='>'>v</key></a>", "v" },
  ["blanks and line ends in tags"] = { "<a\n><key\t >v</key \r\n></a >", "v" },
  ["CDATA"] = { "<a><key><![CDATA[<v>&amp;]]]]><![CDATA[>]]></key></a>", "<v>&amp;]]>" },
  ["a comment with an element in it"] = { "<a><!-- <key>old</key> --><key>v</key></a>", "v" },
  ["a comment in the text"] = { "<a><key>v<!-- x -->w</key></a>", "vw" },
  ["a processing instruction"] = { "<?x y?><a><?p <key>no</key>?><key>v</key></a><!-- end -->", "v" },
  ["predefined entities"] = { "<a><key>&lt;&gt;&amp;&quot;&apos;</key></a>", "<>&\"'" },
  ["numeric entities"] = { "<a><key>&#65;&#x42;&#xe9;&#8364;&#x1F600;</key></a>",
    "AB\195\169\226\130\172\240\159\152\128" },
  ["an empty element"] = { "<a><key/></a>", "" },
  ["an element of the same name elsewhere"] = { "<a><b><key>no</key></b><key>v</key></a>", "v" },
  ["the first of two"] = { "<a><key>v</key><key>w</key></a>", "v" },
  ["only elements in it"] = { "<a><key><b>v</b></key></a>", nil },
  ["no such element"] = { "<a><Key>v</Key></a>", nil },
}

local REJECTED = {
  ["an empty document"] = "", ["text alone"] = "v", ["JSON"] = '{"a":1}',
  ["an element without an end"] = "<a><key>v</key>",
  ["elements that overlap"] = "<a><b></a></b>", ["an end tag alone"] = "</a>", ["two roots"] = "<a/><b/>",
  ["text after the root"] = "<a/>x", ["CDATA after the root"] = "<a/><![CDATA[x]]>",
  ["a document type"] = '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', ["an unknown entity"] = "<a>&nbsp;</a>",
  ["an ampersand alone"] = "<a>a & b</a>", ["an entity without an end"] = "<a>&amp</a>",
  ["a code point that XML does not allow"] = "<a>&#0;</a>", ["half a surrogate pair"] = "<a>&#xD800;</a>",
  ["a comment without an end"] = "<a><!-- </a>", ["two hyphens in a comment"] = "<a><!-- -- --></a>",
  ["CDATA without an end"] = "<a><![CDATA[</a>", ["an attribute without quotes"] = "<a b=c/>",
  ["an attribute without a value"] = "<a b/>", ["an angle bracket in an attribute"] = "<a b='<'/>",
  ["a name that begins with a digit"] = "<1a/>", ["a blank before the name"] = "< a/>",
  ["a control character"] = "<a>\1</a>", ["a NUL"] = "<a>\0</a>", ["invalid UTF-8"] = "<a>\255</a>",
  ["too many levels"] = ("<a>"):rep(65) .. ("</a>"):rep(65), ["too many bytes"] = "<a>" .. (" "):rep(2 ^ 20) .. "</a>",
}

describe("glacier.credentials.xml", function()
  for title, case in pairs(READ) do
    it("reads " .. title, function()
      local root, why = xml.parse(case[1])
      assert.is_nil(why)
      assert.are.equal(case[2], xml.text(root, "key"))
    end)
  end

  for title, document in pairs(REJECTED) do
    it("rejects " .. title, function()
      local root, why = xml.parse(document)
      assert.is_nil(root)
      assert.is_string(why)
    end)
  end

  it("finds a text by the names of the elements around it", function()
    local root = xml.parse "<r><a><b>v</b></a><b>w</b></r>"
    assert.are.equal("v", xml.text(root, "a", "b"))
    assert.are.equal("w", xml.text(root, "b"))
    assert.is_nil(xml.text(root, "b", "b"))
    assert.is_nil(xml.text(nil, "b"))
  end)

  for title, build in pairs {
    ["elements"] = function(n) return "<a>" .. ("<b>c</b>"):rep(n) .. "</a>" end,
    ["entities"] = function(n) return "<a>" .. ("&amp;"):rep(n) .. "</a>" end,
    ["ampersands"] = function(n) return "<a>" .. ("&"):rep(n) .. "</a>" end,
    ["attributes"] = function(n) return "<a" .. (" b='c'"):rep(n) .. "/>" end,
    ["comments"] = function(n) return "<a>" .. ("<!---->x"):rep(n) .. "</a>" end,
    ["start tags without an end"] = function(n) return "<a>" .. ("<b "):rep(n) end,
    ["CDATA sections"] = function(n) return "<a>" .. ("<![CDATA[x]]>"):rep(n) .. "</a>" end,
  } do
    it("reads many " .. title .. " in linear time", function()
      steps.assert_linear(function(n) return xml.parse(build(n)) end, 2000)
    end)
  end
end)

describe("glacier.credentials.object", function()
  it("reads only objects", function()
    assert.are.same({ a = "b" }, object.decode '{"a":"b"}')
    for _, text in ipairs { "", "5", '"a"', "null", '{"a"', "<a/>" } do assert.is_nil(object.decode(text)) end
    assert.is_nil(object.decode(nil))
  end)

  it("accepts only non-empty strings as texts", function()
    local from = { a = "b", empty = "", number = 5, null = cjson.null }
    assert.are.equal("b", object.text(from, "a"))
    for _, name in ipairs { "empty", "number", "null", "none" } do assert.is_nil(object.text(from, name)) end
  end)

  it("names the missing members", function()
    assert.are.equal("b, c", object.missing({ a = "x", b = "" }, { "a", "b", "c" }))
    assert.is_nil(object.missing({ a = "x" }, { "a" }))
  end)

  it("lets a nullable member be null or empty but not absent", function()
    assert.is_nil(object.missing({ t = cjson.null }, {}, "t"))
    assert.is_nil(object.missing({ t = "" }, {}, "t"))
    assert.are.equal("t", object.missing({}, {}, "t"))
    assert.are.equal("t", object.missing({ t = 5 }, {}, "t"))
  end)

  it("names an expiration that cannot be read", function()
    assert.are.same({ nil, 'e cannot be read as a date: "so\\x00on"' }, { object.expiration({ e = "so\0on" }, "e") })
    assert.are.same({ nil, "e cannot be read as a date: of type number" }, { object.expiration({ e = 5 }, "e") })
  end)

  it("reads an expiration of any length in linear time", function()
    steps.assert_linear(function(n)
      return object.expiration({ e = "2026-11-26" .. (" "):rep(n) .. "x" }, "e")
    end, 2000)
  end)
end)

describe("glacier.credentials.errors", function()
  it("a text of another program in a message is one line of bounded length without the secrets", function()
    local secrets = { "SECRETa", "SECRETb" }
    assert.are.equal("no *** in *** here", errors.quote("\n no SECRETa in SECRETb\r\n\t here ", secrets))
    assert.are.equal(("x"):rep(400) .. "...", errors.quote(("x"):rep(401)))
    assert.are.equal("nil", errors.quote(nil))
  end)

  it("a text of another program in a message has its control characters escaped and its invalid bytes "
    .. "replaced", function()
    assert.are.equal("a\\x1b[31mb\\x00\\x7f", errors.quote "a\27[31mb\0\127")
    assert.are.equal("\239\191\189", errors.quote "\255")
    assert.is_true(core.utf8_valid(errors.quote(("\195\169"):rep(300))))
  end)

  it("a text of another program is prepared for a message in linear time", function()
    steps.assert_linear(function(n) return errors.quote((" \1"):rep(n), { "x" }) end, 2000)
  end)
end)

-- Other specs use this search to check that nothing shows a secret.
describe("glacier.credentials.errors", function()
  it("a search for secrets finds them at any depth", function()
    for _, value in ipairs { "a SECRET", { "SECRET" }, { a = { b = "xSECRETx" } } } do
      assert.is_false((pcall(worlds.check_silence, "nothing", value)))
    end
    worlds.check_silence("missing: AWS_SECRET_ACCESS_KEY", { a = 1 })
  end)
end)
