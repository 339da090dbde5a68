--- Wraps functions of the user, which are options of a client.
local copcall = require "glacier.async.copcall"
local errors = require "glacier.errors"

local callbacks = {}

--- Wraps a function so that it must return numbers. The wrapped function raises `ParamValidationError` for others.
-- @param read function() -> number
-- @param name string: the option
-- @return function
function callbacks.numeric(read, name)
  return function()
    local value = read()
    if type(value) ~= "number" or not (value > -1e15 and value < 1e15) then
      errors.invalid(nil, ("glacier.client: the option %s returned %s, expected a number"):format(name,
        tostring(value)))
    end
    return value
  end
end

--- Wraps a logger, because a logger that fails must not make the call fail.
-- @param logger function(event)
-- @return function
function callbacks.guarded(logger)
  return function(event)
    copcall.ignoring(logger, event)
  end
end

return callbacks
