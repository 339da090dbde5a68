-- The examples of README.md run unchanged. Each Lua block runs as a program against a local service.
local files = require "spec.support.files"
local http = require "socket.http"
local interpreter = require "spec.support.interpreter"
local openresty = require "spec.support.openresty"
local service = require "spec.support.local_service"
local shell = require "spec.support.shell"

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

-- Runs a program with these variables in its environment. Returns its output and exit status.
local function run(program, environment)
  local path = os.tmpname()
  files.write(path, program .. "\n")
  local output, status = shell.output(("env -i PATH=\"$PATH\" LUA_PATH=%s LUA_CPATH=%s %s %s %s 2>&1"):format(
    shell.quote(package.path), shell.quote(package.cpath), environment, shell.quote(interpreter), path))
  os.remove(path)
  return output, status
end

-- Reads the Makefile itself, because even `make -n` would run the recipes that call $(MAKE).
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
    running = service.start { job_delay = 0 } -- with a delay the examples would wait, as a user's program does
    environment = ("AWS_ENDPOINT_URL_GLACIER=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_REGION=%s"):format(
      running.url, running.access_key_id, running.secret_access_key, running.region)
  end)

  after_each(function()
    running.stop()
  end)

  for number, block in ipairs(blocks "lua") do
    it(("has a working Lua example number %d: %s"):format(number, block:match "[^\n]*\n[^\n]*"), function()
      local output, status = run(block, environment)
      assert.equal(0, status, output)
    end)
  end

  -- Returns the nginx example that has this location.
  local function nginx_example(location)
    for _, block in ipairs(blocks "nginx") do
      if block:find("location = " .. location .. " {", 1, true) then return block end
    end
  end

  it("has a working receiver for nginx", function()
    local nginx = openresty.start(running, nginx_example "/sns")
    local _, status = http.request(nginx.url .. "/sns", "x=y")
    local log = nginx.stop()
    assert.equal(415, status)
    assert.truthy(log:find("glacier receiver: ", 1, true), log)
    assert.is_nil(log:find("[error]", 1, true), log)
  end)

  it("has a working nginx example", function()
    local example = nginx_example "/notifications"
    local nginx = openresty.start(running, example)
    local answer = nginx.get(example:match "location = (%S+)")
    assert.equal("", nginx.stop "QUIT")
    assert.equal(200, answer)
  end)

  it("has a timer in nginx that logs the code and the message of an error", function()
    local nginx = openresty.start(running, nginx_example "/check")
    nginx.get "/check"
    local log = nginx.stop "QUIT"
    assert.is_truthy(log:find("An error occurred (ResourceNotFoundException) when calling the DescribeVault operation: "
      .. "Vault not found for ARN: ", 1, true), log)
    assert.is_nil(log:find("unknown reason", 1, true), log)
  end)

  it("describes a working demo", function()
    local output, status = run(files.read "spec/examples/demo.lua", "")
    assert.truthy(output:find("resumed after", 1, true), output)
    assert.equal(0, status, output)
  end)

  it("has at least eight Lua examples", function()
    assert.is_true(#blocks "lua" >= 8)
  end)

  it("names only make targets that exist", function()
    local targets, named = make_targets(), 0
    for _, block in ipairs(blocks "sh") do
      for target in ("\n" .. block):gmatch "\nmake (%S+)" do
        named = named + 1
        assert.is_true(targets[target], target)
      end
    end
    assert.is_true(named > 5)
  end)

  it("names a rockspec that exists", function()
    local named = 0
    for _, block in ipairs(blocks "sh") do
      for path in block:gmatch "luarocks [^\n]*make (%S+)" do
        named = named + 1
        assert.is_truthy(io.open(path))
      end
    end
    assert.are.equal(1, named)
  end)
end)
