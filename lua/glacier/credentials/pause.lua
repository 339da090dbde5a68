--- Waits before another request for keys.
-- @param session table: of glacier.credentials.settings
-- @param context table or nil
-- @param seconds number
-- @return boolean: false, without having waited, where the turn has no time left for that
return function(session, context, seconds)
  if context and context.deadline and context.clock() + seconds >= context.deadline then
    return false
  end
  session.sleep(seconds, context)
  return true
end
