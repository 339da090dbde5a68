--- Iterates over the archives of a vault's inventory, the output of an inventory-retrieval job.
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local errors = core.errors
local source = require "glacier.body.source"

local inventory = {}

local CHUNK = 64 * 1024 -- bytes that are read at a time

local ORIGIN = { words = "inventory: Invalid value, " } -- the text before the reason in an error's message

local function read_of(value)
  return value.read
end

-- Returns whether a value is a table or a userdata with a `read` method, such as get_job_output's body. A userdata may
-- have no members, as cjson.null, and then raises an error.
local function has_read(value)
  if type(value) ~= "table" and type(value) ~= "userdata" then
    return false
  end
  local good, read = pcall(read_of, value)
  if not good then
    copcall.raise_fatal(read)
  end
  return good and type(read) == "function"
end

local function open(value)
  if type(value) == "string" or type(value) == "function" or io.type(value) then
    return source.open(value, ORIGIN)
  elseif not has_read(value) then
    source.raise_invalid(ORIGIN,
      ("type: %s, valid types: string, open file, function, object with a method read"):format(type(value)))
  end
  return source.open(function(count)
    return value:read(count)
  end, ORIGIN)
end

local function misuse()
  return errors.invalid("inventory",
    "inventory: this iterator is already running, or an earlier step failed")
end

--- Iterates over the archives of an inventory: `for archive, info in glacier.inventory(source)`.
-- The source is read in chunks, and only one archive is kept in memory. The source is not closed. The format, JSON or
-- CSV, is detected from the first bytes.
--
-- `archive` is a table: ArchiveId, ArchiveDescription, CreationDate, SHA256TreeHash (strings), Size
-- (integer; a number if Lua has no integers). A member that is null or missing in JSON is absent.
--
-- `info` is the same table at each step. Its members VaultARN and InventoryDate are set when they are read: before the
-- first archive if they come before ArchiveList in the document, otherwise by the end of the loop. The table stays
-- empty for CSV, which has neither.
--
-- Raises `ResponseParserError` (kind "transport", as for a response of the service that cannot be parsed) if the source
-- is malformed or truncated; its message has the position of the byte, counted from 1.
-- Raises `ParamValidationError` for a value that is not a source, and the errors of the source's reader. After an error
-- the iterator cannot continue.
-- @param value string, open file, function(n) -> string or nil, or an object with `read(self, n)`, such as
--   get_job_output's `body`. A reader may yield; on Lua 5.1 not in a `for` loop, so call the iterator there
-- @return function: the iterator; table: `info`, also for an inventory without archives
function inventory.archives(value)
  local opened = open(value)
  local parser, info, running = core.inventory(), {}, false
  return function()
    if running then
      misuse()
    end
    running = true
    local archive = parser:next(info)
    while archive == false do
      local chunk = opened.read(CHUNK)
      if chunk then
        parser:feed(chunk)
      else
        parser:finish()
      end
      archive = parser:next(info)
    end
    running = false
    return archive, info
  end, info
end

return inventory
