--- pcall for functions that may yield, under any Lua: where pcall itself cannot be yielded across
-- (Lua 5.1), the function gets a coroutine of its own, and its yields are passed on from here.
local protect = {}

-- Whether a coroutine can be switched inside of pcall: seen by trying it.
local function pcall_yields()
  local probe = coroutine.create(function()
    pcall(coroutine.yield, "yielded")
  end)
  local _, word = coroutine.resume(probe)
  return word == "yielded"
end

local function finish(inner, good, ...)
  if good and coroutine.status(inner) ~= "dead" then
    return finish(inner, coroutine.resume(inner, coroutine.yield(...)))
  end
  return good, ...
end

local function in_coroutine(run, ...)
  local inner = coroutine.create(run)
  return finish(inner, coroutine.resume(inner, ...))
end

--- Calls a function that may raise and may yield.
-- @return true and what it returned, or false and what it raised
protect.call = pcall_yields() and pcall or in_coroutine

return protect
