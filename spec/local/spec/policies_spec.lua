-- Policies, locks, tags and capacity of the local service, tested without the project's client.

local assert_service_error = require "spec.support.assert_service_error"
local cjson = require "cjson"
local local_vault = require "spec.support.local_vault"
local service = require "spec.support.local_service"
local archive_requests = require "spec.support.archive_requests"
local signed_http = require "spec.support.signed_http"

local VAULT = local_vault.PATH
local LOCK = VAULT .. "/lock-policy"
local ARN = local_vault.ARN
local POLICY = '{"Version":"2012-10-17","Statement":[{"Sid":"a \\"b\\" \195\188/c"}]}'
local INVALID, MISSING = "InvalidParameterValueException", "MissingParameterValueException"
local DENIED, NOT_FOUND = "AccessDeniedException", "ResourceNotFoundException"
local DATE = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$"

local running, send

local function with(options)
  return function()
    running, send = local_vault.start(options)
  end
end

local function stop() running.stop() end

local function put(path, object)
  return send("PUT", path, { body = cjson.encode(object) })
end

local function post(path, object, query)
  return send("POST", path, { body = object and cjson.encode(object), query = query })
end

local function assert_bad_policies(set)
  assert.are.equal(MISSING, set({ Other = "x" }).json.code)
  assert_service_error(set { Policy = { Version = "2012-10-17" } }, 400, "SerializationException", "Policy")
  for _, text in ipairs { "", "x", "[]", '{"a":"' .. ("x"):rep(20480) .. '"}' } do
    assert_service_error(set { Policy = text }, 400, INVALID, "Invalid vault policy.")
  end
end

describe("a vault's access policy in the local service", function()
  setup(with())
  teardown(stop)

  it("is set, read back and deleted as a whole", function()
    local path = VAULT .. "/access-policy"
    assert_service_error(send("GET", path), 404, NOT_FOUND, "No vault access policy is set for: " .. ARN)
    for _, text in ipairs { "{}", POLICY } do
      assert.are.equal(204, put(path, { Policy = text }).status)
      assert.are.same({ Policy = text }, send("GET", path).json)
    end
    for _ = 1, 2 do assert.are.equal(204, send("DELETE", path).status) end
    assert_service_error(send("GET", path), 404, NOT_FOUND, "No vault access policy")
    assert_bad_policies(function(object) return put(path, object) end)
    local missing = "/-/vaults/other/access-policy"
    assert_service_error(put(missing, { Policy = "{}" }), 404, NOT_FOUND, "Vault not found for ARN: ")
    assert_service_error(send("GET", missing), 404, NOT_FOUND, "Vault not found for ARN: ")
  end)
end)

describe("a vault's lock in the local service", function()
  before_each(with())
  after_each(stop)

  local function initiate()
    local response = post(LOCK, { Policy = POLICY })
    assert.are.equal(201, response.status, response.body)
    return response.headers["x-amz-lock-id"]
  end

  it("cannot be removed after it is initiated and completed", function()
    assert_service_error(send("GET", LOCK), 404, NOT_FOUND, "No vault lock policy is set for: " .. ARN)
    assert_service_error(send("POST", LOCK .. "/x"), 404, NOT_FOUND, "No vault lock policy is set for: ")
    local id = initiate()
    local lock = send("GET", LOCK).json
    assert.truthy(lock.CreationDate:find(DATE))
    assert.truthy(lock.ExpirationDate:find(DATE))
    assert.are_not.equal(lock.CreationDate:sub(1, 10), lock.ExpirationDate:sub(1, 10))
    assert.are.equal(lock.CreationDate:sub(11), lock.ExpirationDate:sub(11))
    assert.are.equal(POLICY, lock.Policy)
    assert.are.equal("InProgress", lock.State)
    assert_service_error(post(LOCK, { Policy = POLICY }), 403, DENIED, "in progress")
    assert_service_error(send("POST", LOCK .. "/x"), 400, INVALID, "Invalid lock ID: x")
    for _ = 1, 2 do assert.are.equal(204, send("POST", LOCK .. "/" .. id).status) end
    assert_service_error(send("POST", LOCK .. "/x"), 403, DENIED, "x")
    assert_service_error(send("DELETE", LOCK), 403, DENIED, "locked")
    assert_service_error(post(LOCK, { Policy = POLICY }), 403, DENIED, "locked")
    lock = send("GET", LOCK).json
    assert.are.equal("Locked", lock.State)
    assert.are.equal(cjson.null, lock.ExpirationDate)
  end)

  it("can be aborted until it is completed", function()
    assert.are.equal(204, send("DELETE", LOCK).status)
    local id = initiate()
    for _ = 1, 2 do assert.are.equal(204, send("DELETE", LOCK).status) end
    assert_service_error(send("GET", LOCK), 404, NOT_FOUND, "No vault lock policy")
    assert_service_error(send("POST", LOCK .. "/" .. id), 404, NOT_FOUND, "No vault lock policy")
    assert_bad_policies(function(object) return post(LOCK, object) end)
  end)
end)

