-- Bodies of upload_archive and upload_multipart_part: strings, open files and readers. They are hashed, sent, sent
-- again, or rejected.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"
local uploads = require "spec.support.uploads"

local server = scripted.new()

local MIB = streams.MIB
local ACCEPTED, BUSY, CREATED, KINDS = uploads.ACCEPTED, uploads.BUSY, uploads.CREATED, uploads.KINDS
local accepting, assert_rejected, assert_sent = uploads.accepting, uploads.assert_rejected, uploads.assert_sent

describe("the body of an upload", function()
  after_each(function() server:stop() end)

  for kind, make in pairs(KINDS) do
    it("is sent unchanged with both hashes for all sizes: " .. kind, function()
      server:start { fallback = accepting() }
      local client = streams.client(server.url)
      for _, row in ipairs(streams.HASHES) do
        local bytes = streams.pattern(row.size)
        assert.are.equal("ID", client:upload_archive { vaultName = "v", body = make(bytes) }.archiveId)
        client:upload_multipart_part { vaultName = "v", uploadId = "u", range = "bytes 0-1/*", body = make(bytes) }
      end
      client:close()
      local requests = server:requests()
      assert.are.equal(2 * #streams.HASHES, #requests)
      for i, request in ipairs(requests) do
        assert_sent(streams.HASHES[math.ceil(i / 2)], request)
        assert.are.equal(i % 2 == 1 and "POST /-/vaults/v/archives HTTP/1.1"
          or "PUT /-/vaults/v/multipart-uploads/u HTTP/1.1", request.line)
        assert.are.equal(tostring(request.length), request.fields["content-length"])
        assert.is_nil(request.fields.expect)
        assert.is_nil(request.fields["transfer-encoding"])
        assert.are.equal(1, request.connection)
      end
    end)

    it("keeps the checksum that the caller gave: " .. kind, function()
      server:start { fallback = accepting() }
      local row, given = streams.HASHES[5], ("a"):rep(64)
      local client = streams.client(server.url)
      client:upload_archive { vaultName = "v", body = make(streams.pattern(row.size)), checksum = given }
      client:close()
      local request = server:requests()[1]
      assert.are.equal(given, request.fields["x-amz-sha256-tree-hash"])
      assert.are.equal(row.linear, request.fields["x-amz-content-sha256"])
      assert.are.equal(row.linear, request.sha256)
    end)

    it("is sent again from its beginning in a later attempt: " .. kind, function()
      local row = streams.HASHES[13] -- 5 MiB and 7 bytes
      server:start {
        { { "digest" }, { "send", BUSY } },
        { { "part", 3 * MIB }, { "close" } },
        { { "head" }, { "send", BUSY } },
        { { "part", 3 * MIB }, { "reset" } },
        ACCEPTED,
      }
      local client = streams.client(server.url, { max_attempts = 5 })
      local output = client:upload_archive { vaultName = "v", body = make(streams.pattern(row.size)) }
      assert.are.equal(4, output.ResponseMetadata.RetryAttempts)
      local requests = server:requests()
      assert.are.equal(5, #requests)
      assert_sent(row, requests[1])
      assert_sent(row, requests[5])
      client:close()
    end)

    it("is sent completely if the server had closed the kept connection: " .. kind, function()
      local row = streams.HASHES[7]
      for _, steps in ipairs {
        { { "digest" }, { "send", CREATED }, { "close" } },
        { { "digest" }, { "send", CREATED }, { "head" }, { "reset" } },
        { { "digest" }, { "send", CREATED }, { "part", 100000 }, { "close" } },
      } do
        server:start { steps, fallback = ACCEPTED }
        local client = streams.client(server.url, { max_attempts = 2 })
        for _ = 1, 2 do
          client:upload_archive { vaultName = "v", body = make(streams.pattern(row.size)) }
        end
        local requests = server:requests()
        assert_sent(row, requests[1])
        assert_sent(row, requests[#requests])
        assert.is_true(requests[#requests].connection > 1)
        client:close()
        server:stop()
      end
    end)

    it("needs no second attempt on a closed connection if it is small: " .. kind, function()
      for _, last in ipairs { "close", "reset" } do
        for _, size in ipairs { 0, 1, 65536 } do
          server:start { { { "read" }, { "send", CREATED }, { "read" }, { last } },
            { { "read" }, { "send", CREATED } } }
          local client, body = streams.client(server.url), streams.pattern(size)
          for _ = 1, 2 do
            client:upload_archive { vaultName = "v", body = make(body) }
          end
          local requests = server:requests()
          assert.are.same({ 3, body, 2 }, { #requests, requests[3].body, requests[3].connection })
          client:close()
          server:stop()
        end
      end
    end)
  end

  it("can be empty or missing", function()
    server:start { fallback = accepting() }
    local client = streams.client(server.url)
    client:upload_archive { vaultName = "v" }
    client:upload_archive { vaultName = "v", body = function() end }
    client:close()
    for _, request in ipairs(server:requests()) do assert_sent(streams.HASHES[1], request) end
  end)

  it("is never a path if it is a string", function()
    server:start { { { "read" }, { "send", CREATED } } }
    streams.client(server.url):upload_archive { vaultName = "v", body = "/etc/hostname" }
    assert.are.equal("/etc/hostname", server:requests()[1].body)
  end)

  it("is read from the file's position to its end, and the file stays open", function()
    server:start { { { "read" }, { "send", CREATED } } }
    local file = streams.file "skipped body"
    file:seek("set", 8)
    streams.client(server.url):upload_archive { vaultName = "v", body = file }
    assert.are.equal("body", server:requests()[1].body)
    assert.are.equal("file", io.type(file))
    file:close()
  end)

  it("can come from a pipe", function()
    server:start { { { "digest" }, { "send", CREATED } } }
    local pipe = io.popen "printf 0"
    streams.client(server.url):upload_archive { vaultName = "v", body = pipe }
    pipe:close()
    assert_sent(streams.HASHES[2], server:requests()[1])
  end)

  it("is rejected if it cannot be read", function()
    server:start {}
    local client = streams.client(server.url)
    local closed, directory = streams.file "", io.open "."
    closed:close()
    for words, value in pairs {
      ["Invalid type for parameter body, value: 5, type: number"] = 5,
      ["type: boolean, valid types: string, open file, function"] = true,
      ["type: table, valid types: string, open file, function"] = {},
      ["it is not an open file"] = closed,
      ["it cannot be read: Is a directory"] = directory,
    } do
      assert_rejected(words, client.upload_archive, client, { vaultName = "v", body = value })
    end
    assert_rejected("it is not an open file", client.upload_archive, client,
      { vaultName = "v", body = glacier.tree_hasher() })
    assert.are.same({}, server:requests())
    directory:close()
  end)

  it("is rejected if its reader returns something invalid; an error of the reader passes through", function()
    server:start {}
    local client, reason = streams.client(server.url), {}
    local function upload(body) return client.upload_archive, client, { vaultName = "v", body = body } end
    assert_rejected("its reader returned a number, not a string or nil", upload(function() return 5 end))
    assert_rejected("its reader returned a boolean", upload(function() return false end))
    local given = { "a", "", "b", {} }
    assert_rejected("its reader returned a table", upload(function() return table.remove(given, 1) end))
    assert.are.equal(reason, failure(upload(function() error(reason, 0) end)))
    assert.are.same({}, server:requests())
  end)

  it("may have 16 MiB if it is a reader; the error for a longer one names client:upload", function()
    server:start { fallback = accepting() }
    local client = streams.client(server.url)
    client:upload_archive { vaultName = "v", body = streams.reader(("\0"):rep(16 * MIB), MIB) }
    client:close()
    for _, size in ipairs { 1, 65536, MIB, 16 * MIB + 1 } do
      local piece = ("\0"):rep(size)
      local first = ("\0"):rep(16 * MIB + 1 - size)
      assert_rejected("it cannot be rewound and is longer than 16777216 bytes; use client:upload instead",
        client.upload_archive, client, { vaultName = "v", body = function() -- a reader without an end
          local given = first or piece
          first = nil
          return given
        end })
    end
    assert_rejected("longer than 16777216 bytes", client.upload_archive, client,
      { vaultName = "v", body = streams.reader(("\0"):rep(16 * MIB + 1), MIB) })
    assert.are.equal(1, #server:requests())
    assert.are.equal(16 * MIB, server:requests()[1].length)
  end)
end)
