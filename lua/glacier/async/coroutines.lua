--- Coroutines that do the work of tasks, one task after the other. They are reused, because making a coroutine
-- costs more than polling a task.
local coroutines = {}

-- Coroutines without work, for later tasks.
local spares = {}
local MOST_SPARES = 64

--- A coroutine yields this value when it has no work.
coroutines.IDLE = {}

local function do_work(work, context, argument, runtime)
  context.task.outcome = work(context, argument, runtime)
end

-- The function of a coroutine. It has no variables of its own, so a coroutine without work keeps no client alive.
local function work_on_tasks()
  while true do
    do_work(coroutine.yield(coroutines.IDLE))
  end
end

--- Returns a coroutine that waits for work: `coroutine.resume(thread, work, context, argument, runtime)`. It calls
-- `work(context, argument, runtime)`, stores the result in `context.task.outcome` and yields IDLE. An error ends it.
-- @return thread
function coroutines.take()
  local thread = spares[#spares]
  spares[#spares] = nil
  if not thread then
    thread = coroutine.create(work_on_tasks)
    coroutine.resume(thread)
  end
  return thread
end

--- Keeps a coroutine that has yielded IDLE for a later task. In OpenResty, a coroutine belongs to the request that made
-- it, so it is not kept.
-- @param thread thread
function coroutines.keep(thread)
  if #spares < MOST_SPARES and not rawget(_G, "ngx") then
    spares[#spares + 1] = thread
  end
end

return coroutines
