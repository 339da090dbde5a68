-- The expected values are the results of botocore 1.43 on CPython 3.11 for the same text.
local ini = require "glacier.config.ini"
local steps = require "spec.support.steps"

-- Parses a valid text. Returns { section name = values }.
local function read(text)
  local sections, why, line = ini.parse(text)
  assert(sections, tostring(why) .. " in line " .. tostring(line))
  local map = {}
  for _, section in ipairs(sections) do
    map[section.name] = section.values
  end
  return map
end

local NO_BREAK, IDEOGRAPHIC, LINE_SEPARATOR = "\194\160", "\227\128\128", "\226\128\168"
local BYTE_ORDER_MARK = "\239\187\191"

-- Title = { text with one section [s], values of this section }.
local VALUES = {
  ["an equals sign"] = { "[s]\na=1\nb = 2\nc =3\n", { a = "1", b = "2", c = "3" } },
  ["a colon"] = { "[s]\na:1\nb : 2\n", { a = "1", b = "2" } },
  ["the first delimiter"] = { "[s]\na:b=c\nd=e:f\ng==h\n", { a = "b=c", d = "e:f", g = "=h" } },
  ["an empty value"] = { "[s]\na=\nb =\n", { a = "", b = "" } },
  ["keys with spaces and quotes"] = {
    '[s]\nx y = 1\n"q"="r"\n', { ["x y"] = "1", ['"q"'] = '"r"' },
  },
  ["keys in any case"] = { "[s]\nReGion=A\n", { region = "A" } },
  ["a letter beyond ASCII as it is"] = { "[s]\n\195\137A=1\n", { ["\195\137a"] = "1" } },
  ["no end of line at the end"] = { "[s]\na=1", { a = "1" } },
  ["CRLF"] = { "[s]\r\na=1\r\nb=2\r\n", { a = "1", b = "2" } },
  ["CR alone"] = { "[s]\ra=1\rb=2", { a = "1", b = "2" } },
  ["whole-line comments"] = { "# c\n[s]\n  ; c\na=1\n#b=2\n", { a = "1" } },
  ["no inline comments"] = { "[s]\na=1 # c\nb=2 ; d\n", { a = "1 # c", b = "2 ; d" } },
  ["no interpolation"] = { "[s]\na=%(b)s $HOME\n", { a = "%(b)s $HOME" } },
  ["continuation lines"] = { "[s]\na=1\n  2\n    3\n 4\nb=5", { a = "1\n2\n3\n4", b = "5" } },
  ["a bracket in a continuation"] = { "[s]\na=1\n [t]\n", { a = "1\n[t]" } },
  ["a comment between continuations"] = { "[s]\na=1\n# c\n  # d\n  2\n", { a = "1\n2" } },
  ["an empty line between continuations"] = { "[s]\na=1\n\n \n  2\n\n", { a = "1\n\n\n2" } },
  ["indented options"] = { "[s]\n  a=1\n  b=2\n c=3\n", { a = "1", b = "2", c = "3" } },
  ["a tab as one column"] = { "[s]\n  a=1\n\tb=2\n", { a = "1", b = "2" } },
  ["wide spaces as one column"] = {
    "[s]\n  a=1\n" .. IDEOGRAPHIC .. "b=2\n" .. NO_BREAK .. NO_BREAK .. "2",
    { a = "1", b = "2\n2" },
  },
  ["wide spaces around"] = {
    "[s]\na" .. NO_BREAK .. "=" .. IDEOGRAPHIC .. "b " .. NO_BREAK .. IDEOGRAPHIC .. "\n",
    { a = "b" },
  },
  ["control characters in a value"] = { "[s]\na=b\vc\0d\f\n", { a = "b\vc\0d" } },
  ["a NUL byte in a key"] = { "[s]\n\0a\0=b\n", { ["\0a\0"] = "b" } },
  ["a byte order mark further down"] = {
    "[s]\na=1\n" .. BYTE_ORDER_MARK .. "b=2", { a = "1", [BYTE_ORDER_MARK .. "b"] = "2" },
  },
  ["a nested block"] = { "[s]\nn =\n  a = 1\n  b=2=3\n", { n = { a = "1", b = "2=3" } } },
  ["a nested block with odd indents"] = {
    "[s]\nn=\n   a=1\n b=2\n\n\t c=3\nd=4\n", { n = { a = "1", b = "2", c = "3" }, d = "4" },
  },
  ["a nested block after an empty line"] = { "[s]\nn =\n\n  a=1\n", { n = { a = "1" } } },
  ["a nested block with CRLF"] = { "[s]\r\nn=\r\n  a=1\r\n", { n = { a = "1" } } },
  ["a nested block with comments"] = { "[s]\nn=\n  #x\n  a=1 #y\n", { n = { a = "1 #y" } } },
  ["nested keys as written, the last one winning"] = {
    "[s]\nn=\n  A=1\n  a=2\n  A=3\n  =4\n", { n = { A = "3", a = "2", [""] = "4" } },
  },
  ["a colon in a nested key"] = { "[s]\nn=\n  a:b=c\n", { n = { ["a:b"] = "c" } } },
  ["line breaks inside a nested line"] = {
    "[s]\nn=\n  a=1\vb=2" .. LINE_SEPARATOR .. "c=3\n", { n = { a = "1", b = "2", c = "3" } },
  },
  ["a block only where nothing stands behind the key"] = { "[s]\nn=x\n  a=1", { n = "x\na=1" } },
  ["an empty block as an empty value"] = { "[s]\nn=\n  # c\n\n", { n = "" } },
  ["brackets without a name as a key"] = { "[s]\n[]=1\n[t=2\n", { ["[]"] = "1", ["[t"] = "2" } },
}

