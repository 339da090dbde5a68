-- Removing secrets from texts.
local core = require "glacier.core"

describe("core.redact", function()
  for name, row in pairs {
    ["replaces each occurrence of a secret"] = { "a secret, a secret", { "secret" }, "a ***, a ***" },
    ["replaces a secret at both ends of a text"] = { "abXab", { "ab" }, "***X***" },
    ["replaces secrets one after the other"] = { "key and token", { "token", "key" }, "*** and ***" },
    ["ignores an empty secret"] = { "text", { "" }, "text" },
    ["does not take a secret as a pattern"] = { "a.c abc", { "a.c" }, "*** abc" },
    ["finds a secret after a NUL byte"] = { "a\0b\0c", { "\0b" }, "a***\0c" },
    ["finds a secret after a part of it"] = { "aab", { "ab" }, "a***" },
    ["does not find a secret that is longer than the text"] = { "ab", { "abc" }, "ab" },
    ["leaves a text without secrets unchanged"] = { "text", {}, "text" },
  } do
    it(name, function()
      assert.are.equal(row[3], core.redact(row[1], row[2]))
    end)
  end

  it("replaces the strings of a tree in place, but not its keys", function()
    local tree = { "a secret", secret = "secret", deep = { { "no", count = 1, flag = true, text = "my secret" } } }
    assert.are.equal(tree, core.redact(tree, { "secret" }))
    assert.are.same({ "a ***", secret = "***", deep = { { "no", count = 1, flag = true, text = "my ***" } } }, tree)
  end)

  it("replaces secrets in a long text", function()
    assert.are.equal(("x***"):rep(10000), core.redact(("xsecret"):rep(10000), { "secret" }))
  end)
end)
