-- Responses, and a client that counts its requests, for the specs of tasks.
local glacier = require "glacier"
local streams = require "spec.support.streams"

local FINE = { status = 200, body = '{"Marker":"m"}' }
local GONE = { status = 404, body = '{"code":"ResourceNotFoundException","message":"no","type":"Client"}' }

local function marker(text)
  return streams.answer(200, {}, ('{"Marker":"%s"}'):format(text))
end

-- Returns a client whose transport yields once and then returns `answer`. Also returns a table that counts its
-- requests: `now`, in flight; `most`, the highest number in flight at once; and `all`.
local function counted(answer, more)
  local count = { now = 0, most = 0, all = 0 }
  local options = streams.options(more)
  options.transport = function(request)
    count.now, count.all = count.now + 1, count.all + 1
    count.most = math.max(count.most, count.now)
    coroutine.yield()
    count.now = count.now - 1
    return type(answer) == "function" and answer(request) or answer
  end
  return glacier.client(options), count
end

return { FINE = FINE, GONE = GONE, marker = marker, counted = counted }
