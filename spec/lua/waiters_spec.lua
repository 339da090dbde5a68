-- The waiters vault_exists and vault_not_exists, which are botocore's, and job_completed.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local streams = require "spec.support.streams"


local THERE = { status = 200, body = '{"VaultName":"v"}' }
local MISSING = { status = 404, headers = { ["x-amzn-RequestId"] = "R" },
  body = '{"code":"ResourceNotFoundException","message":"Vault not found","type":"Client"}' }
local BUSY = { status = 503, body = '{"code":"ServiceUnavailableException","message":"later","type":"Server"}' }
local DENIED = { status = 403, body = '{"code":"AccessDeniedException","message":"no","type":"Client"}' }
local RUNNING = { status = 200, body = '{"JobId":"j","Completed":false,"StatusCode":"InProgress"}' }
local DONE = { status = 200, body = '{"JobId":"j","Completed":true,"StatusCode":"Succeeded"}' }
local FAILED = { status = 200,
  body = '{"JobId":"j","Completed":true,"StatusCode":"Failed","StatusMessage":"the archive is gone"}' }

-- Runs a waiter against a service that gives these responses in order and then repeats the last one. Returns the
-- results of pcall, and the simulation, which has `requests` and `pauses`.
local function wait_for(answers, name, limits, more)
  local sim = simulation.new { random = 0 }
  sim.requests = {}
  local options = sim:options(more)
  options.transport = function(request)
    sim.requests[#sim.requests + 1] = request
    return answers[math.min(#sim.requests, #answers)]
  end
  local client = glacier.client(options)
  local params = name == "job_completed" and { vaultName = "v", jobId = "j" } or { vaultName = "v" }
  local good, outcome = pcall(client.wait_until, client, name, params, limits)
  return good, outcome, sim
end

local function assert_waited(answers, name, attempts, delay, limits)
  local good, output, sim = wait_for(answers, name, limits)
  assert.is_true(good, tostring(output))
  assert.are.equal(attempts, #sim.requests)
  local pauses = {}
  for i = 1, attempts - 1 do pauses[i] = delay end
  assert.are.same(pauses, sim.pauses)
  return output
end

local function assert_gave_up(answers, name, attempts, delay, words, limits)
  local good, err, sim = wait_for(answers, name, limits)
  assert.is_false(good)
  assert.are.same({ "WaiterError", "waiter", false }, { err.code, err.kind, err.retryable })
  assert.are.equal(words, err.message)
  assert.are.equal(words, tostring(err))
  assert.are.equal(attempts, #sim.requests)
  assert.are.equal(attempts - 1, #sim.pauses)
  for _, pause in ipairs(sim.pauses) do assert.are.equal(delay, pause) end
  return err
end

local SEEN = "Max attempts exceeded. Previously accepted state: "

describe("waiting until a vault exists", function()
  it("returns the response when the vault exists", function()
    local output = assert_waited({ THERE }, "vault_exists", 1, 3)
    assert.are.same({ "v", 200 }, { output.VaultName, output.ResponseMetadata.HTTPStatusCode })
    assert.are.equal("v", assert_waited({ MISSING, MISSING, THERE }, "vault_exists", 3, 3).VaultName)
  end)

  it("gives up with botocore's message and the last response", function()
    local err = assert_gave_up({ MISSING }, "vault_exists", 15, 3,
      "Waiter VaultExists failed: " .. SEEN .. "Matched expected service error code: ResourceNotFoundException")
    assert.are.equal("ResourceNotFoundException", err.response.Error.Code)
    assert.are.same({ 404, "R" },
      { err.response.ResponseMetadata.HTTPStatusCode, err.response.ResponseMetadata.RequestId })
    assert.are.equal("DescribeVault", err.operation)
  end)
end)

describe("waiting until a vault does not exist", function()
  it("returns the service's error when the vault is gone", function()
    local output = assert_waited({ THERE, THERE, MISSING }, "vault_not_exists", 3, 3)
    assert.are.same({ "ResourceNotFoundException", 404 },
      { output.Error.Code, output.ResponseMetadata.HTTPStatusCode })
  end)

  it("gives up with botocore's message and the last response", function()
    local err = assert_gave_up({ THERE }, "vault_not_exists", 15, 3,
      "Waiter VaultNotExists failed: " .. SEEN .. "Matched expected HTTP status code: 200")
    assert.are.equal("v", err.response.VaultName)
  end)
end)

describe("waiting until a job is completed", function()
  it("returns when the job is completed, also after many hours", function()
    local answers = {}
    for i = 1, 700 do answers[i] = RUNNING end
    answers[701] = DONE
    local output = assert_waited(answers, "job_completed", 701, 60)
    assert.are.same({ true, "Succeeded" }, { output.Completed, output.StatusCode })
  end)

  it("raises an error when the job failed", function()
    local err = assert_gave_up({ RUNNING, FAILED }, "job_completed", 2, 60,
      "Waiter JobCompleted failed: the job failed: the archive is gone")
    assert.are.equal("Failed", err.response.StatusCode)
    assert.are.equal("DescribeJob", err.operation)
    assert_gave_up({ { status = 200, body = '{"StatusCode":"Failed"}' } }, "job_completed", 1, 60,
      "Waiter JobCompleted failed: the job failed: no reason given")
  end)

  it("gives up after 2000 attempts", function()
    local err = assert_gave_up({ RUNNING }, "job_completed", 2000, 60,
      "Waiter JobCompleted failed: " .. SEEN .. "the job is in progress")
    assert.are.equal("InProgress", err.response.StatusCode)
  end)

  it("raises an error if there is no such job", function()
    local good, err, sim = wait_for({ MISSING }, "job_completed")
    assert.is_false(good)
    assert.are.same({ "ResourceNotFoundException", 1 }, { err.code, #sim.requests })
  end)
end)

describe("a waiter", function()
  it("has the attempts and delays that the caller sets", function()
    local output = assert_waited({ MISSING, MISSING, THERE }, "vault_exists", 3, 0.25,
      { delay = 0.25, max_attempts = 3 })
    assert.are.equal("v", output.VaultName)
    for _, attempts in ipairs { 1, 2 } do
      assert_gave_up({ MISSING }, "vault_exists", attempts, 0.25, "Waiter VaultExists failed: " .. SEEN
        .. "Matched expected service error code: ResourceNotFoundException", { delay = 0.25, max_attempts = attempts })
    end
    assert_waited({ RUNNING, DONE }, "job_completed", 2, 0, { delay = 0 })
    assert_waited({ THERE }, "vault_exists", 1, 3, { max_attempts = 0 })
  end)

  -- Columns: { timeout, number of attempts }. A delay that would end after the timeout is not started.
  for _, row in ipairs { { 0, 1 }, { 2.9, 1 }, { 3, 2 }, { 5, 2 }, { 9, 4 }, { 1000, 15 } } do
    it(("makes %d attempts with a timeout of %g s"):format(row[2], row[1]), function()
      local seen = "Previously accepted state: Matched expected service error code: ResourceNotFoundException"
      assert_gave_up({ MISSING }, "vault_exists", row[2], 3, "Waiter VaultExists failed: "
        .. (row[2] == 15 and "Max attempts exceeded. " or "the timeout would pass. ") .. seen, { timeout = row[1] })
    end)
  end

  it("raises any other error of the operation, after the client's usual retries", function()
    for name in pairs { vault_exists = 1, vault_not_exists = 1, job_completed = 1 } do
      local good, err, sim = wait_for({ DENIED }, name)
      assert.is_false(good)
      assert.are.same({ "AccessDeniedException", "service", 1 }, { err.code, err.kind, #sim.requests })
      good, err, sim = wait_for({ BUSY }, name)
      assert.is_false(good)
      assert.are.same({ "ServiceUnavailableException", 3, 3 }, { err.code, err.attempts, #sim.requests })
    end
    local good, _, sim = wait_for({ MISSING, BUSY, THERE }, "vault_exists")
    assert.is_true(good)
    assert.are.equal(3, #sim.requests)
    local reason = {}
    local waits = function() error(reason, 0) end
    good, sim = wait_for({ MISSING }, "vault_exists", nil, { wait = waits })
    assert.is_false(good)
    assert.are.equal(reason, sim)
  end)

  it("signs each request anew and sends the caller's parameters", function()
    local _, _, sim = wait_for({ MISSING, THERE }, "vault_exists")
    local first, second = sim.requests[1], sim.requests[2]
    assert.is_truthy(first.url:find("/-/vaults/v$"))
    assert.are.equal(first.url, second.url)
    assert.are_not.equal(first.headers["amz-sdk-invocation-id"], second.headers["amz-sdk-invocation-id"])
    assert.are_not.equal(first.headers["X-Amz-Date"], second.headers["X-Amz-Date"])
  end)

  it("is rejected if its name is unknown or its limits are invalid", function()
    local client = glacier.client(streams.options { transport = function() error "it should not be sent" end })
    local function refused(words, name, params, limits)
      local err = failure(client.wait_until, client, name, params, limits)
      assert.are.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
    local vault = { vaultName = "v" }
    refused("Waiter does not exist: vault_gone", "vault_gone", vault)
    refused("Waiter does not exist: nil", nil, vault)
    refused('Missing required parameter in input: "vaultName"', "vault_exists", {})
    refused('Missing required parameter in input: "jobId"', "job_completed", vault)
    refused("wait_until: the options must be a table", "vault_exists", vault, 5)
    for key, value in pairs { delay = "3", max_attempts = -1, timeout = 0 / 0, attempts = 3, [1] = 2 } do
      refused(("wait_until: invalid option %s: expected the numbers delay, max_attempts or timeout"):format(
        tostring(key)),
        "vault_exists", vault, { [key] = value })
    end
  end)

  it("can run in a coroutine", function()
    local answers, sent = { MISSING, MISSING, THERE }, 0
    local client = glacier.client(streams.options {
      wait = function(seconds) coroutine.yield(seconds) end,
      transport = function()
        sent = sent + 1
        return answers[sent]
      end,
    })
    local thread = coroutine.wrap(function() return client:wait_until("vault_exists", { vaultName = "v" }) end)
    assert.are.equal(3, thread())
    assert.are.equal(3, thread())
    assert.are.equal("v", thread().VaultName)
  end)
end)
