--- Waits for the core's background threads, which hash bodies and flush files to the disk.
local background = {}

-- Waits for the threads, or lets other coroutines run if there are none. Returns false if the deadline has passed.
local function pause(work, context, events)
  if work:has_threads() then
    return context:wait_for(work, events)
  end
  context:yield()
  return not context.deadline or context:remaining() > 0
end

--- Waits for the end of some work. Other coroutines run during the wait. Without threads, each poll does a part of the
-- work.
-- @param work userdata of `glacier.core` with the methods poll, has_threads, needs_caller, result and cancel
-- @param context context
-- @param events events of `glacier.core`, or nil: those that the work was given
-- @return the results of `work:result()`; false if the deadline of the context passed first
function background.finish(work, context, events)
  while not work:poll() do
    if not pause(work, context, events) then
      work:cancel()
      return false
    end
  end
  return work:result()
end

return background
