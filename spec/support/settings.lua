-- Resolves settings from the environment and the files of a spec.
--
--   local found = settings.resolve {
--     env = { AWS_REGION = "x" }, config = "[default]\n…", credentials = "…", options = { profile = "p" },
--   }
--
-- It returns the result of runtime.settings, or raises its error. The files are in a new home directory. In a
-- message, @ stands for that directory.
local assert = require "luassert"
local files = require "spec.support.files"
local runtime = require "glacier.runtime"
local shell = require "spec.support.shell"

local settings = {}

--- Calls f with the environment. The directory is removed when f returns.
function settings.with_files(case, f)
  local home = files.directory()
  shell.run(("mkdir '%s/.aws'"):format(home))
  if case.config then files.write(home .. "/.aws/config", case.config) end
  if case.credentials then files.write(home .. "/.aws/credentials", case.credentials) end
  local env = { HOME = home }
  for name, value in pairs(case.env or {}) do env[name] = value end
  local good, result = pcall(f, env)
  files.remove(home)
  if type(result) == "table" and result.message then
    result.message = result.message:gsub(home:gsub("%p", "%%%0"), "@")
  end
  if not good then error(result, 0) end
  return result
end

function settings.resolve(case)
  return settings.with_files(case, function(env)
    local options = { env = env }
    for name, value in pairs(case.options or {}) do options[name] = value end
    return runtime.settings(options)
  end)
end

-- Defines a test for each case, which lists some expected settings in `expect`. NONE means nil. The test's title is the
-- subject followed by the key of the case.
settings.NONE = {}
function settings.check(it, subject, cases)
  for what, case in pairs(cases) do
    it(subject .. " " .. what, function()
      local found = settings.resolve(case)
      for name, value in pairs(case.expect) do
        if value == settings.NONE then
          assert.is_nil(found[name], name)
        else
          assert.are.same(value, found[name], name)
        end
      end
    end)
  end
end

-- Defines tests as the function above does, for cases that raise `code` (InvalidConfigError by default) with `message`.
function settings.check_rejected(it, subject, cases)
  for what, case in pairs(cases) do
    it(subject .. " " .. what, function()
      local good, err = pcall(settings.resolve, case)
      assert.is_false(good)
      assert.are.equal(case.message, tostring(err))
      assert.are.equal(case.code or "InvalidConfigError", err.code)
      assert.are.equal("config", err.kind)
    end)
  end
end

return settings
