-- reader:save writes a complete and checked file, or no file.
local child = require "spec.support.child"
local downloads = require "spec.support.downloads"
local failure = require "spec.support.failure"
local files = require "spec.support.files"
local scripted = require "spec.support.scripted"
local shell = require "spec.support.shell"
local streams = require "spec.support.streams"

local server = scripted.new()

local MIB = streams.MIB
local assert_failed, output_of = downloads.assert_failed, downloads.output
local answered, output_for, body_of = streams.answered, streams.output_for, streams.body_of
local with_target = downloads.with_target

describe("saving a body", function()
  after_each(function() server:stop() end)

  it("writes the rest of the body, and renames the file when it is complete", function()
    with_target(function(path, list)
      local row = streams.HASHES[13]
      local bytes, seen = streams.pattern(row.size), 0
      local body = output_for({ status = 200, headers = { ["x-amz-sha256-tree-hash"] = row.tree }, body = (function()
        local reader = streams.reader(bytes, 100003)
        return function()
          local names = list()
          if #names > 0 then
            seen = seen + 1
            assert.are.equal(1, #names)
            assert.are_not.equal("saved", names[1])
          end
          return reader()
        end
      end)() }).body
      assert.are.equal(bytes:sub(1, 10), body:read(10))
      assert.are.equal(row.size, body:save(path))
      assert.is_true(seen > 10)
      assert.are.same({ "saved" }, list())
      assert.is_true(files.read(path) == bytes:sub(11))
    end)
  end)

  it("replaces an existing file, also by an empty body", function()
    with_target(function(path, list)
      for _, text in ipairs { "first", "second, longer", "" } do
        assert.are.equal(#text, output_of(server, answered(text)).body:save(path))
        assert.are.equal(text, files.read(path))
        assert.are.same({ "saved" }, list())
        server:stop()
      end
    end)
  end)

  it("leaves no new file if it fails, and keeps an existing file", function()
    local wrong = { ["x-amz-sha256-tree-hash"] = streams.HASHES[1].tree }
    for code, steps in pairs {
      ChecksumError = answered("body", wrong),
      ConnectionClosedError = { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody" } },
    } do
      with_target(function(path, list)
        local body = output_of(server, steps).body
        assert_failed(code, body.save, body, path)
        assert.are.same({}, list())
        server:stop()
        local file = io.open(path, "w")
        file:write "before"
        file:close()
        body = output_of(server, steps).body
        assert_failed(code, body.save, body, path)
        assert.are.same({ "saved" }, list())
        assert.are.equal("before", files.read(path))
        server:stop()
      end)
    end
  end)

  it("says why a file cannot be opened, and allows another attempt to save the body", function()
    with_target(function(path, list)
      local body = body_of "body"
      for words, wrong in pairs {
        ["No such file or directory"] = path .. "/deeper/saved", ["expected a path"] = 5,
      } do
        local err = failure(body.save, body, wrong)
        assert.are.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
        assert.is_truthy(err.message:find(words, 1, true), err.message)
      end
      assert.are.equal(4, body:save(path))
      body = body_of "body"
      os.execute("mkdir " .. path .. ".d")
      assert.is_truthy(failure(body.save, body, path .. ".d").message:find("cannot write", 1, true))
      assert.are.same({ "saved", "saved.d" }, list())
    end)
  end)

  it("writes to a device directly", function()
    files.with_device("/dev/null", function(link)
      assert.are.equal(4, body_of("body"):save(link))
      assert.is_true(shell.succeeds("test -c " .. link))
    end)
    files.with_device("/dev/full", function(link)
      local body = body_of(("x"):rep(MIB), 65536)
      local err = failure(body.save, body, link)
      assert.is_truthy(err.message:find("cannot write " .. link .. ": No space left on device", 1, true), err.message)
      body = body_of "x" -- the device reports this only when the file is closed
      assert.is_truthy(failure(body.save, body, link).message:find("No space left on device", 1, true))
      assert.is_true(shell.succeeds("test -c " .. link))
    end)
  end)

  it("replaces the target of a symbolic link, and keeps the link and the mode", function()
    with_target(function(path, list)
      files.write(path, "before")
      shell.run(("chmod 600 %s; ln -s saved %s.link; ln -s saved.new %s.dangling"):format(path, path, path))
      assert.are.equal(4, body_of("body"):save(path .. ".link"))
      assert.are.equal(4, body_of("body"):save(path .. ".dangling"))
      assert.are.same({ "saved", "saved.dangling", "saved.link", "saved.new" }, list())
      assert.are.equal("body", files.read(path))
      assert.are.equal("body", files.read(path .. ".new"))
      assert.is_true(shell.succeeds(("test -h %s.link -a -h %s.dangling"):format(path, path)))
      assert.are.equal("-rw-------", shell.output("ls -l " .. path):sub(1, 10))
    end)
  end)

  it("accepts a file name of 255 bytes", function()
    with_target(function(path, list)
      local name = ("n"):rep(255)
      assert.are.equal(4, body_of("body"):save((path:gsub("saved$", name))))
      assert.are.same({ name }, list())
    end)
  end)

  it("rejects a path with a NUL byte before it touches any file", function()
    with_target(function(path, list)
      files.write(path, "before")
      local body = body_of "body"
      local err = failure(body.save, body, path .. "\0.txt")
      assert.are.equal("ParamValidationError", err.code)
      assert.are.equal(("save: cannot write %s\\x00.txt: the path contains a NUL byte"):format(path), err.message)
      assert.are.equal("before", files.read(path))
      assert.are.same({ "saved" }, list())
      assert.are.equal(4, body:save(path))
    end)
  end)

  it("leaves no file if the system lets it write only a part, and closes the reader", function()
    with_target(function(path, list)
      server:start { streams.flood(64) }
      local code = ([[
        local shell = require "spec.support.shell"
local streams = require "spec.support.streams"
        local client = streams.client(%q)
        local body = client:get_job_output { vaultName = "v", jobId = "j" }.body
        local good, err = pcall(body.save, body, %q)
        print(good, err.code, err.message)
        print(select(2, pcall(body.read, body)))
      ]]):format(server.url, path)
      local printed = child({ CODE = code, LUA = os.getenv "LUA" or "lua5.4" },
        [[os.execute "trap '' XFSZ; ulimit -f 2048; exec $LUA -e \"$CODE\""]])
      assert.is_truthy(printed:find "^false\tParamValidationError\tsave: cannot write [^\n]*: File too large\n",
        printed)
      assert.is_truthy(printed:find("read: the reader was closed", 1, true), printed)
      assert.are.same({}, list())
    end)
  end)
end)
