-- glacier.body.output: files that are written to the disk in the background.
local background = require "glacier.async.background"
local core = require "glacier.core"
local files = require "spec.support.files"
local new_context = require("glacier.async.context").new
local output = require "glacier.body.output"

describe("the flush of an output", function()
  local directory

  before_each(function() directory = files.directory() end)
  after_each(function() files.remove(directory) end)

  local function context(wait)
    return new_context(wait, nil, core.monotonic)
  end

  it("leaves the file as it was written", function()
    local file = output.open("spec", directory .. "/file")
    file:write "abc"
    file:flush(context())
    file:write "def"
    file:flush(context(), core.events())
    file:commit()
    assert.are.equal("abcdef", files.read(directory .. "/file"))
  end)

  it("may go on after the file is closed", function()
    local file = core.output(directory .. "/file")
    file:write "abc"
    local flush = file:flush()
    file:commit()
    assert.is_true(background.finish(flush, context()))
    assert.is_true(flush:poll())
    assert.is_false(flush:has_threads())
  end)

  it("can be cancelled twice, and cannot be polled after that", function()
    local flush = core.output(directory .. "/file"):flush()
    flush:cancel()
    flush:cancel()
    local good, err = pcall(flush.poll, flush)
    assert.is_false(good)
    assert.is_truthy(err:find("the flush was cancelled", 1, true), err)
  end)

  it("reports an error of the system", function()
    files.with_device("/dev/full", function(link)
      local good, why = core.output(link):flush():result() -- a device has no disk
      assert.is_nil(good)
      assert.are.equal("Invalid argument", why)
    end)
  end)
end)
