-- The invocations of a client's calls. A client keeps those of finished calls, with their requests, for later calls.
local canned = require "spec.support.canned"
local clients = require "glacier.client"

local MANY_HEADERS = { vaultName = "v", archiveDescription = "first", partSize = "1048576" }

local EMPTY = { status = 200, headers = { ["x-amz-multipart-upload-id"] = "upload" }, body = "{}" }

-- Returns a client, and the list of the requests that its transport was given. `answer` may replace the response.
local function recorded(options, answer)
  local requests = {}
  local client = canned.client(function(request)
    requests[#requests + 1] = request
    return answer and answer(#requests) or EMPTY
  end, options)
  return client, requests
end

-- Returns what identifies the operation: method, path, description and body.
local function described(request)
  local headers = request.headers
  local path = request.url:match "^https?://[^/]+(.*)$"
  return { request.method, path, headers["x-amz-archive-description"], request.body }
end

local LIST = { "GET", "/-/vaults" }

-- Makes garbage that calls a function when it is collected. Lua 5.1 has no finalizers of tables.
local function make_garbage(finalize)
  local newproxy = rawget(_G, "newproxy")
  if newproxy then
    getmetatable(newproxy(true)).__gc = finalize
  else
    setmetatable({}, { __gc = finalize })
  end
end

describe("the request of a call", function()
  it("contains nothing of the call before", function()
    local client, requests = recorded()
    client:initiate_multipart_upload(MANY_HEADERS)
    client:set_vault_notifications { vaultName = "v", vaultNotificationConfig = { SNSTopic = "t" } }
    client:list_vaults()
    assert.same({ "POST", "/-/vaults/v/multipart-uploads", "first", "" }, described(requests[1]))
    assert.same({ "PUT", "/-/vaults/v/notification-configuration", nil, '{"SNSTopic":"t"}' }, described(requests[2]))
    assert.same(LIST, described(requests[3]))
  end)

  it("contains nothing of a call whose parameters were invalid", function()
    local client, requests = recorded()
    client:list_vaults()
    assert.is_false(pcall(client.initiate_multipart_upload, client, { vaultName = "v", archiveDescription = "a\nb" }))
    client:list_vaults()
    assert.same(LIST, described(requests[2]))
  end)

  it("contains nothing of a call that failed", function()
    local client, requests = recorded({ max_attempts = 1 }, function(number)
      return number == 1 and { status = 400, body = '{"code":"InvalidParameterValueException"}' }
    end)
    assert.is_false(pcall(client.initiate_multipart_upload, client, MANY_HEADERS))
    client:list_vaults()
    assert.same(LIST, described(requests[2]))
  end)

  it("is not shared by calls that overlap", function()
    local client, requests
    client, requests = recorded(nil, function(number)
      return number == 2 and client:describe_vault { vaultName = "inner" } and nil
    end)
    client:list_vaults()
    local output = client:set_vault_notifications { vaultName = "outer", vaultNotificationConfig = {} }
    client:list_vaults()
    assert.equal(0, output.ResponseMetadata.RetryAttempts)
    assert.same({ "GET", "/-/vaults/inner" }, described(requests[3]))
    assert.same(LIST, described(requests[4]))
  end)

  -- The collector may run while the body is written, because a table is created then in place of the missing
  -- configuration.
  it("is not shared with a call that a finalizer makes", function()
    local client, requests = recorded()
    local inner = 0
    client:list_vaults()
    for _ = 1, 2000 do
      make_garbage(function()
        inner = inner + 1
        client:list_vaults()
      end)
      client:set_vault_notifications { vaultName = "outer" }
    end
    local outer = 0
    for index = 2, #requests do
      local sent = described(requests[index])
      outer = outer + (sent[1] == "PUT" and sent[2] == "/-/vaults/outer/notification-configuration" and 1 or 0)
    end
    assert.is_true(inner > 0)
    assert.equal(2000, outer)
  end)

  it("is not shared by tasks that were started together", function()
    local client, requests = recorded()
    client:list_vaults()
    local tasks = {
      client:start("initiate_multipart_upload", MANY_HEADERS), client:start("list_vaults"), client:start("list_vaults"),
    }
    for _, task in ipairs(tasks) do
      task:result()
    end
    assert.same({ "POST", "/-/vaults/v/multipart-uploads", "first", "" }, described(requests[2]))
    assert.same(LIST, described(requests[3]))
    assert.same(LIST, described(requests[4]))
  end)
end)

describe("an invocation", function()
  it("keeps nothing of a request that was sent", function()
    local client = recorded({ credentials = { access_key_id = "A", secret_access_key = "S", session_token = "TOKEN" } })
    client:set_vault_notifications { vaultName = "v", vaultNotificationConfig = {} }
    local kept = clients.runtime_of(client).spares
    assert.equal(1, #kept)
    assert.same({ method = "", url = kept[1].url, headers = {} }, kept[1].request:export())
  end)

  it("counts the attempts of its own call only", function()
    local client, requests = recorded({ max_attempts = 2, random = function() return 0 end }, function(number)
      return number == 2 and { status = 500, body = "" }
    end)
    local retries = {}
    for call = 1, 3 do
      retries[call] = client:list_vaults().ResponseMetadata.RetryAttempts
    end
    assert.same({ 0, 1, 0 }, retries)
    assert.equal("attempt=1", requests[4].headers["amz-sdk-request"])
  end)

  it("refreshes rejected keys once in each call", function()
    local fetched = 0
    local function fetch()
      fetched = fetched + 1
      return { access_key_id = "AKID" .. fetched, secret_access_key = "SECRET" }
    end
    local client = recorded({ credentials = fetch }, function(number)
      return number % 2 == 1 and { status = 400, body = '{"code":"ExpiredTokenException"}' }
    end)
    client:list_vaults()
    client:list_vaults()
    assert.equal(3, fetched)
  end)
end)
