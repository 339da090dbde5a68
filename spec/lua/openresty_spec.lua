-- Clients in the handlers of a real nginx with its Lua module and one worker.

local openresty = require "spec.support.openresty"
local service = require "spec.support.local_service"
local signed_http = require "spec.support.signed_http"

describe("in OpenResty", function()
  local glacier, nginx

  lazy_setup(function()
    glacier = service.start()
    nginx = openresty.start(glacier, [[
      location = /first_require {
        content_by_lua_block {
          for name in pairs(package.loaded) do
            if name:find "^glacier" and name ~= "glacier.core" then package.loaded[name] = nil end
          end
          ngx.say(require("cjson").encode { version = require("glacier")._VERSION })
        }
      }
    ]])
  end)

  lazy_teardown(function()
    if nginx then nginx.stop() end
    if glacier then glacier.stop() end
  end)

  local function location_of(vault)
    return "/" .. glacier.account .. "/vaults/" .. vault
  end

  local function assert_created(vault, outcome)
    assert.is_nil(outcome.error and outcome.error.text or outcome.raised)
    assert.are.equal(201, outcome.result.ResponseMetadata.HTTPStatusCode)
    assert.are.equal(location_of(vault), outcome.result.location)
  end

  for _, phase in ipairs { "rewrite", "access", "content", "timer" } do
    it("a call returns the right result in the phase " .. phase, function()
      local outcome = nginx.get("/" .. phase .. "?vault=in-" .. phase)
      assert.are.equal(phase, outcome.phase)
      assert_created("in-" .. phase, outcome)
    end)

    -- One worker makes the call, is the service that is called, and releases the response. So a call that blocked the
    -- worker would end with a read timeout.
    it("a call that waits in the phase " .. phase .. " lets the worker serve other requests", function()
      nginx.get "/events"
      local waiting = nginx.ask("/" .. phase .. "?endpoint=held&vault=v")
      nginx.get "/arrived"
      nginx.get "/release"
      local outcome = waiting()
      assert.is_nil(outcome.error and outcome.error.text)
      assert.are.equal("/held/vaults/v", outcome.result.location)
      assert.are.same({ "arrived", "another request", "released", "answered" }, nginx.get "/events")
    end)
  end

  it("the module can be required for the first time in a handler", function()
    assert.are.equal("glacier 0.1.0", nginx.get("/first_require").version)
  end)

  it("a call works in a phase that cannot yield: header_filter", function()
    local _, headers = nginx.get "/header_filter?vault=in-header-filter"
    local outcome = require("cjson").decode(headers["x-outcome"])
    assert.are.equal("header_filter", outcome.phase)
    assert_created("in-header-filter", outcome)
  end)

  it("a call works in a phase that cannot yield: log", function()
    nginx.get "/log?vault=in-log"
    local outcome = nginx.get("/remembered").log
    assert.are.equal("log", outcome.phase)
    assert_created("in-log", outcome)
  end)

  it("a client that was created and used before the fork works in the worker", function()
    local remembered = nginx.get "/remembered"
    assert.are.equal("init", remembered.init.phase)
    assert_created("init", remembered.init)
    assert.are.equal("init_worker", remembered.init_worker.phase)
    assert_created("init_worker", remembered.init_worker)
    assert_created("later", nginx.get "/content?vault=later")
  end)

  it("an error of the service is an error object", function()
    local err = nginx.get("/content?method=describe_vault&vault=missing").error
    assert.are.equal("ResourceNotFoundException", err.code)
    assert.are.equal("service", err.kind)
    assert.are.equal("Client", err.type)
    assert.are.equal(404, err.status)
    assert.are.equal("DescribeVault", err.operation)
    assert.are.equal("An error occurred (ResourceNotFoundException) when calling the DescribeVault operation: "
      .. "Vault not found for ARN: arn:aws:glacier:us-west-2:" .. glacier.account .. ":vaults/missing", err.text)
  end)

  it("an error of the client is an error object", function()
    local err = nginx.get("/content").error
    assert.are.equal("ParamValidationError", err.code)
    assert.are.equal("validation", err.kind)
    err = nginx.get("/content?endpoint=nowhere&vault=v").error
    assert.are.equal("EndpointConnectionError", err.code)
    assert.are.equal("transport", err.kind)
  end)

  it("each of 200 concurrent calls gets its own response", function()
    local waiting = {}
    for i = 1, 200 do waiting[i] = nginx.ask("/content?vault=many-" .. i) end
    for i = 1, 200 do assert_created("many-" .. i, waiting[i]()) end
  end)

  -- Starts another nginx, calls `use` with it and stops it. After TERM, nginx kills a worker that needs more than 1.5
  -- seconds for its end, as any worker may on a busy machine. So only a worker that is killed each time is an error.
  local function assert_clean_exit(signal, use)
    local log
    for _ = 1, 5 do
      local other = openresty.start(glacier)
      use(other)
      log = other.stop(signal)
      assert.is_false(signed_http.listens(other.url))
      if not log:find("exited on signal 9", 1, true) then break end
    end
    assert.are.equal("", log)
  end

  for signal, manner in pairs { QUIT = "gracefully", TERM = "immediately" } do
    it("a worker that exits " .. manner .. " leaves no error and no process", function()
      assert_clean_exit(signal, function(other)
        assert_created("exit-" .. signal, other.get("/content?vault=exit-" .. signal))
      end)
    end)
  end

  it("a worker that exits in the middle of a call leaves no error and no process", function()
    assert_clean_exit("TERM", function(other)
      other.ask "/content?endpoint=held&vault=v"
      other.get "/arrived"
    end)
  end)

  it("all these requests leave no error in nginx's log", function()
    assert.are.equal("", nginx.stop "QUIT")
  end)
end)
