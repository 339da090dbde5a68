--- The body of a call's request that is sent in pieces.
local source = require "glacier.body.source"

local request_body = {}

--- Opens the streamed body of a call's request.
-- Raises `ParamValidationError` for a value that is not a source.
-- @param operation string: API name
-- @param value string, file or function: the body
-- @return table: of `source.open`
function request_body.open(operation, value)
  return source.open(value, source.body_of(operation))
end

--- Reads a streamed body once, for its length and checksums, before the first attempt.
-- @param runtime table: of `runtime.new`
-- @param invocation table: of `prepare.call`, with `body`; gets the fields `source` and `length`
-- @param context context: other coroutines run during the hashing
function request_body.hash(runtime, invocation, context)
  local hashed = invocation.body
  if not hashed.tree then
    hashed = source.hash_body(hashed, context, request_body.hash_options(runtime),
      source.body_of(invocation.operation))
  end
  invocation.source, invocation.length = hashed.source, hashed.length
  invocation.request:stream(hashed.length, hashed.tree, hashed.linear)
end

--- Returns the options for hashing the bodies of a client's calls.
-- @param runtime table: of `runtime.new`
-- @return table: the options of `source.hash`
function request_body.hash_options(runtime)
  return { threads = runtime.hash_threads, events = runtime.transport:events() }
end

return request_body
