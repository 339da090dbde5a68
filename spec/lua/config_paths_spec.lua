-- The expected values are the results of Python's os.path.expandvars and os.path.expanduser.
local paths = require "glacier.config.paths"
local shell = require "spec.support.shell"
local steps = require "spec.support.steps"

local VARIABLES = { HOME = "/h", D = "/d", TILDE = "~", NAMED = "$D", ["A B"] = "/ab" }

local function getter(variables)
  return function(name) return variables[name] end
end

-- Each path and its expected result. Variables are expanded first, then ~.
local PATHS = {
  ["/a/config"] = "/a/config",
  ["rel"] = "rel",
  ["~/x"] = "/h/x",
  ["~"] = "/h",
  ["x~/y"] = "x~/y",
  ["~root/x"] = "/root/x",
  ["~no-such-user/x"] = "~no-such-user/x",
  ["$D/x"] = "/d/x",
  ["${D}x"] = "/dx",
  ["$Dx"] = "$Dx",
  ["$D$D.${D}"] = "/d/d./d",
  ["$$D"] = "$/d",
  ["${D"] = "${D",
  ["${}$D"] = "${}/d",
  ["${A$D}$D"] = "${A$D}/d",
  ["${A B}"] = "/ab",
  ["$TILDE/x"] = "/h/x",
  ["$NAMED"] = "$D",
  ["a$"] = "a$",
}

-- Returns the home directory from the system's user database.
local function own_home()
  return shell.output("getent passwd $(id -u)"):match "([^:]*):[^:]*$"
end

describe("glacier.config.paths", function()
  for path, expected in pairs(PATHS) do
    it("expands " .. path .. " to " .. expected, function()
      local getenv = getter(VARIABLES)
      assert.equal(expected, paths.expand_user(paths.expand_variables(path, getenv), getenv))
    end)
  end

  it("uses HOME, else the default home directory, else the user database", function()
    assert.equal("/h/x", paths.expand_user("~/x", getter { HOME = "/h" }, "/g"))
    assert.equal("/g/x", paths.expand_user("~/x", getter {}, "/g"))
    assert.equal(own_home() .. "/x", paths.expand_user("~/x", getter {}))
  end)

  it("keeps ~ if there is no home directory", function()
    assert.equal("~/x", paths.expand_user("~/x", getter {}, false))
  end)

  it("joins home directories and paths with one slash", function()
    assert.equal("/h/x", paths.expand_user("~/x", getter { HOME = "/h//" }))
    assert.equal("/x", paths.expand_user("~/x", getter { HOME = "/" }))
    assert.equal("/", paths.expand_user("~", getter { HOME = "/" }))
  end)

  it("rejects an empty path and a path with a NUL byte", function()
    assert.is_nil(paths.fault "/a b")
    assert.equal("the path is empty", paths.fault "")
    assert.equal("the path contains a NUL byte", paths.fault "/a\0")
    assert.equal("~root\0/x", paths.expand_user("~root\0/x", getter {}))
  end)

  for title, piece in pairs { ["dollar signs"] = "$", variables = "$D", ["open braces"] = "${", slashes = "/" } do
    it("expands many " .. title .. " in linear time", function()
      steps.assert_linear(function(n)
        local getenv = getter(VARIABLES)
        return paths.expand_user(paths.expand_variables(piece:rep(n), getenv), getenv)
      end, 2000)
    end)
  end

  it("looks for a missing closing brace only once", function()
    -- The tests above count instructions of Lua, but the search is one call of a C function. If the search were
    -- repeated for each opening brace, this test would take minutes.
    local text = ("${"):rep(1000000)
    assert.equal(text, paths.expand_variables(text, getter(VARIABLES)))
    assert.equal("}" .. text, paths.expand_variables("}" .. text, getter(VARIABLES)))
    assert.equal(text .. "}/v", paths.expand_variables(text .. "}/${D}", getter { D = "v" }))
  end)
end)
