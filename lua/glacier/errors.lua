--- Errors of the client's own, as the one error object.
local core = require "glacier.core"

local errors = {}

--- Makes an error object, for a function that returns `nil, err`.
-- @param kind string: "validation", "credentials", "config", "transport", "waiter"
-- @param code string: botocore's name of the exception
-- @param message string: the text; never a secret
-- @param retryable boolean or nil: whether trying again could help
-- @return table: the error object
function errors.new(kind, code, message, retryable)
  return core.error { kind = kind, code = code, message = message, retryable = retryable or false }
end

--- Raises an error object: made of the arguments of `errors.new`.
function errors.raise(...)
  return error(errors.new(...), 0)
end

return errors
