--- Makes and raises the client's own errors. The service's errors are made in C.
local core = require "glacier.core"

local errors = {}

--- Makes an error object, for a function that returns `nil, err`.
-- @param kind string: "validation", "credentials", "config", "transport" or "waiter"
-- @param code string: botocore's name of the exception
-- @param message string: the text; never contains a secret
-- @param fields table or nil: further fields of the error, such as `operation`, `reason`, `response`,
--   and `retryable` (boolean: whether trying again could help; false by default)
-- @return table: the error object
function errors.new(kind, code, message, fields)
  local err = { kind = kind, code = code, message = message, retryable = false }
  for name, value in pairs(fields or {}) do
    err[name] = value
  end
  return core.error(err)
end

--- Raises an error object. Takes the arguments of `errors.new`.
function errors.raise(...)
  return error(errors.new(...), 0)
end

--- Raises `ParamValidationError`, for invalid arguments of the caller.
-- @param operation string or nil: the API name of the operation, or the function of this module that
--   was called, such as "upload"; nil if the operation is not known yet
-- @param text string: the message
function errors.invalid(operation, text)
  return errors.raise("validation", "ParamValidationError", text, { operation = operation })
end

--- Raises `ParamValidationError` if there are violations. The message begins with the function and lists all of them.
-- @param operation string: the function of this module that was called
-- @param violations table: list of strings, which is sorted; may be empty
function errors.check(operation, violations)
  if violations[1] then
    table.sort(violations)
    errors.invalid(operation, operation .. ":\n" .. table.concat(violations, "\n"))
  end
end

return errors
