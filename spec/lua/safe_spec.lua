-- `glacier.safe`: errors are returned instead of raised.
local glacier = require "glacier"
local safe = require "glacier.safe"

local function client_of(answers, options)
  local given = {
    region = "us-west-2", env = {}, max_attempts = 1,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" },
    transport = function() return table.remove(answers, 1) end,
  }
  for name, value in pairs(options or {}) do given[name] = value end
  return assert(safe.client(given))
end

local MISSING = { status = 404, body = '{"code":"ResourceNotFoundException","message":"gone"}' }
local VAULT = { status = 200, body = '{"VaultName":"v"}' }

describe("glacier.safe", function()
  it("has every function of glacier, and returns the same tree hash", function()
    for name, value in pairs(glacier) do
      assert.are.equal(type(value), type(safe[name]), name)
    end
    assert.are.equal(glacier._VERSION, safe._VERSION)
    assert.are.equal(glacier.tree_hash "abc", safe.tree_hash "abc")
  end)

  it("returns nil and the error object from functions", function()
    local result, err = safe.tree_hash(5)
    assert.is_nil(result)
    assert.are.equal("ParamValidationError", err.code)
    result, err = safe.client { region = 5 }
    assert.is_nil(result)
    assert.are.equal("ParamValidationError", err.code)
  end)

  it("returns nil and the error object from operations", function()
    local client = client_of { MISSING, VAULT }
    local result, err = client:describe_vault { vaultName = "v" }
    assert.is_nil(result)
    assert.are.equal(client.exceptions.ResourceNotFoundException, err.code)
    assert.are.equal("v", client:describe_vault({ vaultName = "v" }).VaultName)
  end)

  it("returns nil and the error object for wrong parameters and for a call without a colon", function()
    local client = client_of {}
    for _, run in ipairs {
      function() return client:describe_vault {} end, function() return client:call "NoSuchOperation" end,
      function() return client.describe_vault { vaultName = "v" } end,
    } do
      local result, err = run()
      assert.is_nil(result)
      assert.are.equal("ParamValidationError", err.code)
    end
  end)

  it("makes tasks that return their error, also in glacier.all of both modules", function()
    for _, all in ipairs { glacier.all, safe.all } do
      local client = client_of { MISSING, VAULT }
      local tasks = {
        client:start("describe_vault", { vaultName = "v" }), client:start("describe_vault", { vaultName = "v" }),
      }
      local outcomes = all(tasks, { concurrency = 1 })
      assert.is_false(outcomes[1].ok)
      assert.is_true(outcomes[2].ok)
      local result, err = tasks[1]:result()
      assert.is_nil(result)
      assert.are.equal("ResourceNotFoundException", err.code)
      assert.are.equal("v", tasks[2]:result().VaultName)
    end
  end)

  it("makes readers that return their error", function()
    local client = client_of { { status = 200, body = "12345", headers = { ["Content-Length"] = "9" } } }
    local output = client:get_job_output { vaultName = "v", jobId = "j" }
    local result, err = output.body:read "a"
    assert.is_nil(result)
    assert.are.equal("ConnectionClosedError", err.code)
  end)

  it("raises values that are not error objects", function()
    local client = client_of({ MISSING, MISSING }, {
      max_attempts = 2, retry_mode = "standard", wait = function() error("cancelled", 0) end,
      transport = function() return { status = 503 } end,
    })
    local ok, err = pcall(client.describe_vault, client, { vaultName = "v" })
    assert.are.same({ false, "cancelled" }, { ok, err })
  end)

  it("raises in a loop over pages, because nil would end the loop", function()
    local client = client_of { MISSING }
    local ok, err = pcall(function()
      for _ in client:each "list_vaults" do error "no vault was expected" end
    end)
    assert.is_false(ok)
    assert.are.equal("ResourceNotFoundException", err.code)
  end)
end)