describe("a vault's lock that is not completed in time", function()
  setup(with { lock_window = 0 })
  teardown(stop)

  it("is removed together with its policy", function()
    local id = post(LOCK, { Policy = POLICY }).headers["x-amz-lock-id"]
    assert_service_error(send("GET", LOCK), 404, NOT_FOUND, "No vault lock policy")
    assert_service_error(send("POST", LOCK .. "/" .. id), 404, NOT_FOUND, "No vault lock policy")
    assert.are.equal(201, post(LOCK, { Policy = POLICY }).status)
  end)
end)

describe("a vault's tags in the local service", function()
  setup(with())
  teardown(stop)

  local path = VAULT .. "/tags"

  local function add(map) return post(path, { Tags = map }, "operation=add") end

  local function remove(keys) return post(path, { TagKeys = keys }, "operation=remove") end

  it("are added, replaced, listed and removed", function()
    assert.are.equal('{"Tags":{}}', send("GET", path).body)
    assert.are.equal(204, add({ a = "", ["\195\188 _./=+-@"] = "\230\151\165 1" }).status)
    assert.are.equal(204, add({ a = "A" }).status)
    assert.are.same({ a = "A", ["\195\188 _./=+-@"] = "\230\151\165 1" },
      send("GET", path).json.Tags)
    for _ = 1, 2 do assert.are.equal(204, remove({ "a", "none" }).status) end
    remove { "\195\188 _./=+-@" }
    assert.are.equal('{"Tags":{}}', send("GET", path).body)
  end)

  it("have the lengths and characters that AWS documents", function()
    assert.are.equal(204, add({ [("\195\188"):rep(128)] = ("v"):rep(255) }).status)
    remove { ("\195\188"):rep(128) }
    for key, value in pairs { [("k"):rep(129)] = "", [""] = "", ["aws:k"] = "", ["k;"] = "",
      k = ("v"):rep(256), l = "v*" } do
      assert_service_error(add { [key] = value }, 400, INVALID, "Invalid tag ")
    end
    assert_service_error(post(path, {}, "operation=add"), 400, MISSING, "Tags")
    assert_service_error(post(path, {}, "operation=remove"), 400, MISSING, "TagKeys")
    assert_service_error(add { "x" }, 400, "SerializationException", "Tags")
    assert_service_error(add { k = 1 }, 400, "SerializationException", "Tags")
    assert_service_error(remove { a = "x" }, 400, "SerializationException", "TagKeys")
    assert_service_error(post(path, { Tags = { k = "" } }, "operation=none"), 404,
      "UnknownOperationException", path)
  end)

  it("are limited to ten in a request and fifty in a vault", function()
    local eleven = {}
    for i = 1, 11 do eleven[i] = "k" .. i end
    assert_service_error(remove(eleven), 400, INVALID, "10")
    for round = 1, 5 do
      local ten = {}
      for i = 1, 10 do ten["k" .. round .. "-" .. i] = "v" end
      assert.are.equal(204, add(ten).status)
      ten.more = "v"
      assert_service_error(add(ten), 400, INVALID, "10")
    end
    assert_service_error(add { more = "v" }, 400, "LimitExceededException", "50")
    assert.are.equal(204, add({ ["k1-1"] = "other" }).status)
    assert.are.equal("other", send("GET", path).json.Tags["k1-1"])
  end)
end)

