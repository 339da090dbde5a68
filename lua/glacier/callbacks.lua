--- Wraps the functions that a program passes as options of a client: `clock`, `random` and `logger`.
local copcall = require "glacier.async.copcall"
local errors = require("glacier.core").errors

local callbacks = {}

--- Wraps a function that must return a number. The wrapped function raises `ParamValidationError` if it returns any
-- other value, or a number that is not between -1e15 and 1e15.
-- @param read function() -> number
-- @param name string: the option
-- @return function() -> number
function callbacks.numeric(read, name)
  return function()
    local value = read()
    if type(value) ~= "number" or not (value > -1e15 and value < 1e15) then
      local message = "glacier.client: the option %s returned %s, expected a number between -1e15 and 1e15"
      errors.invalid(nil, message:format(name, tostring(value)))
    end
    return value
  end
end

--- Wraps a logger. Its errors are ignored, because they must not make the call fail; see `copcall.ignoring`.
-- @param logger function(event)
-- @return function(event)
function callbacks.guarded(logger)
  return function(event)
    copcall.ignoring(logger, event)
  end
end

return callbacks
