--- The files of a download: the partial file, and a journal of the ranges in it.
--
-- The first line of a journal is `glacier-download 1 TAG SIZE PART_SIZE SOURCE`: the tag names the partial file and is
-- random; the source is the tree hash of all bytes, or `job:ID` if the service has none. Each further line is
-- `NUMBER HASH`, the number of a range (from 0) and its tree hash. It is written after the range is on the disk. A line
-- that a crash cut off does not have this form and is ignored.
local core = require "glacier.core"
local errors = core.errors
local output = require "glacier.body.output"
local parameters = require "glacier.call.parameters"

local journal = {}

local Journal = {}
Journal.__index = Journal

local HEADER = "glacier-download 1 %s %.0f %.0f %s\n"

local function raise_error(path, why)
  -- Without string.format, which cuts a string at its first NUL on Lua 5.1 and 5.2.
  return errors.invalid("download", "download: cannot write " .. path .. ": " .. why)
end

local function check(self, result, why)
  return result or raise_error(self.path, why)
end

-- Opens the first journal of the path that no other download uses. Returns nil if the target is not a regular file.
local function open_free(path)
  for number = 0, core.journals - 1 do
    local file, result, why = core.journal(path, number, true)
    if file then
      return file, number
    elseif result == "failed" then
      return raise_error(path, why)
    elseif result == "none" then
      return nil
    end
  end
  return raise_error(path, "too many downloads to this path are in progress")
end

-- Returns the tag and the part size of an earlier download of the same bytes; only the tag if it was of other bytes, or
-- if no download has such a part size.
local function read_header(text, size, source)
  local tag, total, part_size, theirs = text:match "^glacier%-download 1 (%x+) (%d+) (%d+) (%S+)\n"
  if tag and tonumber(total) == size and theirs == source and parameters.is_part_size(tonumber(part_size)) then
    return tag, tonumber(part_size)
  end
  return tag
end

-- Returns the hashes of the ranges that are complete in the partial file, by number.
local function read_hashes(text, part_size, total, held)
  local hashes = {}
  for number, hash in text:gmatch "\n(%d+) (%x+)%f[\n]" do
    local first = tonumber(number) * part_size
    if #hash == 64 and first < total and math.min(first + part_size, total) <= held then
      hashes[tonumber(number)] = hash
    end
  end
  return hashes
end

-- Starts a new download, and removes the partial file of an earlier download of other bytes.
local function start(self, part_size, old_tag)
  if old_tag then
    output.open("download", self.path, old_tag):discard()
  end
  self.part_size, self.hashes, self.torn = part_size, {}, false
  local tag = core.uuid():gsub("-", "")
  check(self, self.file:restart(HEADER:format(tag, self.total, part_size, self.source)))
  self.output = output.open("download", self.path, tag)
end

local function go_on(self, text, tag, part_size)
  self.part_size, self.torn = part_size, text:sub(-1) ~= "\n"
  self.output = output.open("download", self.path, tag)
  self.hashes = read_hashes(text, part_size, self.total, self.output:size())
end

--- Checks that a later download to a path can create its files.
-- Raises `ParamValidationError` if it cannot. Leaves no new file, and changes no file of an earlier download.
-- @param path string
function journal.check(path)
  local file, result, why = core.journal(path, 0, true)
  local directory = result == "none" and io.open(path .. "/.")
  if directory then
    directory:close()
    raise_error(path, "Is a directory")
  elseif result == "failed" then
    raise_error(path, why)
  elseif file and file:read() == "" then
    file:remove()
  elseif file then
    file:close()
  end
end

--- Opens the partial file and the journal of a path, and continues an earlier download of the same bytes.
-- Raises `ParamValidationError` if they cannot be written.
-- @param path string
-- @param total number: bytes
-- @param source string: the tree hash of all bytes, or "job:" and the job's ID
-- @param part_size number: bytes, for a new download; a resumed one keeps its part size
-- @return table: path, part_size, hashes (by the number of the range), and the methods below; nil if the target is not
--   a regular file
function journal.open(path, total, source, part_size)
  local file, number = open_free(path)
  if not file then
    return nil
  end
  local self = setmetatable({ path = path, file = file, number = number, total = total, source = source }, Journal)
  local text = check(self, file:read())
  local tag, earlier = read_header(text, total, source)
  if earlier then
    go_on(self, text, tag, earlier)
  else
    start(self, part_size, tag)
  end
  return self
end

--- Writes bytes of a range.
-- @param offset number: bytes from the start of the output
-- @param bytes string
function Journal:write(offset, bytes)
  self.output:write_at(offset, bytes)
end

--- Waits until a range is on the disk, and records that it is complete.
-- @param number number: the number of the range, from 0
-- @param hash string: its tree hash
-- @param context context: other coroutines run meanwhile
-- @param events event set of `glacier.core`, or nil
function Journal:record(number, hash, context, events)
  self.output:flush(context, events)
  local line = ("%s%d %s\n"):format(self.torn and "\n" or "", number, hash)
  self.torn = true -- until the whole line is written
  check(self, self.file:append(line))
  self.torn, self.hashes[number] = false, hash
  check(self, output.finish_flush(self.file:flush(events), context, events))
end

--- Closes both files, so that a later download can continue.
function Journal:keep()
  self.output:keep()
  self.file:close()
end

--- Closes and removes both files, because the bytes are wrong.
function Journal:discard()
  self.output:discard()
  self.file:remove()
end

-- Removes the files of other downloads to the path, unless they are in progress.
local function remove_leftovers(self)
  for number = 0, core.journals - 1 do
    local file = number ~= self.number and core.journal(self.path, number, false)
    if file then
      local tag = (file:read() or ""):match "^glacier%-download 1 (%x+) "
      if tag then
        output.open("download", self.path, tag):discard()
      end
      file:remove()
    end
  end
end

--- Renames the partial file to the path. Removes the journal, and the files of other downloads to the path that are
-- not in progress.
function Journal:commit()
  self.output:commit()
  self.file:remove()
  remove_leftovers(self)
end

return journal
