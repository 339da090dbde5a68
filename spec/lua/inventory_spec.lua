-- glacier.inventory: iterates over the archives of an inventory.
local cjson = require "cjson"
local core = require "glacier.core"
local failure = require "spec.support.failure"
local glacier = require "glacier"
local local_service = require "spec.support.local_service"
local streams = require "spec.support.streams"

local HEADER = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\r\n"
local JSON = [[{"VaultARN":"arn:aws:glacier:us-west-2:012345678901:vaults/v","InventoryDate":"2012-12-12T17:19:54Z",
"ArchiveList":[{"ArchiveId":"a1","ArchiveDescription":"my \"archive\", \u65e5\n\\",
"CreationDate":"2012-05-15T17:19:46.700Z","Size":2140123,
"SHA256TreeHash":"6b9d4cf8697bd3af6aa1b590a0b27b337da5b18988dbcc619a3e608a554a1e62"},{"ArchiveId":"a2"}]}]]
local FIRST = { ArchiveId = "a1", ArchiveDescription = 'my "archive", 日\n\\',
  CreationDate = "2012-05-15T17:19:46.700Z", Size = 2140123,
  SHA256TreeHash = "6b9d4cf8697bd3af6aa1b590a0b27b337da5b18988dbcc619a3e608a554a1e62" }

