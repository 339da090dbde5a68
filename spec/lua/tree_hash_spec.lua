-- glacier.tree_hash, tree_hasher and combine_tree_hashes. Python's hashlib computed the expected values.
local glacier = require "glacier"
local streams = require "spec.support.streams"

local MIB = streams.MIB

local function failure(...)
  local good, err = pcall(...)
  assert.is_false(good)
  return err
end

local function assert_rejected(words, ...)
  local err = failure(...)
  assert.are.same({ "ParamValidationError", "validation", false }, { err.code, err.kind, err.retryable }, tostring(err))
  assert.is_truthy(err.message:find(words, 1, true), err.message)
end

describe("the tree hash", function()
  for _, row in ipairs(streams.HASHES) do
    it(("equals hashlib's for %d bytes of a string, a file or a reader"):format(row.size), function()
      local bytes = streams.pattern(row.size)
      assert.are.equal(row.tree, glacier.tree_hash(bytes))
      assert.are.equal(row.tree, glacier.tree_hash(streams.file(bytes)))
      assert.are.equal(row.tree, glacier.tree_hash(streams.reader(bytes, 65537)))
      assert.are.equal(1, select("#", glacier.tree_hash(bytes)))
    end)
  end

  it("begins at the position of a file, and moves it to the end", function()
    local row = streams.HASHES[5]
    local file = streams.file("skipped" .. streams.pattern(row.size))
    file:seek("set", 7)
    assert.are.equal(row.tree, glacier.tree_hash(file))
    assert.are.equal(7 + row.size, file:seek())
    assert.are.equal(streams.HASHES[1].tree, glacier.tree_hash(file))
  end)

  it("reads a pipe to its end", function()
    local pipe = io.popen("printf 0")
    assert.are.equal(streams.HASHES[2].tree, glacier.tree_hash(pipe))
    pipe:close()
  end)

  it("calls a reader until it returns nil, and accepts empty strings", function()
    local pieces, asked = { "", "0", "", "" }, 0
    assert.are.equal(streams.HASHES[2].tree, glacier.tree_hash(function(count)
      asked = asked + 1
      assert.is_true(count >= 1 and count % 1 == 0)
      return pieces[asked]
    end))
    assert.are.equal(5, asked)
  end)

  it("passes on the errors of a reader", function()
    local reason = {}
    assert.are.equal(reason, failure(glacier.tree_hash, function() error(reason, 0) end))
  end)

  it("rejects values that are not sources of bytes", function()
    local closed = streams.file ""
    closed:close()
    for _, value in ipairs { 5, true, {}, coroutine.create(function() end), closed, glacier.tree_hasher() } do
      assert_rejected("tree_hash: Invalid value, ", glacier.tree_hash, value)
    end
    assert_rejected("type: nil", glacier.tree_hash)
    assert_rejected("it is not an open file", glacier.tree_hash, closed)
    assert_rejected("its reader returned a number", glacier.tree_hash, function() return 5 end)
    assert_rejected("its reader returned a boolean", glacier.tree_hash, function() return false end)
  end)

  it("is computed while other coroutines of an OpenResty worker run", function()
    local phase, slept = "content", {}
    rawset(_G, "ngx", {
      get_phase = function() return phase end,
      sleep = function(seconds) slept[#slept + 1] = seconds end,
    })
    local good, hash = pcall(glacier.tree_hash, ("\0"):rep(64 * MIB))
    phase = "log"
    local also_good, also = pcall(glacier.tree_hash, ("\0"):rep(64 * MIB))
    rawset(_G, "ngx", nil)
    assert.is_true(good and also_good)
    assert.are.same({ streams.ZEROS[64].tree, streams.ZEROS[64].tree }, { hash, also })
    assert.is_true(#slept > 0)
    for _, seconds in ipairs(slept) do assert.is_true(seconds <= 0.05) end
  end)

  it("rejects a directory, and says that it is one", function()
    local directory = io.open "."
    assert_rejected("Is a directory", glacier.tree_hash, directory)
    directory:close()
  end)
end)

describe("a tree hasher", function()
  for _, size in ipairs { 1000003, MIB - 1, MIB + 1, 3 * MIB + 5, 16 * MIB } do
    it(("returns the same hash if it gets %d bytes at a time"):format(size), function()
      for _, row in ipairs(streams.HASHES) do
        local hasher, bytes = glacier.tree_hasher(), streams.pattern(row.size)
        for piece in streams.reader(bytes, size) do hasher:update(piece) end
        assert.are.same({ row.tree, row.linear }, { hasher:hex() })
        assert.are.equal(row.size, hasher:length())
      end
    end)
  end

  it("returns the same hash if it gets the bytes around the end of a MiB one at a time", function()
    local row = streams.HASHES[5] -- 1 MiB and 1 byte
    local hasher, bytes = glacier.tree_hasher(), streams.pattern(row.size)
    hasher:update(bytes:sub(1, MIB - 10))
    for i = MIB - 9, row.size do hasher:update(bytes:sub(i, i)) end
    assert.are.equal(row.tree, (hasher:hex()))
  end)

  it("returns the hash at any time, and accepts more bytes afterwards", function()
    local hasher, bytes, fed = glacier.tree_hasher(), streams.pattern(7 * MIB), 0
    for _, row in ipairs(streams.HASHES) do
      hasher:update(bytes:sub(fed + 1, row.size))
      fed = row.size
      for _ = 1, 2 do assert.are.same({ row.tree, row.linear }, { hasher:hex() }) end
    end
  end)

  it("is independent of other hashers", function()
    local one, two = glacier.tree_hasher(), glacier.tree_hasher()
    one:update "0"
    assert.are.equal(streams.HASHES[2].tree, (one:hex()))
    assert.are.equal(streams.HASHES[1].tree, (two:hex()))
  end)

  it("accepts only strings", function()
    local hasher = glacier.tree_hasher()
    for _, value in ipairs { 5, true, {}, print } do
      assert.is_truthy(tostring(failure(hasher.update, hasher, value)):find("string expected", 1, true))
    end
    assert.is_false((pcall(hasher.update, hasher)))
    assert.is_false((pcall(hasher.update, {}, "")))
    assert.are.equal(streams.HASHES[1].tree, (hasher:hex()))
  end)
end)

describe("combining tree hashes", function()
  -- The combined hashes of parts must be the hash of the whole.
  for _, part in ipairs { 1, 2, 4 } do
    it(("returns the hash of the whole from parts of %d MiB"):format(part), function()
      for _, row in ipairs(streams.HASHES) do
        local bytes, parts = streams.pattern(row.size), {}
        for piece in streams.reader(bytes, part * MIB) do parts[#parts + 1] = glacier.tree_hash(piece) end
        if parts[1] then assert.are.equal(row.tree, glacier.combine_tree_hashes(parts)) end
      end
    end)
  end

  it("returns a single hash in lower case", function()
    local hash = streams.HASHES[3].tree
    assert.are.equal(hash, glacier.combine_tree_hashes { hash:upper() })
  end)

  it("leaves the list unchanged", function()
    local list = { streams.HASHES[1].tree, streams.HASHES[2].tree, streams.HASHES[3].tree }
    local first = glacier.combine_tree_hashes(list)
    assert.are.same({ streams.HASHES[1].tree, streams.HASHES[2].tree, streams.HASHES[3].tree }, list)
    assert.are.equal(first, glacier.combine_tree_hashes(list))
  end)

  it("depends on their order", function()
    local one, two = streams.HASHES[1].tree, streams.HASHES[2].tree
    assert.are_not.equal(glacier.combine_tree_hashes { one, two }, glacier.combine_tree_hashes { two, one })
  end)

  it("rejects anything but a list of hashes, and names the first invalid item", function()
    local hash = streams.HASHES[1].tree
    for _, value in ipairs { {}, { n = 1 }, 5, hash, true } do
      assert_rejected("expected a list of at least one tree hash", glacier.combine_tree_hashes, value)
    end
    assert_rejected("expected a list of at least one tree hash", glacier.combine_tree_hashes)
    assert_rejected("hash number 2 is not 64 hexadecimal digits", glacier.combine_tree_hashes, { hash, hash:sub(2) })
    for _, wrong in ipairs { "", hash .. "0", hash:gsub("^.", "g"), ("\0"):rep(64), " " .. hash:sub(2), 5, true, {} } do
      assert_rejected("hash number 1 is not", glacier.combine_tree_hashes, { wrong, hash })
    end
  end)
end)
