-- The expected values are the results of Python's shlex.split.
local words = require "glacier.config.words"
local steps = require "spec.support.steps"

-- Escapes control characters, for the names of tests.
local function printable(text)
  return (text:gsub("[^ -~]", function(byte) return ("\\%03d"):format(byte:byte()) end))
end

local WORDS = {
  [""] = {},
  [" \t "] = {},
  ["a  b\tc\nd"] = { "a", "b", "c", "d" },
  ["'a b' \"c d\""] = { "a b", "c d" },
  ["a' 'b\" \"c"] = { "a b c" },
  ["'' \"\" x"] = { "", "", "x" },
  ["a\\ b \\' \\\\"] = { "a b", "'", "\\" },
  ["'\\' '\"'"] = { "\\", '"' },
  ['"\\" \\\\ \\x \'"'] = { "\" \\ \\x '" },
  ["a#b # $HOME *"] = { "a#b", "#", "$HOME", "*" },
  ["\\\195\169"] = { "\195\169" },
}

describe("glacier.config.words", function()
  for text, expected in pairs(WORDS) do
    it("splits " .. printable(text) .. " as shlex.split does", function()
      assert.same(expected, words.split(text))
    end)
  end

  it("rejects an unclosed quote, and a backslash at the end", function()
    for _, text in ipairs { "'a", '"a', "a'", 'a\\', '"a\\', '"a\\"', "'a\\'b'" } do
      local list, why = words.split(text)
      assert.is_nil(list)
      assert.is_string(why)
    end
  end)

  for title, piece in pairs {
    ["backslashes"] = "\\a", ["backslashes in quotes"] = '"\\\\"', ["quotes"] = "'a'", ["words"] = "a ",
    ["plain letters"] = "a", ["backslashes before quotes"] = "\\'",
  } do
    it("splits many " .. title .. " in linear time", function()
      steps.assert_linear(function(n) return words.split(piece:rep(n)) end, 2000)
    end)
  end
end)
