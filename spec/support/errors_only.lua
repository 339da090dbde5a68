--- Calls a function. Raises its failure again unless it is an error object of this project.
-- @return the result of the function; nil if it failed with an error object
return function(run, ...)
  local ok, result = pcall(run, ...)
  if not ok and not (type(result) == "table" and result.kind and result.message) then
    error("not an error object: " .. tostring(result), 0)
  end
  return ok and result or nil
end
