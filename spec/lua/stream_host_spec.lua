-- Bodies of uploads through a transport of the host.
local archives = require "spec.support.archives"
local files = require "spec.support.files"
local glacier = require "glacier"
local streams = require "spec.support.streams"
local uploads = require "spec.support.uploads"

local MIB = streams.MIB
local KINDS = uploads.KINDS
local assert_rejected = uploads.assert_rejected

describe("an upload through a host's transport", function()
  local function client_of(transport, more)
    local options = streams.options(more)
    options.transport = transport
    return glacier.client(options)
  end

  local function answered(request, status)
    return { status = status or 201, headers = { ["x-amz-archive-id"] = request.method } }
  end

  it("passes a string to the transport as a string", function()
    local seen
    client_of(function(request)
      seen = request
      return answered(request)
    end):upload_archive { vaultName = "v", body = "0" }
    assert.are.equal("0", seen.body)
    assert.are.equal(streams.HASHES[2].linear, seen.headers["x-amz-content-sha256"])
  end)

  for _, count in ipairs { 1000, 65536, MIB, 100 * MIB, "none" } do
    it(("passes a reader to a transport that asks it for this number of bytes: %s"):format(tostring(count)), function()
      local row = streams.HASHES[8]
      for _, kind in ipairs { "file", "reader" } do
        local attempts = 0
        client_of(function(request)
          attempts = attempts + 1
          assert.are.equal(row.size, request.body_length)
          assert.are.equal(row.tree, request.headers["x-amz-sha256-tree-hash"])
          local hasher = glacier.tree_hasher()
          for piece in function() return request.body(count ~= "none" and count or nil) end do
            assert.is_true(piece ~= "" and #piece <= (count ~= "none" and count or #piece))
            hasher:update(piece)
            if attempts == 1 and hasher:length() > MIB then return nil, "cut", "ConnectionClosedError" end
          end
          assert.is_nil(request.body(1))
          assert.are.same({ row.tree, row.linear }, { hasher:hex() })
          return answered(request, attempts == 2 and 503 or 201)
        end, { max_attempts = 3 }):upload_archive { vaultName = "v", body = KINDS[kind](streams.pattern(row.size)) }
        assert.are.equal(3, attempts)
      end
    end)
  end

  it("ends at the last hashed byte, even if the file has grown", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w+b"))
    file:write "body"
    file:seek "set"
    client_of(function(request)
      local other = io.open(path, "ab")
      other:write " and more"
      other:close()
      assert.are.equal(4, request.body_length)
      assert.are.equal("body", request.body(100))
      assert.is_nil(request.body(100))
      return answered(request)
    end):upload_archive { vaultName = "v", body = file }
    file:close()
    os.remove(path)
  end)

  it("raises an error if the file has become shorter", function()
    local path = archives.file(("x"):rep(2 * MIB))
    local file = assert(io.open(path, "rb"))
    local client = client_of(function(request)
      assert(request.body(65536))
      files.write(path, "short")
      repeat until not request.body(65536)
      return answered(request)
    end)
    assert_rejected("it has become shorter: it ends at byte 5", client.upload_archive, client,
      { vaultName = "v", body = file })
    file:close()
    archives.clean()
  end)

  it("raises an error if the file was closed", function()
    local file = streams.file "body"
    local client = client_of(function(request)
      file:close()
      return request.body(100)
    end)
    assert_rejected("it is not an open file", client.upload_archive, client, { vaultName = "v", body = file })
  end)
end)