local HEADERS = {
  ["[s]"] = "s",
  ["[ s ]"] = " s ",
  ["  [s]"] = "s",
  ["[s] # c"] = "s",
  ["[a]b]"] = "a]b",
  ["[[s]]"] = "[s]",
  ["[]]"] = "]",
  ["[profile \"a b\"]"] = 'profile "a b"',
}

-- Title = { invalid text, number of the line, part of the message }.
local BROKEN = {
  ["an option before any section"] = { "# c\n\na=1\n[s]\n", 3, "section header" },
  ["an indented line at the start"] = { "  a\n[s]\n", 1, "section header" },
  ["an empty section name"] = { "[]\n", 1, "section header" },
  ["a header without its end"] = { "[s]\na=1\n[t\n", 3, "expected '='" },
  ["a key without a delimiter"] = { "[s]\na=1\r\nb\r\nc=1", 3, "expected '='" },
  ["an indented line after a header"] = { "[s]\n  a\n", 2, "expected '='" },
  ["a value without a key"] = { "[s]\n = 1\n", 2, "without a key" },
  ["a section twice"] = { "[s]\n[t]\n[s]\n", 3, "line 1" },
  ["a key twice"] = { "[s]\na=1\nb=2\na=3\n", 4, "line 2" },
  ["a key twice in different case"] = { "[s]\nRegion=1\nregion=2\n", 3, "line 2" },
  ["a key twice in [DEFAULT]"] = { "[DEFAULT]\na=1\n[DEFAULT]\na=2\n[s]", 4, "line 2" },
  ["a nested line without an equals sign"] = { "[s]\nn =\n  a=1\n\n  b: 2\n", 5, "nested" },
  ["a byte order mark"] = { BYTE_ORDER_MARK .. "[s]\na=1\n", 1, "byte order mark" },
  ["a byte that is not UTF-8"] = { "[s]\na=\255\n", 2, "UTF%-8" },
  ["a sequence cut off"] = { "[s]\na=\195\nb=1\n", 2, "UTF%-8" },
  ["a sequence longer than needed"] = { "# \224\128\128\n", 1, "UTF%-8" },
  ["a surrogate"] = { "# \237\160\128\n", 1, "UTF%-8" },
  ["a character past the last"] = { "# \244\144\128\128\n", 1, "UTF%-8" },
}