describe("the local service's data retrieval policy", function()
  before_each(with { job_delay = 0 })
  after_each(stop)

  local path = "/-/policies/data-retrieval"

  local function set(...) return put(path, { Policy = { Rules = { ... } } }) end

  it("has the strategy None until it is set, and is then read back as it was set", function()
    assert.are.equal('{"Policy":{"Rules":[{"BytesPerHour":null,"Strategy":"None"}]}}',
      send("GET", path).body)
    for _, rule in ipairs { '{"BytesPerHour":10737418240,"Strategy":"BytesPerHour"}',
      '{"BytesPerHour":9223372036854775807,"Strategy":"BytesPerHour"}',
      '{"BytesPerHour":null,"Strategy":"FreeTier"}', '{"BytesPerHour":null,"Strategy":"None"}' } do
      local body = '{"Policy":{"Rules":[' .. rule .. "]}}"
      assert.are.equal(204, send("PUT", path, { body = body }).status)
      assert.are.equal(body, send("GET", path).body)
    end
  end)

  it("has exactly one rule with a known strategy", function()
    local none = { Strategy = "None" }
    assert_service_error(set(none, none), 400, INVALID, "exactly one rule")
    assert_service_error(set { Strategy = "Some" }, 400, INVALID, "Invalid Strategy: Some")
    assert_service_error(set { Strategy = "BytesPerHour" }, 400, MISSING, "BytesPerHour")
    assert_service_error(set { Strategy = "FreeTier", BytesPerHour = 1 }, 400, INVALID, "FreeTier")
    assert_service_error(set { BytesPerHour = 1 }, 400, MISSING, "Strategy")
    assert_service_error(put(path, { Policy = cjson.null }), 400, MISSING, "Policy")
    for _, number in ipairs { "0", "-1", "1.5", "9223372036854775808", "1e3" } do
      local body = '{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":' .. number
        .. "}]}}"
      assert_service_error(send("PUT", path, { body = body }), 400, INVALID,
        "Invalid BytesPerHour: " .. number)
    end
  end)

  it("may have a member whose name is escaped in the JSON text", function()
    local body = [[{"Policy":{"Rules":[{"Strategy":"BytesPerHour","Bytes\u0050erHour":%s}]}}]]
    assert.are.equal(204, send("PUT", path, { body = body:format "10737418240" }).status)
    assert.are.equal('{"Policy":{"Rules":[{"BytesPerHour":10737418240,"Strategy":"BytesPerHour"}]}}',
      send("GET", path).body)
    assert_service_error(send("PUT", path, { body = body:format "1.5" }), 400, INVALID, "Invalid BytesPerHour: 1.5")
  end)

  it("limits standard retrievals", function()
    local archive = archive_requests.archive(send, VAULT, ("x"):rep(1000))
    local function retrieve(tier)
      return post(VAULT .. "/jobs", { Type = "archive-retrieval", ArchiveId = archive,
        Tier = tier })
    end
    set { Strategy = "BytesPerHour", BytesPerHour = 1999 }
    assert.are.equal(202, retrieve().status)
    assert_service_error(retrieve(), 400, "PolicyEnforcedException", "current data retrieval policy")
    assert_service_error(retrieve "Standard", 400, "PolicyEnforcedException", "denied")
    assert.are.equal(202, retrieve("Bulk").status)
    assert.are.equal(202, retrieve("Expedited").status)
    assert.are.equal(202, post(VAULT .. "/jobs", { Type = "inventory-retrieval" }).status)
    for _, rule in ipairs { { Strategy = "FreeTier" }, { Strategy = "None" } } do
      set(rule)
      assert.are.equal(202, retrieve().status)
    end
  end)
end)

describe("the local service's provisioned capacity", function()
  local function start_at(date)
    local year, month, day = date:match "(%d+)-(%d+)-(%d+)"
    local noon = { year = year, month = month, day = day, hour = 12 }
    -- os.time reads its table as local time: this corrects for the difference to UTC.
    local offset = os.difftime(os.time(noon), os.time(os.date("!*t", os.time(noon))))
    local ahead = os.time(noon) + offset - os.time()
    running = service.start { clock_offset = ("%d"):format(ahead) }
    send = function(method, path)
      return signed_http.caller(running)(method, path, { time = os.time() + ahead })
    end
  end
  after_each(stop)

  it("lasts a month, or until the last day of the next month", function()
    for from, to in pairs { ["2026-01-31"] = "2026-02-28", ["2024-01-30"] = "2024-02-29",
      ["2026-08-31"] = "2026-09-30", ["2026-12-15"] = "2027-01-15" } do
      start_at(from)
      local response = send("POST", "/-/provisioned-capacity")
      assert.are.equal(201, response.status, response.body)
      local list = send("GET", "/-/provisioned-capacity").json.ProvisionedCapacityList
      assert.are.equal(1, #list)
      assert.are.equal(response.headers["x-amz-capacity-id"], list[1].CapacityId)
      assert.are.equal(from, list[1].StartDate:sub(1, 10))
      assert.are.equal(to .. list[1].StartDate:sub(11, 19) .. ".000Z", list[1].ExpirationDate)
      running.stop()
    end
  end)

  it("is limited to two units", function()
    with()()
    assert.are.equal('{"ProvisionedCapacityList":[]}', send("GET", "/-/provisioned-capacity").body)
    for _ = 1, 2 do assert.are.equal(201, send("POST", "/-/provisioned-capacity").status) end
    assert_service_error(send("POST", "/-/provisioned-capacity"), 400, "LimitExceededException", "2")
  end)

  it("is used for expedited retrievals if the service has no capacity on demand", function()
    with { job_delay = 0, no_expedited_capacity = true }()
    local archive = archive_requests.archive(send, VAULT, "x")
    local function retrieve(tier)
      return post(VAULT .. "/jobs", { Type = "archive-retrieval", ArchiveId = archive,
        Tier = tier })
    end
    assert_service_error(retrieve "Expedited", 503, "InsufficientCapacityException", "expedited")
    assert.are.equal(202, retrieve("Standard").status)
    send("POST", "/-/provisioned-capacity")
    assert.are.equal(202, retrieve("Expedited").status)
  end)
end)
