--- Waits for the core's background threads, which hash bodies and flush files to the disk.
local background = {}

--- Waits for the end of some work. Other coroutines run during the wait. Without threads, each poll does a part of the
-- work, and the deadline does not end it.
-- @param work userdata of `glacier.core` with the methods poll, has_threads, result and cancel
-- @param context context
-- @param events events of `glacier.core`, or nil: those that the work was given
-- @return the results of `work:result()`; false if the deadline of the context passed while threads worked
function background.finish(work, context, events)
  while not work:poll() do
    if work:has_threads() and not context:wait_for(work, events) then
      work:cancel()
      return false
    elseif not work:has_threads() then
      context:yield()
    end
  end
  return work:result()
end

return background
