-- Requests for keys: the timeout of the call, the correction of the client's clock, and retries.
local glacier = require "glacier"
local simulation = require "spec.support.simulation"
local settings = require "spec.support.settings"
local worlds = require "spec.support.credentials_world"

local NOW = 1700000000
local LIST = { status = 200, headers = {}, body = '{"VaultList":[]}' }
local CONTAINER = { AWS_CONTAINER_CREDENTIALS_FULL_URI = "http://localhost/keys" }
local ROLE = "[default]\nrole_arn = arn:aws:iam::111122223333:role/demo\nsource_profile = source\n"
  .. "[profile source]\naws_access_key_id = AKIAsource\naws_secret_access_key = SECRETkey\n"

-- Calls list_vaults with a client in a simulation, whose transport is `answer(request, n)`. Returns the results of
-- pcall, and the requests.
local function call(sim, given, answer)
  local requests = {}
  local results = settings.with_files(given, function(env)
    local options = sim:options { env = env, timeout = given.timeout }
    options.credentials, options.transport = nil, function(request)
      requests[#requests + 1] = request
      return answer(request, #requests)
    end
    local client = glacier.client(options)
    return { pcall(client.list_vaults, client) }
  end)
  return results[1], results[2], requests
end

describe("glacier.credentials", function()
  it("the timeout of a call is not exceeded by a pause between two requests for keys", function()
    local sim = simulation.new { now = NOW }
    local good, err, requests = call(sim, { env = CONTAINER, timeout = 1.5 }, function()
      return { status = 500, headers = {}, body = "" }
    end)
    assert.is_false(good)
    assert.are.equal("CredentialRetrievalError", err.code)
    assert.are.equal(2, #requests)
    assert.are.same({ 1 }, sim.pauses)
  end)

  for what, env in pairs { container = CONTAINER, ["metadata service"] = {} } do
    it("the timeout of a call ends requests to a " .. what .. ", and the error names the timeout", function()
      local sim = simulation.new { now = NOW }
      local good, err, requests = call(sim, { env = env, timeout = 1.5 }, function()
        sim.now = sim.now + 2
        return nil, "nobody there", "ReadTimeoutError"
      end)
      assert.is_false(good)
      assert.are.equal("ReadTimeoutError", err.code)
      assert.are.equal("transport", err.kind)
      assert.is_true(err.retryable)
      assert.truthy(err.message:find("timeout of the whole call", 1, true))
      assert.are.equal(1, #requests)
      assert.are.same({}, sim.pauses)
    end)
  end
end)

-- A simulated STS whose clock shows NOW. It rejects a signature from any other minute.
local function role_service(request)
  if not request.url:find("sts", 1, true) then
    return LIST
  end
  local date = os.date("!%a, %d %b %Y %H:%M:%S GMT", NOW)
  if not request.headers["X-Amz-Date"]:find "^20231114T2213" then
    local rejected = worlds.sts_error(403, "SignatureDoesNotMatch", "Signature expired")
    return { status = 403, headers = { Date = date }, body = rejected[2] }
  end
  local answer = worlds.sts("AssumeRole")
  return { status = answer[1], headers = { Date = date }, body = answer[2] }
end

describe("glacier.credentials", function()
  for _, offset in ipairs { 3700, -3700 } do
    it(("a clock that is wrong by %d s is corrected by the service that issues keys"):format(offset), function()
      local good, result, requests = call(simulation.new { now = NOW + offset }, { config = ROLE }, role_service)
      assert.is_true(good, tostring(result))
      assert.are.equal(3, #requests)
      assert.are.equal("20231114T221320Z", requests[3].headers["X-Amz-Date"])
    end)
  end

  it("a clock that is wrong is corrected once in a request for keys", function()
    local good, err, requests = call(simulation.new { now = NOW }, { config = ROLE }, function(_, n)
      local rejected = worlds.sts_error(403, "SignatureDoesNotMatch", "Signature expired")
      return { status = 403, body = rejected[2],
        headers = { Date = os.date("!%a, %d %b %Y %H:%M:%S GMT", NOW + n * 3600) } }
    end)
    assert.is_false(good)
    assert.are.equal("CredentialRetrievalError", err.code)
    assert.are.equal(2, #requests)
  end)
end)

describe("glacier.credentials", function()
  it("requests to an overloaded service for keys are retried with the same pauses as calls", function()
    local sim = simulation.new { now = NOW }
    local good, _, requests = call(sim, { config = ROLE }, function(request, n)
      if n < 3 then
        return { status = 400, headers = {}, body = worlds.sts_error(400, "Throttling", "Rate exceeded")[2] }
      end
      return role_service(request)
    end)
    assert.is_true(good)
    assert.are.equal(4, #requests)
    assert.are.same({ 0.5, 1 }, sim.pauses)
  end)
end)
