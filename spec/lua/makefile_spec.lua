-- The Makefile.
local files = require "spec.support.files"
local shell = require "spec.support.shell"

describe("the Makefile", function()
  -- All object files depend on this file.
  it("writes its file of flags again when a flag of the compiler has changed", function()
    files.with_directory(function(directory)
      for _, name in ipairs { "CFLAGS", "LUA51_CFLAGS", "LUA54_CFLAGS", "LUAJIT_CFLAGS", "CMOCKA_CFLAGS" } do
        for _, value in ipairs { "-DA", "-DB" } do
          shell.run(("MAKEFLAGS= make BUILD=%s %s=%s %s/flags"):format(directory, name, value, directory))
          assert.matches(value, files.read(directory .. "/flags"), 1, true)
        end
      end
    end)
  end)

  it("removes with `clean` also what LuaRocks has left, but no sources", function()
    files.with_directory(function(directory)
      shell.run(("cp Makefile %s && cd %s && mkdir -p build csrc/core/transport glacier"):format(directory, directory))
      for _, name in ipairs { "build/x.o", "csrc/core/transport/pool.o", "csrc/core/uri.c", "glacier/core.so" } do
        files.write(directory .. "/" .. name, "")
      end
      shell.run("MAKEFLAGS= make -C " .. directory .. " BUILD=build clean")
      local left = shell.output(("cd %s && find . -type f | sort"):format(directory))
      assert.are.equal("./Makefile\n./csrc/core/uri.c", left)
    end)
  end)
end)