-- Returns the list of archives, and the `info` of the last step.
local function collect(source)
  local list, last = {}, nil
  for archive, info in glacier.inventory(source) do
    list[#list + 1], last = archive, info
  end
  return list, last
end

local function assert_parser_error(message, source)
  local err = failure(collect, source)
  assert.are.same({ "ResponseParserError", "transport", false, message },
    { err.code, err.kind, err.retryable, err.message })
end

local function assert_invalid(words, source)
  local err = failure(collect, source)
  assert.are.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
  assert.is_truthy(err.message:find(words, 1, true), err.message)
end

-- Returns a file with an inventory of `count` archives, and its length.
local function large_file(format, count)
  local file = assert(io.tmpfile())
  local id, hash = ("i"):rep(138), ("0"):rep(64)
  file:write(format == "JSON" and '{"ArchiveList":[' or HEADER)
  for i = 1, count do
    if format == "JSON" then
      file:write(i > 1 and "," or "", ('{"ArchiveId":"%s","ArchiveDescription":"file \\"%d\\"",'):format(id, i),
        ('"CreationDate":"2012-05-15T17:19:46.700Z","Size":%d,"SHA256TreeHash":"%s"}'):format(i, hash))
    else
      file:write(('%s,"file \\"%d\\"",2012-05-15T17:19:46.700Z,%d,%s\r\n'):format(id, i, i, hash))
    end
  end
  file:write(format == "JSON" and "]}" or "")
  file:seek "set"
  return file
end

describe("an inventory", function()
  it("is read from a string, a file, a reader function or an object with a read method", function()
    local sources = {
      JSON, streams.file(JSON), streams.reader(JSON, 7),
      streams.body_of(JSON, 11), streams.body_of(JSON, 1000),
    }
    for _, source in ipairs(sources) do
      local list, info = collect(source)
      assert.are.same({ FIRST, { ArchiveId = "a2" } }, list)
      assert.are.same({ VaultARN = "arn:aws:glacier:us-west-2:012345678901:vaults/v",
        InventoryDate = "2012-12-12T17:19:54Z" }, info)
    end
  end)

  it("returns the same archives from CSV, but no info", function()
    local row = 'a1,"my \\"archive\\", 日\n\\",2012-05-15T17:19:46.700Z,2140123,' .. FIRST.SHA256TreeHash .. "\r\n"
    local list, info = collect(HEADER .. row)
    assert.are.same({ FIRST }, list)
    assert.are.same({}, info)
    assert.are.same({ FIRST }, (collect(HEADER .. row:gsub('\\"archive\\"', '""archive""'))))
  end)

  it("returns sizes as exact integers", function()
    local list = collect '{"ArchiveList":[{"ArchiveId":"a","Size":9007199254740993},{"ArchiveId":"b","Size":0}]}'
    if math.type then
      assert.are.equal("integer", math.type(list[1].Size))
      assert.are.equal("9007199254740993", tostring(list[1].Size))
    end
    assert.are.equal(0, list[2].Size)
  end)

  it("sets the members of info as soon as they are read, in the same table at each step", function()
    local next_archive, info = glacier.inventory(
      streams.reader('{"InventoryDate":"d","ArchiveList":[{"ArchiveId":"a"}],"VaultARN":"arn"}', 1))
    local archive, at_first = next_archive()
    assert.are.equal("a", archive.ArchiveId)
    assert.are.equal(info, at_first)
    assert.are.same({ InventoryDate = "d" }, info)
    assert.is_nil((next_archive()))
    assert.are.same({ InventoryDate = "d", VaultARN = "arn" }, info)
    assert.is_nil((next_archive()))
  end)

  it("reads no more of its source than it needs for the next archive", function()
    local pieces = { '{"ArchiveList":[{"ArchiveId":"a"},', '{"ArchiveId":"b"}', "]}" }
    local pulled = 0
    local next_archive = glacier.inventory(function()
      pulled = pulled + 1
      return pieces[pulled]
    end)
    assert.are.equal("a", next_archive().ArchiveId)
    assert.are.equal(1, pulled)
    assert.are.equal("b", next_archive().ArchiveId)
    assert.are.equal(2, pulled)
  end)

  it("lets its reader yield", function()
    local steps = coroutine.wrap(function()
      local count, read = 0, streams.reader(JSON, 50)
      local next_archive = glacier.inventory(function(n)
        coroutine.yield "waiting"
        return read(n)
      end)
      while next_archive() do -- in a `for` loop of Lua 5.1 it could not yield
        count = count + 1
      end
      return count
    end)
    local waits, result = 0, steps()
    while result == "waiting" do
      waits, result = waits + 1, steps()
    end
    assert.are.equal(2, result)
    assert.is_true(waits > 5)
  end)

  it("raises an error with the byte's position if it is truncated or malformed", function()
    assert_parser_error("invalid inventory at byte 100: the document ends too early", JSON:sub(1, 100))
    assert_parser_error("invalid JSON at byte 12: expected ':'", '{"VaultARN","x"}')
    assert_parser_error("invalid CSV at byte 71: a quote in a field that is not quoted",
      HEADER .. 'id,desc"x",2012,1,h\r\n')
  end)

  it("is rejected if its source cannot be read", function()
    local strict = setmetatable({}, { __index = function() error "unknown member" end })
    for _, value in ipairs { 5, true, {}, { read = "no" }, strict, core.tree_hash(true), cjson.null } do
      assert_invalid("inventory: Invalid value, ", value)
    end
    assert_invalid("type: table, valid types: string, open file, function, object with a method read", {})
    assert_invalid("type: userdata, valid types: ", cjson.null)
    assert_invalid("type: userdata, valid types: ", core.tree_hash(true))
    assert_invalid("inventory: Invalid value, ", nil)
    assert_invalid("its reader returned a number, not a string or nil", function() return 5 end)
    local file = streams.file(JSON)
    file:close()
    assert_invalid("it is not an open file", file)
  end)

  it("passes on the errors of its reader, and does not continue after an error", function()
    local reason = {}
    local next_archive = glacier.inventory(function() error(reason, 0) end)
    assert.are.equal(reason, failure(next_archive))
    assert.are.equal("ParamValidationError", failure(next_archive).code)
  end)

  for _, format in ipairs { "JSON", "CSV" } do
    it("keeps no archive in memory that was read from " .. format, function()
      local file = large_file(format, 20000)
      local first, last, sum
      for archive in glacier.inventory(file) do
        sum = (sum or 0) + archive.Size
        if archive.Size % 5000 == 0 then
          collectgarbage()
          collectgarbage()
          first, last = first or collectgarbage "count", collectgarbage "count"
        end
      end
      file:close()
      assert.are.equal(20000 * 20001 / 2, sum)
      assert.is_true(last < first + 64, ("%.0f KiB, then %.0f KiB"):format(first, last))
    end)
  end
end)

describe("an inventory from the service", function()
  local DESCRIPTIONS = { "plain", 'a "quote", and more', [[back\slash]], [[ends with \]], [[\"]], '"', '","', "",
    [[a\",b]] }
  local service, client
  setup(function()
    service = local_service.start { job_delay = 0 }
    client = streams.client(service.url, { region = service.region, credentials = {
      access_key_id = service.access_key_id, secret_access_key = service.secret_access_key } })
  end)
  teardown(function() service:stop() end)

  for _, format in ipairs { "JSON", "CSV" } do
    it("has the descriptions of the uploads, in " .. format, function()
      local vault = "inventory-" .. format
      client:create_vault { vaultName = vault }
      local given = {}
      for i, text in ipairs(DESCRIPTIONS) do
        local id = client:upload_archive { vaultName = vault, archiveDescription = text, body = ("x"):rep(i) }.archiveId
        given[id] = { ArchiveDescription = text, Size = i, SHA256TreeHash = glacier.tree_hash(("x"):rep(i)) }
      end
      local parameters = { Type = "inventory-retrieval", Format = format }
      local job = client:initiate_job { vaultName = vault, jobParameters = parameters }
      local body = client:get_job_output { vaultName = vault, jobId = job.jobId }.body
      for archive, info in glacier.inventory(body) do
        local expected = given[archive.ArchiveId]
        given[archive.ArchiveId] = nil
        assert.are.same(expected, { ArchiveDescription = archive.ArchiveDescription, Size = archive.Size,
          SHA256TreeHash = archive.SHA256TreeHash })
        assert.is_truthy(archive.CreationDate:find "^%d%d%d%d%-")
        assert.are.equal(format == "JSON", info.VaultARN ~= nil)
      end
      assert.is_nil(next(given))
    end)
  end

  it("raises the errors of the transfer", function()
    local err = failure(collect, streams.body_of(JSON, 100, { ["x-amz-sha256-tree-hash"] = ("0"):rep(64) }))
    assert.are.equal("ChecksumError", err.code)
  end)
end)
