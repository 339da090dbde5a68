-- The manual's examples run as they stand: each Lua block as a program of its own against a local
-- service, each command as make or LuaRocks would see it.
local openresty = require "spec.support.openresty_host"
local service = require "spec.local.service"

local interpreter = rawget(_G, "jit") and (os.getenv "LUAJIT" or "luajit") or (os.getenv "LUA" or "lua5.4")

local function blocks(language)
  local found, current = {}, nil
  for line in io.lines "README.md" do
    if current and line == "```" then
      found[#found + 1], current = table.concat(current, "\n"), nil
    elseif current then
      current[#current + 1] = line
    elseif line == "```" .. language then
      current = {}
    end
  end
  return found
end

local function run(program, environment)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(program, "\n")
  file:close()
  local command = ("env -i PATH=\"$PATH\" LUA_PATH='%s' LUA_CPATH='%s' %s %s %s 2>&1; echo \"exit $?\""):format(
    package.path, package.cpath, environment, interpreter, path)
  local pipe = assert(io.popen(command))
  local output = pipe:read "*a"
  pipe:close()
  os.remove(path)
  return output
end

-- Asking make itself would run what its recipes hand on, even with -n.
local function make_targets()
  local targets = {}
  for line in io.lines "Makefile" do
    for target in (line:match "^%.PHONY:(.*)" or ""):gmatch "%S+" do
      targets[target] = true
    end
  end
  return targets
end

describe("README.md", function()
  local running, environment

  before_each(function()
    running = service.start()
    environment = ("AWS_ENDPOINT_URL_GLACIER=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_REGION=%s"):format(
      running.url, running.access_key_id, running.secret_access_key, running.region)
  end)

  after_each(function()
    running.stop()
  end)

  for number, block in ipairs(blocks "lua") do
    it(("runs its Lua example number %d: %s"):format(number, block:match "[^\n]*\n[^\n]*"), function()
      local output = run(block, environment)
      assert.equal("exit 0", output:match "exit %d+", output)
    end)
  end

  it("runs its nginx example in nginx", function()
    local example = blocks("nginx")[1]
    local nginx = openresty.start(running, example)
    local answer = nginx.get(example:match "location = (%S+)")
    assert.equal("", nginx.stop())
    assert.equal(200, answer)
  end)

  it("runs the demo to its end", function()
    local file = assert(io.open "spec/examples/demo.lua")
    local output = run(file:read "*a", "")
    file:close()
    assert.truthy(output:find("Welcome to Amazon Glacier.", 1, true), output)
    assert.equal("exit 0", output:match "exit %d+", output)
  end)

  it("has examples", function()
    assert.is_true(#blocks "lua" >= 8)
  end)

  it("names only make targets that there are", function()
    local targets, named = make_targets(), 0
    for _, block in ipairs(blocks "sh") do
      for target in ("\n" .. block):gmatch "\nmake (%S+)" do
        named = named + 1
        assert.is_true(targets[target], target)
      end
    end
    assert.is_true(named > 5)
  end)

  it("names a rockspec that is there", function()
    for _, block in ipairs(blocks "sh") do
      for path in block:gmatch "luarocks make (%S+)" do
        assert.is_truthy(io.open(path))
      end
    end
  end)
end)
