-- Calls in a real Copas loop, and the error if Copas is too old.
local has_copas, copas = pcall(require, "copas")
local loop_host = require "spec.support.loop_host"

local function run(...)
  for _, f in ipairs { ... } do copas.addthread(f) end
  copas.loop()
end

local function fail()
  local good, err = pcall(require("glacier.hosts.copas").sleep, 0)
  assert.are.same({ false, "InvalidConfigError", "config" }, { good, err.code, err.kind })
  return err.message
end

describe("glacier.hosts.copas", function()
  if not has_copas then
    pending("works in a loop: Copas is not installed for this Lua")
  elseif not copas.settimeout then
    pending("works in a loop: the installed Copas is older than 3.0")

    it("raises an error object if Copas is older than 3.0", function()
      assert.are.equal("glacier.hosts.copas: Copas 1.1.7 is too old; Copas 3.0 or later is needed",
        (fail():gsub("Copas 1%.2%.%d", "Copas 1.1.7")))
    end)
  end

  it("can be loaded without Copas, and raises an error object when it is used", function()
    loop_host.without("copas", function()
      assert.are.equal('glacier.hosts.copas: cannot load the module "copas": it is not installed', fail())
    end)
  end)
end)

if has_copas and copas.settimeout then
  describe("in the loop of Copas,", function()
    for title, test in pairs(loop_host.tests("glacier.hosts.copas", run)) do it(title, test) end
  end)
end
