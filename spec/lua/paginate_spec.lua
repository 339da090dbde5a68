-- Paginators: they return the same pages and items as boto3's paginators.
local cjson = require "cjson"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local streams = require "spec.support.streams"


-- Returns a client that gets these pages, one for each request, and the list of its requests.
local function paged(pages, more)
  local requests = {}
  local options = streams.options(more)
  options.transport = function(request)
    requests[#requests + 1] = request
    local page = pages[#requests]
    if page.error then
      return { status = 404, body = ('{"code":"%s","message":"because"}'):format(page.error) }
    end
    return { status = 200, body = cjson.encode(page) }
  end
  return glacier.client(options), requests
end

local function queries(requests)
  local list = {}
  for i, request in ipairs(requests) do list[i] = request.url:match "%?(.*)$" or "" end
  return list
end

local function names(iterator)
  local list = {}
  local item = iterator()
  while item do -- on Lua 5.1 a call cannot yield in a generic `for`
    list[#list + 1] = item.VaultName
    item = iterator()
  end
  return table.concat(list, " ")
end

local function vaults(text, marker)
  local list = setmetatable({}, cjson.empty_array_mt)
  for name in text:gmatch "%S+" do list[#list + 1] = { VaultName = name } end
  return { VaultList = list, Marker = marker }
end

local THREE = { vaults("a b", "after b"), vaults("c", "after c"), vaults "d" }

describe("the pages of an operation", function()
  it("are requested one at a time when they are needed, until there is no marker", function()
    local client, requests = paged(THREE)
    local next_page = client:paginate "list_vaults"
    assert.are.equal(0, #requests)
    for i = 1, 3 do
      local page = next_page()
      assert.are.equal(i, #requests)
      assert.are.equal(THREE[i].Marker, page.Marker)
      assert.are.equal(#THREE[i].VaultList, #page.VaultList)
      assert.are.equal(200, page.ResponseMetadata.HTTPStatusCode)
    end
    for _ = 1, 2 do assert.is_nil(next_page()) end
    assert.are.same({ "", "marker=after%20b", "marker=after%20c" }, queries(requests))
  end)

  it("are requested with the caller's parameters, whose table stays unchanged", function()
    local client, requests = paged(THREE)
    local params = { limit = "2", accountId = "012345678901" }
    for page in client:paginate("ListVaults", params) do
      assert.is_table(page)
      assert.are.same({ limit = "2", accountId = "012345678901" }, params)
    end
    assert.are.same({ "limit=2", "marker=after%20b&limit=2", "marker=after%20c&limit=2" }, queries(requests))
    for _, request in ipairs(requests) do assert.is_truthy(request.url:find("/012345678901/vaults", 1, true)) end
  end)

  it("can begin at a marker", function()
    local client, requests = paged { vaults "c" }
    assert.are.equal("c", names(client:each("list_vaults", { marker = "after b" })))
    assert.are.same({ "marker=after%20b" }, queries(requests))
  end)

  it("end at an empty marker", function()
    local client, requests = paged { vaults("a", "") }
    assert.are.equal("a", names(client:each "list_vaults"))
    assert.are.equal(1, #requests)
  end)

  it("end with an error if a page repeats a marker", function()
    local client, requests = paged { vaults("a", "m"), vaults("b", "m"), vaults "c" }
    local next_page = client:paginate "list_vaults"
    assert.are.same({ "a", "b" }, { next_page().VaultList[1].VaultName, next_page().VaultList[1].VaultName })
    for _ = 1, 2 do
      local err = failure(next_page)
      assert.are.same({ "PaginationError", "validation" }, { err.code, err.kind })
      assert.are.equal("Error during pagination: The same next token was received twice: m", err.message)
    end
    assert.are.equal(2, #requests)
    client = paged { vaults("a", "m") }
    next_page = client:each("list_vaults", { marker = "m" })
    assert.are.equal("a", next_page().VaultName)
    assert.are.equal("PaginationError", failure(next_page).code)
  end)

  it("can be requested again after a call that raised an error", function()
    local client, requests = paged { vaults("a", "m"), { error = "ResourceNotFoundException" }, vaults "b" }
    local next_item = client:each "list_vaults"
    assert.are.equal("a", next_item().VaultName)
    local err = failure(next_item)
    assert.are.same({ "ResourceNotFoundException", "ListVaults" }, { err.code, err.operation })
    assert.are.equal("b", next_item().VaultName)
    assert.are.same({ "", "marker=m", "marker=m" }, queries(requests))
  end)

  it("are independent of another iteration of the same client", function()
    local client, requests = paged { THREE[1], THREE[1], THREE[2], THREE[2], THREE[3], THREE[3] }
    local one, two = client:each "list_vaults", client:each "list_vaults"
    local list = {}
    for i = 1, 4 do list[2 * i - 1], list[2 * i] = one().VaultName, two().VaultName end
    assert.are.equal("a a b b c c d d", table.concat(list, " "))
    assert.are.equal(6, #requests)
  end)

  it("are rejected for an operation without pages, an unknown operation, and invalid parameters", function()
    local client, requests = paged {}
    for _, each in ipairs { client.paginate, client.each } do
      local err = failure(each, client, "describe_vault", { vaultName = "v" })
      assert.are.same({ "PaginationError", "validation", "Operation cannot be paginated: DescribeVault" },
        { err.code, err.kind, err.message })
      for _, name in ipairs { "list_nothing", "", "listVaults" } do
        assert.are.equal("ParamValidationError", failure(each, client, name).code)
      end
      assert.are.equal("ParamValidationError", failure(each, client).code)
      for _, params in ipairs { "v", 5, true } do
        assert.are.equal("ParamValidationError", failure(each(client, "list_vaults", params)).code)
      end
      err = failure(each(client, "list_jobs", { vaultname = "v" }))
      assert.is_truthy(err.message:find('Missing required parameter in input: "vaultName"', 1, true))
    end
    assert.are.same({}, requests)
  end)
end)

describe("the items of an operation", function()
  it("are those of all pages in order, even if some pages are empty", function()
    for _, pages in ipairs {
      THREE,
      { vaults("", "m"), vaults("a b", "n"), vaults("", "o"), vaults("", "p"), vaults("c d", "q"), vaults "" },
      { { Marker = "m" }, vaults("a b c d", "n"), {} },
      { vaults "a b c d" },
    } do
      local client, requests = paged(pages)
      assert.are.equal("a b c d", names(client:each "list_vaults"))
      assert.are.equal(#pages, #requests)
    end
    assert.are.equal("", names(paged({ {} }):each "list_vaults"))
  end)

  -- From the service's paginators-1.json. Columns: method, operation, output member that holds the list.
  for _, row in ipairs {
    { "list_vaults", "ListVaults", "VaultList" }, { "list_jobs", "ListJobs", "JobList" },
    { "list_multipart_uploads", "ListMultipartUploads", "UploadsList" }, { "list_parts", "ListParts", "Parts" },
  } do
    it("are found by the API name and the method name: " .. row[1], function()
      local params = { vaultName = row[1] ~= "list_vaults" and "v" or nil }
      params.uploadId = row[1] == "list_parts" and "u" or nil
      local item = row[3] == "Parts" and { RangeInBytes = "0-1" } or row[3] == "VaultList" and { VaultName = "x" }
        or row[3] == "JobList" and { JobId = "x" } or { MultipartUploadId = "x" }
      for i = 1, 2 do
        local client = paged { { [row[3]] = { item, item }, Marker = "m" }, { [row[3]] = { item } } }
        local count = 0
        for found in client:each(row[i], params) do
          assert.are.same(item, found)
          count = count + 1
        end
        assert.are.equal(3, count)
      end
    end)
  end

  it("can be read in a coroutine with a transport that yields", function()
    local yields = 0
    local client = glacier.client(streams.options {
      transport = (function()
        local sent = 0
        return function()
          sent = sent + 1
          coroutine.yield()
          return { status = 200, body = cjson.encode(THREE[sent]) }
        end
      end)(),
    })
    local thread = coroutine.wrap(function() return names(client:each "list_vaults") end)
    local list = thread()
    while not list do
      yields = yields + 1
      list = thread()
    end
    assert.are.same({ 3, "a b c d" }, { yields, list })
  end)
end)