describe("glacier.config.ini", function()
  for title, case in pairs(VALUES) do
    it("the INI grammar reads " .. title, function()
      assert.same({ s = case[2] }, read(case[1]))
    end)
  end

  for header, name in pairs(HEADERS) do
    it("the INI grammar reads the section name in " .. header, function()
      assert.same({ [name] = { a = "1" } }, read(header .. "\na=1"))
    end)
  end

  for title, case in pairs(BROKEN) do
    it("the INI grammar rejects " .. title .. " and names the line", function()
      local sections, why, line = ini.parse(case[1])
      assert.is_nil(sections)
      assert.equal(case[2], line)
      assert.matches(case[3], why)
    end)
  end

  it("the INI grammar does not continue an option across a section header", function()
    assert.same({ s = { a = "1" }, t = { b = "2" } }, read("[s]\na=1\n[t]\n  b=2\n"))
  end)

  it("the INI grammar keeps a NUL byte in a section name", function()
    assert.same({ ["s\0t"] = { a = "1" } }, read("[s\0t]\na=1"))
  end)

  it("the INI grammar finds no section in an empty text", function()
    assert.same({}, (ini.parse("")))
    assert.same({}, (ini.parse("\n# c\n")))
  end)

  it("the INI grammar keeps the sections in the file's order", function()
    local sections = ini.parse("[b]\n[a]\n\n[c]\n")
    assert.same({ "b", "a", "c" }, { sections[1].name, sections[2].name, sections[3].name })
    assert.equal(4, sections[3].line)
  end)

  it("the INI grammar gives the keys of [DEFAULT] to every section that does not set them", function()
    local text = "[a]\nx=1\n[DEFAULT]\nx=2\nn=\n  k=v\n[b]\n"
    local sections, lines = ini.parse(text)
    assert.same({ x = "1", n = { k = "v" } }, sections[1].values)
    assert.same({ x = "2", n = { k = "v" } }, sections[2].values)
    assert.equal(2, #sections)
    assert.same({ x = 4, n = 5 }, lines[sections[2].values])
  end)

  it("the INI grammar ignores an invalid block in [DEFAULT] if no other section inherits it", function()
    assert.same({}, read("[DEFAULT]\nn=\n  a\n"))
    assert.same({ s = { n = "1" } }, read("[DEFAULT]\nn=\n  a\n[s]\nn=1\n"))
    assert.is_nil((ini.parse("[DEFAULT]\nn=\n  a\n[s]\n")))
  end)

  it("the INI grammar records the line of every key, also of nested keys", function()
    local sections, lines = ini.parse("\n[s]\na=1\n  2\n\nn=\n  x=1\n\n  y=2\n")
    local values = sections[1].values
    assert.same({ a = 3, n = 6 }, lines[values])
    assert.same({ x = 7, y = 9 }, lines[values.n])
  end)

  for title, piece in pairs {
    keys = "k%d = v\n", sections = "[s%d]\n", continuations = "  c%d\n", blanks = " ", ["blank lines"] = " \t\n",
    ["nested lines"] = "  n%d = v\n", equals = "=", comments = "# c\n",
  } do
    it("the INI grammar reads many " .. title .. " in linear time", function()
      steps.assert_linear(function(n)
        local lines = { "[s]\na =\n" }
        for i = 1, n do lines[#lines + 1] = piece:format(i) end
        return ini.parse(table.concat(lines))
      end, 1000)
    end)
  end

  it("the INI grammar reads very long lines", function()
    local long = ("x"):rep(300000)
    local space = (" "):rep(300000)
    assert.same({ [long] = { [long] = long } }, read("[" .. long .. "]\n" .. long .. "=" .. long))
    assert.same({ s = { a = "b" } }, read("[s]\na" .. space .. "=" .. space .. "b" .. space))
  end)
end)
