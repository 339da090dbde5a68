-- Inventories of the local service, tested without the project's client.

local assert_service_error = require "spec.support.assert_service_error"
local cjson = require "cjson"
local local_vault = require "spec.support.local_vault"
local archive_requests = require "spec.support.archive_requests"

local VAULT = local_vault.PATH
local JOBS = VAULT .. "/jobs"
local ARN = local_vault.ARN
local INVALID = "InvalidParameterValueException"

describe("an inventory job of the local service", function()
  local running, send
  local descriptions = { "my archive description,1", 'my archive description,1"2',
    'my archive description,1\\"2' }
  local archives = {}

  setup(function()
    running, send = local_vault.start { job_delay = 0 }
    for i, description in ipairs(descriptions) do
      archives[i] = archive_requests.archive(send, VAULT, ("x"):rep(i), description)
    end
    local vaults, third = "/-/vaults/", send("GET", VAULT).json.LastInventoryDate
    repeat
      send("PUT", vaults .. "clock")
      local now = send("GET", vaults .. "clock").json.CreationDate
      send("DELETE", vaults .. "clock")
    until now > third
    archives[4] = archive_requests.archive(send, VAULT, ("x"):rep(4))
  end)
  teardown(function() running.stop() end)

  local function start(parameters, more)
    local all = { Type = "inventory-retrieval", InventoryRetrievalParameters = parameters }
    for name, value in pairs(more or {}) do all[name] = value end
    return send("POST", JOBS, { body = cjson.encode(all) })
  end

  -- Returns the output of a job, and the job's description.
  local function take(parameters, more)
    local path = JOBS .. "/" .. start(parameters, more).headers["x-amz-job-id"]
    return send("GET", path .. "/output"), send("GET", path).json
  end

  -- Returns the sizes of the archives in an inventory, its marker, and the list of archives.
  local function sizes(parameters)
    local output, job = take(parameters)
    local list = {}
    for i, archive in ipairs(output.json.ArchiveList) do list[i] = ("%d"):format(archive.Size) end
    table.sort(list)
    return table.concat(list, " "), job.InventoryRetrievalParameters.Marker, output.json.ArchiveList
  end

  it("returns the archives as JSON", function()
    local output, job = take()
    assert.are.equal(200, output.status)
    assert.are.equal("application/json", output.headers["content-type"])
    assert.is_nil(output.headers["x-amz-sha256-tree-hash"])
    assert.are.equal(#output.body, job.InventorySizeInBytes)
    assert.are.equal("InventoryRetrieval", job.Action)
    assert.are.equal("JSON", job.InventoryRetrievalParameters.Format)
    for _, name in ipairs { "ArchiveId", "ArchiveSHA256TreeHash", "ArchiveSizeInBytes",
      "RetrievalByteRange", "SHA256TreeHash", "Tier" } do
      assert.are.equal(cjson.null, job[name], name)
    end
    assert.are.equal(ARN, output.json.VaultARN)
    local taken = send("GET", VAULT).json.LastInventoryDate
    assert.are.equal(taken:sub(1, 19) .. "Z", output.json.InventoryDate)
    assert.are.equal(4, #output.json.ArchiveList)
    for _, archive in ipairs(output.json.ArchiveList) do
      local i = archive.Size
      assert.truthy(archive.CreationDate:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$")
      archive.CreationDate = nil
      assert.are.same({ ArchiveId = archives[i], ArchiveDescription = descriptions[i] or "",
        Size = i, SHA256TreeHash = archive_requests.tree_hash(("x"):rep(i)) }, archive)
    end
  end)

  -- The descriptions and their escaped forms are those of the page "Get Job Output".
  it("returns CSV if the job asks for it", function()
    local output, job = take(nil, { Format = "CSV" })
    assert.are.equal("text/csv", output.headers["content-type"])
    assert.are.equal("CSV", job.InventoryRetrievalParameters.Format)
    local lines = {}
    for line in output.body:gmatch "(.-)\r\n" do
      lines[#lines + 1] = line:gsub("%d+%-%d+%-%d+T[%d:]+%.%d+Z", "DATE")
    end
    assert.are.equal("ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash", lines[1])
    table.remove(lines, 1)
    local expected = {}
    for i, text in ipairs { '"my archive description,1"', '"my archive description,1\\"2"',
      '"my archive description,1\\\\"2"', '""' } do
      expected[i] = ("%s,%s,DATE,%d,%s"):format(archives[i], text, i,
        archive_requests.tree_hash(("x"):rep(i)))
    end
    table.sort(lines)
    table.sort(expected)
    assert.are.same(expected, lines)
  end)

  it("returns pages if the job has a limit", function()
    local seen, marker = {}, nil
    for page = 1, 2 do
      local _, following, list = sizes { Limit = page == 1 and "3" or "1", Marker = marker }
      for _, archive in ipairs(list) do seen[#seen + 1] = archive.Size end
      marker = following
    end
    assert.are.equal(cjson.null, marker)
    table.sort(seen)
    assert.are.same({ 1, 2, 3, 4 }, seen)
  end)

  it("selects the archives from the start date to before the end date", function()
    local _, _, list = sizes {}
    table.sort(list, function(a, b) return a.CreationDate < b.CreationDate end)
    local first, last = list[1].CreationDate, list[4].CreationDate
    assert.are.equal("1 2 3 4", (sizes { StartDate = first }))
    assert.are.equal("", (sizes { EndDate = first }))
    assert.are.equal("4", (sizes { StartDate = last }))
    assert.are.equal("1 2 3", (sizes { EndDate = last }))
    assert.are.equal("1 2 3", (sizes { StartDate = first, EndDate = last }))
    assert.are.equal("1 2 3 4", (sizes { EndDate = "2100-01-01T00:00:00Z" }))
    assert.are.equal("", (sizes { StartDate = "2100-01-01T01:00:00+01:00" }))
  end)

  it("returns an empty list for a vault that never had an archive", function()
    send("PUT", "/-/vaults/empty")
    local jobs = "/-/vaults/empty/jobs"
    local started = send("POST", jobs, { body = '{"Type":"inventory-retrieval","ArchiveId":null}' })
    local output = send("GET", jobs .. "/" .. started.headers["x-amz-job-id"] .. "/output")
    assert.truthy(output.body:find('"ArchiveList":[]', 1, true), output.body)
  end)

  it("serves its output in ranges", function()
    local started = start()
    local path = JOBS .. "/" .. started.headers["x-amz-job-id"] .. "/output"
    local part = send("GET", path, { headers = { range = "bytes=1-10" } })
    assert.are.equal(206, part.status)
    assert.are.equal('"VaultARN"', part.body)
  end)

  it("is rejected if its parameters are invalid", function()
    for name, value in pairs { StartDate = "2013-13-01T00:00:00Z", EndDate = "2013-01-01",
      Limit = "0", Marker = "x" } do
      assert_service_error(start { [name] = value }, 400, INVALID, "Invalid " .. name .. ": " .. value)
    end
    assert_service_error(start { Limit = 1 }, 400, "SerializationException", "Limit")
    assert_service_error(start(nil, { Format = "XML" }), 400, INVALID, "Invalid Format: XML")
    for name, value in pairs { ArchiveId = archives[1], RetrievalByteRange = "0-1048575" } do
      assert_service_error(start(nil, { [name] = value }), 400, INVALID,
        name .. " is not allowed for inventory-retrieval jobs.")
    end
  end)
end)
