-- The Makefile.
local files = require "spec.support.files"
local shell = require "spec.support.shell"

describe("the Makefile", function()
  it("builds everything again when a flag of the compiler has changed", function()
    files.with_directory(function(directory)
      for _, flag in ipairs { "-O0", "-O1" } do
        shell.run(("MAKEFLAGS= make BUILD=%s CFLAGS=%s %s/flags"):format(directory, flag, directory))
        assert.matches(flag, files.read(directory .. "/flags"), 1, true)
      end
    end)
  end)
end)
