--- pcall for functions that may yield, under any Lua: where pcall itself cannot be yielded across (Lua 5.1), the
-- function gets a coroutine of its own, and its yields are passed on from here.
local copcall = {}

-- For such a coroutine, the one that it runs for.
local callers = setmetatable({}, { __mode = "kv" })

local function finish(inner, good, ...)
  if good and coroutine.status(inner) ~= "dead" then
    return finish(inner, coroutine.resume(inner, coroutine.yield(...)))
  end
  return good, ...
end

local function in_coroutine(run, ...)
  if not coroutine.running() then
    return pcall(run, ...) -- the main program cannot yield, and code that it calls must see that
  end
  local inner = coroutine.create(run)
  callers[inner] = coroutine.running()
  return finish(inner, coroutine.resume(inner, ...))
end

--- Calls a function that may raise and may yield.
-- @return true and what it returned, or false and what it raised
copcall.call = (_VERSION ~= "Lua 5.1" or rawget(_G, "jit")) and pcall or in_coroutine

--- Raises what was caught if it means out of memory. That is Lua's own error and is never turned into another.
-- @param err any
function copcall.raise_memory(err)
  if err == "not enough memory" then
    error(err, 0)
  end
end

--- Calls a function of the user that only listens. Whatever it raises is ignored, except out of memory.
function copcall.ignoring(run, ...)
  local good, err = pcall(run, ...)
  if not good then
    copcall.raise_memory(err)
  end
end

--- Who runs: the coroutine, as its host knows it; "main" for the main program, where that is no coroutine.
-- @return thread, or "main"
function copcall.running()
  local thread = coroutine.running() or "main"
  while callers[thread] do
    thread = callers[thread]
  end
  return thread
end

return copcall
