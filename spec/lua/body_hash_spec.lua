-- core.hash_body: strings and regular files, hashed by the core's threads, or step by step without threads.
local background = require "glacier.async.background"
local core = require "glacier.core"
local new_context = require("glacier.async.context").new
local child = require "spec.support.child"
local streams = require "spec.support.streams"

local MIB = streams.MIB

local function context(wait)
  return new_context(wait, nil, core.monotonic)
end

local function start(value, options, offset, length)
  return core.hash_body(value, offset, length, options.threads, options.skip_linear, options.events)
end

local function finish(started)
  return background.finish(started, context())
end

describe("the hash of a body", function()
  for _, threads in ipairs { 0, 1, 2, 3 } do
    for _, row in ipairs(streams.HASHES) do
      it(("equals both hashes of hashlib for %d bytes with %d threads"):format(row.size, threads), function()
        local bytes = streams.pattern(row.size)
        local started, length = start(bytes, { threads = threads })
        assert.are.equal(row.size, length)
        assert.are.same({ row.tree, row.linear }, { finish(started) })
        started, length = start(streams.file(bytes), { threads = threads })
        assert.are.equal(row.size, length)
        assert.are.same({ row.tree, row.linear }, { finish(started) })
      end)
    end
  end

  it("skips the plain hash on request", function()
    local row = streams.HASHES[5]
    assert.are.same({ row.tree }, { finish(start(streams.pattern(row.size), { skip_linear = true })) })
  end)

  it("covers a part of a file on request, and keeps the file's position", function()
    local row = streams.HASHES[6]
    local file = streams.file("before" .. streams.pattern(row.size) .. "after")
    file:seek("set", 3)
    assert.are.equal(row.tree, (finish(start(file, {}, 6, row.size))))
    assert.are.equal(3, file:seek())
  end)

  it("includes bytes that are still in the write buffer of the file", function()
    local file = io.tmpfile()
    file:write "0"
    assert.are.equal(streams.HASHES[2].tree, (finish(start(file, {}, 0))))
    file:close()
  end)

  it("continues after the file is closed", function()
    local file = streams.file(("\0"):rep(64 * MIB))
    local started = start(file, {})
    file:close()
    assert.are.equal(streams.ZEROS[64].tree, (finish(started)))
  end)

  it("reports a file that became too short", function()
    for _, threads in ipairs { 0, 2 } do
      local started = start(streams.file "short", { threads = threads }, nil, 5 * MIB)
      assert.are.same({ nil, "it has become shorter: it ends at byte 5" }, { finish(started) })
    end
  end)

  it("is nil for a file that is not a regular one", function()
    local pipe = io.popen "true"
    assert.is_nil((start(pipe, {})))
    pipe:close()
  end)

  it("keeps a string alive while threads read it", function()
    local started = start(("\0"):rep(64 * MIB), {})
    collectgarbage()
    local _ = ("x"):rep(64 * MIB)
    assert.are.equal(streams.ZEROS[64].tree, (finish(started)))
  end)

  it("closes its descriptor of a file when it is cancelled or collected", function()
    assert.are.equal("fine\n", child({}, [[
      local core = require "glacier.core"
      local file = assert(io.open("README.md", "rb"))
      local cancelled = {} -- not collected
      for i = 1, 200 do
        local hash = assert(core.hash_body(file, 0, 1, 0))
        if i % 2 == 0 then
          hash:cancel()
          cancelled[#cancelled + 1] = hash
        end
        hash = nil
        collectgarbage()
      end
      print "fine"
    ]], "ulimit -n 32"))
  end)

  it("can be collected while threads work", function()
    for _ = 1, 10 do
      start(("\0"):rep(8 * MIB), {})
      collectgarbage()
    end
  end)

  it("has no result after it was cancelled", function()
    local started = start(("\0"):rep(64 * MIB), {})
    started:cancel()
    started:cancel()
    for _, method in ipairs { "poll", "result", "wait", "has_threads" } do
      assert.is_false((pcall(started[method], started)))
    end
  end)

  it("makes the event set ready when the threads end", function()
    local events = core.events()
    local started, began = start(("\0"):rep(64 * MIB), { events = events }), core.monotonic()
    while not started:poll() do
      events:wait(60000)
    end
    assert.is_true(core.monotonic() - began < 60)
    assert.are.equal(streams.ZEROS[64].tree, (started:result()))
  end)

  it("ends at the deadline of its context", function()
    local file, now = io.tmpfile(), 0
    file:seek("set", 4096 * MIB) -- hashing it takes seconds
    file:write "0"
    local started = start(file, {}, 0)
    local late = new_context(function() now = now + 1 end, 0.5, function() return now end)
    assert.is_false((background.finish(started, late)))
    assert.is_false((pcall(started.poll, started)))
    file:close()
  end)

  it("lets other coroutines run between its steps if there are no threads", function()
    local yields = 0
    local yielding = context(function() yields = yields + 1 end)
    assert.are.equal(streams.ZEROS[64].tree,
      (background.finish(start(("\0"):rep(64 * MIB), { threads = 0 }), yielding)))
    assert.are.equal(15, yields)
  end)
end)
