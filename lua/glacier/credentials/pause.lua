--- Waits before another request for keys.
-- @param context table: of glacier.credentials.settings
-- @param turn table or nil
-- @param seconds number
-- @return boolean: false, without having waited, where the turn has no time left for that
return function(context, turn, seconds)
  if turn and turn.deadline and turn.clock() + seconds >= turn.deadline then
    return false
  end
  context.sleep(seconds, turn)
  return true
end
