-- The service's errors. Any module raises them; app.lua sends {"code":…,"message":…,"type":…}. Codes
-- and statuses are from the developer guide's page "Error Responses"; IncompleteSignatureException,
-- InternalFailure and UnknownOperationException are general ones of AWS.

local errors = {}

local statuses = {
  AccessDeniedException = 403,
  BadRequest = 400,
  ExpiredTokenException = 403,
  IncompleteSignatureException = 400,
  InsufficientCapacityException = 503,
  InternalFailure = 500,
  InvalidParameterValueException = 400,
  InvalidSignatureException = 403,
  LimitExceededException = 400,
  MissingAuthenticationTokenException = 400,
  MissingParameterValueException = 400,
  PolicyEnforcedException = 400,
  RequestTimeoutException = 408,
  ResourceNotFoundException = 404,
  SerializationException = 400,
  ServiceUnavailableException = 500,
  UnknownOperationException = 404,
  UnrecognizedClientException = 400,
}

local Error = {}

-- Raises the error `code`. `message` is a format string if more arguments follow.
function errors.raise(code, message, ...)
  if select("#", ...) > 0 then message = message:format(...) end
  error(setmetatable({ code = code, message = message }, Error), 0)
end

-- Returns a raised error object unchanged. Any other raised value is a bug of the service: its text goes to the error
-- log, and the result is an InternalFailure.
function errors.from(raised)
  if getmetatable(raised) == Error then return raised end
  ngx.log(ngx.ERR, raised)
  return { code = "InternalFailure", message = "The request failed inside the service." }
end

-- A message handler for xpcall. Returns an error object unchanged, and adds a traceback to any other value.
function errors.traced(raised)
  if getmetatable(raised) == Error then return raised end
  return debug.traceback(tostring(raised), 2)
end

-- Returns the response for the error.
function errors.response(err)
  local status = statuses[err.code]
  return {
    status = status,
    json = {
      { "code", err.code },
      { "message", err.message },
      { "type", status < 500 and "Client" or "Server" },
    },
  }
end

return errors
