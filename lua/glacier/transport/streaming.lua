--- Streamed bodies: feeds the body of a request to libcurl, and reads the body of a response in chunks.
local context_of = require "glacier.async.context"

local streaming = {}

-- In bytes.
local FEED = 256 * 1024 -- the most that is fed to libcurl in one step
local YIELD_BYTES = 2 * 1024 * 1024 -- after this number of received bytes other coroutines may run

-- Feeds a transfer from its source, which never yields. Returns whether to poll again at once: the transfer accepted
-- bytes, or it has sent bytes of its input.
local function feed(transfer, source)
  local wanted = transfer:wants()
  if wanted == 0 then
    return transfer:has_sent()
  end
  local good, chunk = pcall(source.read, math.min(wanted, FEED))
  if not good then
    transfer:cancel()
    error(chunk, 0)
  end
  transfer:feed(chunk)
  return true
end

local Incoming = {}
Incoming.__index = Incoming

-- Returns the context for a body, which outlives its call: it may be read later, maybe in another coroutine or phase.
-- The context has the same deadline, and waits with the option `wait`. If `reads_bodies` is set in the call's context,
-- that context belongs to a task that reads the bodies of its calls. It is then returned unchanged.
local function outliving(context)
  if context.reads_bodies then
    return context
  end
  local later = context_of.new(context.option, nil, context.clock)
  later.deadline = context.deadline
  return later
end

-- Takes the bytes that have arrived, or waits for some. Another coroutine may close the body during the wait.
local function take(self)
  local chunk = self.transfer:take()
  if chunk ~= "" then
    return chunk
  end
  local in_time = outliving(self.context):wait_for(self.transfer, self.events, function()
    if self.closed then
      return "enough"
    end
    chunk = self.transfer:take()
    return chunk ~= "" and "enough"
  end)
  if not in_time and chunk == "" then
    return nil, context_of.too_late(self.url)
  end
  return chunk
end

-- Returns the next chunk of the body; nil at its end or if it was closed meanwhile; nil and an error object after a
-- failure.
function Incoming:next()
  if self.since_yield >= YIELD_BYTES then
    self.since_yield = 0
    outliving(self.context):yield()
  end
  local chunk, err
  if not self.closed then
    chunk, err = take(self)
  end
  if self.closed then
    return nil
  elseif chunk == "" then
    return nil, select(2, self.transfer:finish())
  elseif chunk then
    self.since_yield = self.since_yield + #chunk
  end
  return chunk, err
end

function Incoming:close()
  self.closed = true
  self.transfer:cancel()
  require("glacier.async.rounds").wake_waiter(self.events, self.number)
end

-- Makes the reader of a response's body.
local function incoming(transport, transfer, url, context)
  return setmetatable({
    transport = transport, -- keeps the pool alive: the client may be collected before the body is read
    transfer = transfer, number = transfer:number(), events = transport.event_set,
    url = url, context = context, since_yield = 0, closed = false,
  }, Incoming)
end

-- Waits for a transfer. Returns whether it ended in time, and the head of a response whose body is read in chunks.
local function wait(transfer, events, invocation, context)
  local head
  local in_time = context:wait_for(transfer, events, function(done)
    if invocation.source and not done and feed(transfer, invocation.source) then
      return "again"
    elseif invocation.takes_body then
      head = transfer:head()
      return head and "enough"
    end
  end)
  return in_time, head
end

--- Performs a transfer with a streamed body.
-- @param transport table: of `glacier.transport.libcurl`
-- @param transfer transfer of `glacier.core`
-- @param invocation table: with `source`, if the body of the request is streamed, and with `takes_body`, if the body of
--   the response is read in chunks
-- @param context context
-- @return the results of `Transport:send`
function streaming.exchange(transport, transfer, invocation, context)
  local in_time, head = wait(transfer, transport.event_set, invocation, context)
  if not in_time then
    transfer:cancel()
    return nil, context_of.too_late(invocation.url)
  elseif head then
    return head, nil, incoming(transport, transfer, invocation.url, context)
  end
  local response, err = transfer:finish()
  if err and err.kind == "validation" then -- the body cannot be read any more
    invocation.source.raise_invalid(err.message)
  end
  return response, err
end

return streaming
