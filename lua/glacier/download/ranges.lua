--- Downloads a job's output in ranges, several at a time, into a file that a later process can complete.
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local errors = core.errors
local group = require "glacier.async.group"
local perform = require "glacier.call.perform"
local prepare = require "glacier.call.prepare"
local retry = require "glacier.call.retry"
local task = require "glacier.async.task"

local ranges = {}

local CHUNK = 256 * 1024 -- bytes that are read and written at a time

local function raise(code, message, retryable)
  return errors.raise("transport", code, message, { operation = "GetJobOutput", retryable = retryable })
end

-- Raises if the response is not the requested range, because its bytes would be written at the wrong offset.
local function check_range(range, output, total)
  local expected = ("bytes %.0f-%.0f/"):format(range.first, range.last)
  local is_whole = range.first == 0 and range.last == total - 1
  local is_range = output.contentRange and output.contentRange:sub(1, #expected) == expected
  if not is_range and not (is_whole and output.status == 200) then
    raise("ResponseParserError", ("download: expected the range %s*, got a response with status %s and %s"):format(
      expected, tostring(output.status), tostring(output.contentRange or "no Content-Range")))
  end
end

local function write_body(range, body, file)
  local offset, after = range.first, range.last + 1
  local chunk = body:read(CHUNK)
  while chunk do -- a generic `for` would not let the body yield on Lua 5.1
    if offset + #chunk > after then
      raise("ResponseParserError", "download: the service sent more bytes than the range has")
    end
    file:write(offset, chunk)
    offset, chunk = offset + #chunk, body:read(CHUNK)
  end
  if offset < after then
    raise("ConnectionClosedError", ("Connection was closed: %.0f bytes read, but total bytes expected is %.0f."):format(
      offset - range.first, after - range.first), true)
  end
  return (body.tree:hex())
end

-- Requests a range. Returns the output, whose body is not read yet.
local function request(runtime, planned, range, context)
  local invocation = prepare.call(runtime, "GetJobOutput", {
    vaultName = planned.vaultName, accountId = planned.accountId, jobId = planned.jobId,
    range = ("bytes=%.0f-%.0f"):format(range.first, range.last),
  })
  return perform.call(runtime, invocation, context)
end

--- Calls GetJobOutput and reads the body. If the reading fails with a transport error, does both again: as often as a
-- call retries its request, with the same pauses. A call whose request fails is not repeated here, because it has
-- already retried its request.
-- @param runtime table: of `runtime.new`
-- @param context context: sleeps between the attempts
-- @param call function() -> table: the output of GetJobOutput; may raise
-- @param read function(output): reads its body; may raise, and then the body is closed
-- @return the result of `read`
function ranges.with_retries(runtime, context, call, read)
  local policy, attempts, cost = retry.of_client(runtime), 0, nil
  while true do
    attempts = attempts + 1
    local answer = call()
    local good, result = copcall.call(read, answer)
    if good then
      policy:succeeded(cost)
      return result
    end
    answer.body:close()
    if type(result) ~= "table" or result.kind ~= "transport" then
      return error(result, 0)
    end
    local delay
    delay, cost = policy:decide(result, attempts, context:remaining())
    if not delay then
      return error(result, 0)
    end
    context:sleep(delay)
  end
end

local function task_of(runtime, planned, range, file)
  return task.new(runtime, function(context)
    context.reads_bodies = true
    local hash = ranges.with_retries(runtime, context, function()
      return request(runtime, planned, range, context)
    end, function(answer)
      check_range(range, answer, planned.total)
      return write_body(range, answer.body, file)
    end)
    file:record(range.number, hash, context, runtime.transport:events())
  end)
end

-- Iterates over the ranges.
local function each_range(total, part_size)
  local number = -1
  return function()
    number = number + 1
    local first = number * part_size
    if first < total then
      return { number = number, first = first, last = math.min(first + part_size, total) - 1 }
    end
  end
end

local function length_of(range)
  return range.last - range.first + 1
end

local function bytes_held(file, total)
  local held = 0
  for range in each_range(total, file.part_size) do
    held = held + (file.hashes[range.number] and length_of(range) or 0)
  end
  return held
end

-- Fetches all missing ranges. If one fails, the others that are in progress are cancelled.
local function fetch_missing(runtime, planned, file)
  local done, next_range = bytes_held(file, planned.total), each_range(planned.total, file.part_size)
  local running = group.new(function()
    local range = next_range()
    while range and file.hashes[range.number] do
      range = next_range()
    end
    return range and { task = task_of(runtime, planned, range, file), range = range }
  end, planned.concurrency)
  local function fetch_all()
    local entry = running:next()
    while entry do
      entry.task:result()
      done = done + length_of(entry.range)
      planned.progress(done, planned.total)
      entry = running:next()
    end
  end
  planned.progress(done, planned.total)
  local good, err = copcall.call(fetch_all)
  if not good then
    running:cancel()
    error(err, 0)
  end
end

local function whole_hash(file, total)
  local list = {}
  for range in each_range(total, file.part_size) do
    list[#list + 1] = file.hashes[range.number]
  end
  return core.combine_tree_hashes(list)
end

--- Downloads the missing ranges, checks the whole and renames the file. After an error the files stay, so that a later
-- download can continue; but they are removed if the tree hash of the whole is wrong.
-- @param runtime table: of `runtime.new`
-- @param planned table: of `glacier.download`
-- @param file table: of `journal.open`
-- @return string: the tree hash of all bytes
function ranges.download(runtime, planned, file)
  local good, err = copcall.call(fetch_missing, runtime, planned, file)
  if not good then
    file:keep()
    return error(err, 0)
  end
  local hash = whole_hash(file, planned.total)
  if planned.hash and planned.hash:lower() ~= hash then
    file:discard()
    raise("ChecksumError",
      ("Checksum SHA256TreeHash failed, expected checksum %s did not match calculated checksum %s."):format(
        planned.hash, hash), true)
  end
  file:commit()
  return hash
end

return ranges
