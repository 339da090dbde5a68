local core = require "glacier.core"

local function is_error_object(err)
  return type(err) == "table" and err.kind and err.message and core.utf8_valid(tostring(err))
end

--- Calls a function. Raises its failure again unless it is an error object of this project with a text of valid UTF-8.
-- @return the result of the function; nil if it failed with an error object
return function(run, ...)
  local ok, result = pcall(run, ...)
  if not ok and not is_error_object(result) then
    error("not an error object: " .. tostring(result), 0)
  end
  return ok and result or nil
end
