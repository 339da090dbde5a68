--- A word as sh takes it as it is, whatever is in it.
-- @param word string
-- @return string
return function(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end
