-- lua/glacier/meta.lua and reference.md are what `make doc` generates.
local files = require "spec.support.files"
local shell = require "spec.support.shell"

describe("the generated reference", function()
  it("is up to date with the model and the docstrings", function()
    files.with_directory(function(directory)
      shell.run(("MAKEFLAGS= make --no-print-directory doc DOC=%s BUILD=%s/build"):format(directory, directory))
      for _, name in ipairs { "meta.lua", "reference.md" } do
        assert.are.equal(files.read(directory .. "/" .. name), files.read("lua/glacier/" .. name),
          name .. " is out of date: run `make doc`")
      end
    end)
  end)

  it("has a meta.lua that loads", function()
    assert.is_function(loadfile "lua/glacier/meta.lua")
  end)

  it("documents every operation and every method of a client in meta.lua", function()
    local client = require("glacier").client { region = "us-west-2", env = {} }
    local text = files.read "lua/glacier/meta.lua"
    assert.is_function(client.paginate) -- loads the further methods
    for name, value in pairs(getmetatable(client).__index) do
      if type(value) == "function" and name:find "^%l" then
        assert.is_truthy(text:find("function Client:" .. name .. "(", 1, true), name)
      end
    end
  end)
end)
