-- Calls and tasks in a real cqueues controller.
local has_cqueues, cqueues = pcall(require, "cqueues")
local loop_host = require "spec.support.loop_host"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"

local function run(...)
  local controller = cqueues.new()
  for _, f in ipairs { ... } do controller:wrap(f) end
  assert(controller:loop())
end

if not has_cqueues then
  describe("glacier.hosts.cqueues", function()
    pending("works in a controller: cqueues is not installed for this Lua")
  end)
else
  describe("in a controller of cqueues,", function()
    for title, test in pairs(loop_host.tests("glacier.hosts.cqueues", run)) do it(title, test) end
  end)

  describe("cqueues.poll with a client", function()
    it("returns when a task of the client can continue", function()
      local server = scripted.start {
        { { "read" }, { "pause", 0.2 }, { "send", streams.answer(200, {}, '{"Marker":"m"}') } },
      }
      local client = streams.client(server.url)
      local task, polls = client:start "list_vaults", 0
      run(function()
        while not task:poll() do
          polls = polls + 1
          cqueues.poll(client)
        end
      end)
      server:stop()
      assert.are.equal("m", task:result().Marker)
      assert.is_true(polls <= 20, polls)
    end)
  end)
end

describe("glacier.hosts.cqueues without cqueues", function()
  it("can be loaded, and raises an error object when it is used", function()
    loop_host.without("cqueues", function()
      local good, err = pcall(require("glacier.hosts.cqueues").sleep, 0)
      assert.are.same({ false, "InvalidConfigError", "config" }, { good, err.code, err.kind })
      assert.are.equal('glacier.hosts.cqueues: cannot load the module "cqueues": it is not installed', err.message)
    end)
  end)
end)
