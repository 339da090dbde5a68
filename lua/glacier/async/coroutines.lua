--- Coroutines that do the work of tasks, one task after the other. They are reused, because making a coroutine
-- costs more than polling a task.
local coroutines = {}

-- A local is read faster than a field.
local resume, yield = coroutine.resume, coroutine.yield

-- Coroutines without work, for later tasks, and their number.
local spares, count = {}, 0
local MOST_SPARES = rawget(_G, "ngx") and 0 or 64 -- in OpenResty, a coroutine belongs to the request that made it

--- A coroutine yields this value when it has no work.
local IDLE = {}
coroutines.IDLE = IDLE

local function do_work(work, context, argument, runtime)
  context.value = work(context, argument, runtime)
end

-- The function of a coroutine. It has no variables of its own, so a coroutine without work keeps no client alive.
local function work_on_tasks()
  while true do
    do_work(yield(IDLE))
  end
end

--- Returns a coroutine that waits for work: `coroutine.resume(thread, work, context, argument, runtime)`. It calls
-- `work(context, argument, runtime)`, stores the result in `context.value` and yields IDLE. An error ends it.
-- @return thread
function coroutines.take()
  if count > 0 then
    local thread = spares[count]
    spares[count] = nil
    count = count - 1
    return thread
  end
  local thread = coroutine.create(work_on_tasks)
  resume(thread)
  return thread
end

--- Keeps a coroutine that has yielded IDLE for a later task.
-- @param thread thread
function coroutines.keep(thread)
  if count < MOST_SPARES then
    count = count + 1
    spares[count] = thread
  end
end

return coroutines
