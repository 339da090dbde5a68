-- The arguments of client:upload: all are checked at once, before anything is sent.
local archives = require "spec.support.archives"
local glacier = require "glacier"
local parameters = require "glacier.call.parameters"
local plan = require "glacier.upload.plan"

local MIB = archives.MIB

-- Returns the error of an upload with these arguments, which must not send anything.
local function rejected(args)
  local client = glacier.client {
    region = "us-west-2", credentials = { access_key_id = "AKID", secret_access_key = "SECRET" }, env = {},
    transport = function() error "something was sent" end,
  }
  local good, err = pcall(client.upload, client, args)
  assert.is_false(good)
  assert.are.same({ "ParamValidationError", "validation", "upload", false },
    { err.code, err.kind, err.operation, err.retryable })
  local heading, lines = tostring(err):match "^([^\n]*)\n(.*)$"
  assert.are.equal("upload: Parameter validation failed:", heading)
  return lines
end

describe("the arguments of an upload", function()
  it("are all checked at once", function()
    assert.are.equal(table.concat({
      'Unknown parameter in input: "1", must be one of: vaultName, accountId, archiveDescription, uploadId, path, '
        .. "body, reader, partSize, concurrency, progress, abort_on_failure",
      'Unknown parameter in input: "partsize", must be one of: vaultName, accountId, archiveDescription, uploadId, '
        .. "path, body, reader, partSize, concurrency, progress, abort_on_failure",
      'Missing required parameter in input: "vaultName"',
      "Invalid type for parameter accountId, value: 12, type: number, valid types: string",
      "Invalid type for parameter archiveDescription, value: 5, type: number, valid types: string",
      "Invalid type for parameter uploadId, value: 7, type: number, valid types: string",
      "Invalid value for parameter partSize, value: 3, type: number, valid: number (1 MiB times a power of 2, 4 GiB "
        .. "at most)",
      "Invalid value for parameter concurrency, value: 0, type: number, valid: number (integer, at least 1)",
      "Invalid value for parameter progress, value: true, type: boolean, valid: function",
      "Invalid value for parameter abort_on_failure, value: yes, type: string, valid: boolean",
      'Missing required parameter in input: one of "path", "body", "reader"',
    }, "\n"), rejected {
      "v", accountId = 12, archiveDescription = 5, uploadId = 7, partSize = 3, concurrency = 0, progress = true,
      abort_on_failure = "yes", partsize = MIB,
    })
  end)

  -- Title = { arguments besides the vault, pattern of the message }.
  for name, row in pairs {
    ["no table"] = { "v", "^Invalid type for parameter input, type: string, valid types: table$" },
    ["nothing at all"] = { nil, '^Missing required parameter in input: "vaultName"\n' },
    ["two bodies"] = { { path = "/etc/passwd", body = "x" }, "^Conflicting .* only one may be given: path, body$" },
    ["no body"] = { {}, '^Missing required parameter in input: one of "path", "body", "reader"$' },
    ["an empty vault name"] = { { vaultName = "", body = "x" }, "parameter vaultName, value: 0, valid min length: 1$" },
    ["a vault name that leads elsewhere"] = { { vaultName = "..", body = "x" }, "parameter vaultName" },
    ["an upload id that leads elsewhere"] = { { uploadId = "..", body = "x" }, "parameter uploadId" },
    ["an empty upload id"] = { { uploadId = "", body = "x" }, "parameter uploadId, value: 0, valid min length: 1$" },
    ["a description of 1,025 characters"] = {
      { archiveDescription = ("d"):rep(1025), body = "x" },
      "parameter archiveDescription, it has 1025 characters, at most 1024 are allowed",
    },
    ["a description with a letter that is not ASCII"] = {
      { archiveDescription = "caf\195\169", body = "x" },
      "parameter archiveDescription, expected printable ASCII characters only, byte 4 is not one",
    },
    ["a path with a NUL byte"] = { { path = "/etc/passwd\0" }, "parameter path, the path contains a NUL byte" },
    ["a description of two lines"] = { { archiveDescription = "a\nb", body = "x" }, "parameter archiveDescription" },
    ["an empty body"] = { { body = "" }, "^Invalid value for parameter body, it is empty, " },
    ["an empty reader"] = { { reader = function() end }, "^Invalid value for parameter reader, it is empty, " },
    ["an empty reader, in parts"] = { { reader = function() return nil end, partSize = MIB }, "it is empty, " },
    ["a path without a file"] = {
      { path = "/nonexistent/file" }, "^Invalid value for parameter path, it cannot be opened: /nonexistent/file: ",
    },
    ["a directory"] = { { path = "/" }, "^Invalid value for parameter path, it cannot be read: Is a directory$" },
    ["a path that is a number"] = { { path = 5 }, "parameter path, value: 5, type: number, valid: string$" },
    ["a table as a body"] = { { body = {} }, "parameter body, .* type: table, valid: string, open file, function$" },
    ["text as a reader"] = { { reader = "text" }, "parameter reader, .* valid: function, open file$" },
    ["an infinite concurrency"] = { { body = "x", concurrency = math.huge }, "parameter concurrency" },
    ["a fraction as the concurrency"] = { { body = "x", concurrency = 1.5 }, "parameter concurrency" },
    ["a part size in words"] = { { body = "x", partSize = "1048576" }, "parameter partSize" },
  } do
    it("must not be " .. name, function()
      local args = row[1]
      if type(args) == "table" then args.vaultName = args.vaultName or "v" end
      assert.matches(row[2], rejected(args))
    end)
  end

  it("are listed in alphabetical order if they are unknown", function()
    local args = { vaultName = "v", body = "x" }
    for _, name in ipairs { "e", "a", "d", "b", "f", "c" } do args[name] = 1 end
    local names = {}
    for name in rejected(args):gmatch 'in input: "(.-)"' do names[#names + 1] = name end
    assert.are.equal("abcdef", table.concat(names))
  end)

  it("must not be a closed file", function()
    local file = io.tmpfile()
    file:close()
    assert.matches("parameter body", rejected { vaultName = "v", body = file })
  end)

  it("appear in messages only with the start of their values", function()
    assert.is_true(#rejected { vaultName = "v", reader = ("x"):rep(10000) } < 300)
  end)

  -- Returns a sparse file of this size, which takes hardly any space on the disk.
  local function hollow(size, file)
    file = file or io.tmpfile()
    file:seek("set", size - 1)
    file:write "\0"
    file:seek "set"
    return file
  end

  it("must not have a part size for which the body needs more than 10,000 parts", function()
    assert.are.equal("Invalid value for parameter body, it has 10485760001 bytes, but 10000 parts of 1048576 bytes "
      .. "have only 10485760000", rejected { vaultName = "v", body = hollow(10000 * MIB + 1), partSize = MIB })
  end)

  it("lead to parts that are large enough for the body if there is no part size", function()
    assert.are.equal(8 * MIB, plan.new { vaultName = "v", body = hollow(40000 * MIB + 1) }.part_size)
    assert.are.equal(4 * MIB, plan.new { vaultName = "v", body = hollow(100 * MIB) }.part_size)
    assert.are.equal(16 * MIB, plan.new { vaultName = "v", body = "x", partSize = 16 * MIB }.part_size)
  end)

  it("must not be an empty file", function()
    local path = archives.file ""
    assert.matches("^Invalid value for parameter path, it is empty, ", rejected { vaultName = "v", path = path })
    archives.clean()
  end)

  it("do not leave a file open if they are invalid", function()
    local path = archives.file ""
    hollow(10000 * MIB + 1, assert(io.open(path, "wb"))):close()
    local opened, open = nil, io.open
    io.open = function(...) -- luacheck: ignore
      opened = open(...)
      return opened
    end
    local good, err = pcall(plan.new, { vaultName = "v", path = path, partSize = MIB })
    io.open = open -- luacheck: ignore
    archives.clean()
    assert.is_false(good)
    assert.matches("parameter path, it has 10485760001 bytes", err.message)
    assert.are.equal("closed file", io.type(opened))
  end)
end)

describe("the size of parts", function()
  -- { bytes, MiB }
  for _, row in ipairs {
    { nil, 4 }, { 1, 4 }, { 4 * MIB + 1, 4 }, { 40000 * MIB, 4 }, { 40000 * MIB + 1, 8 }, { 80000 * MIB, 8 },
    { 80000 * MIB + 1, 16 }, { 10000 * 2048 * MIB, 2048 }, { 10000 * 2048 * MIB + 1, 4096 },
    { 10000 * 4096 * MIB, 4096 },
  } do
    it(("is %d MiB for %s bytes"):format(row[2], row[1] and ("%.0f"):format(row[1]) or "unknown"), function()
      assert.are.equal(row[2] * MIB, plan.part_size(row[1]))
      assert.is_nil(plan.excess(row[1], plan.part_size(row[1])))
    end)
  end

  it("cannot be enough for more than 10,000 times 4 GiB", function()
    local most = 10000 * 4096 * MIB
    assert.are.equal("it has 42949672960001 bytes, but 10000 parts of 4294967296 bytes have only 42949672960000",
      plan.excess(most + 1, plan.part_size(most + 1)))
  end)

  it("is 1 MiB times a power of 2, 4 GiB at most", function()
    local size = MIB
    for _ = 0, 12 do
      assert.is_true(parameters.is_part_size(size))
      assert.is_false(parameters.is_part_size(size + 1))
      assert.is_false(parameters.is_part_size(size - 1))
      size = size * 2
    end
    for _, other in ipairs { size, 0, -MIB, MIB / 2, 3 * MIB, 0 / 0, math.huge, "1048576", {} } do
      assert.is_false(parameters.is_part_size(other))
    end
  end)
end)
