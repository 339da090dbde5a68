--- Calls a function that may fail, and lets only the project's error objects be its failure.
-- @return what the function returned; nil where it failed
return function(run, ...)
  local ok, result = pcall(run, ...)
  if not ok and not (type(result) == "table" and result.kind and result.message) then
    error("not an error object: " .. tostring(result), 0)
  end
  return ok and result or nil
end
