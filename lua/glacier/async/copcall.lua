--- pcall for functions that may yield, on any Lua. On Lua 5.1 a function cannot yield across pcall. So it runs in a new
-- coroutine, and this module passes on its yields.
local copcall = {}

-- Maps each such coroutine to the coroutine that called `call`.
local callers = setmetatable({}, { __mode = "kv" })

local function finish(inner, good, ...)
  if good and coroutine.status(inner) ~= "dead" then
    return finish(inner, coroutine.resume(inner, coroutine.yield(...)))
  end
  return good, ...
end

local function in_coroutine(run, ...)
  if not coroutine.running() then
    return pcall(run, ...) -- the main program cannot yield, and a new coroutine would hide this error
  end
  local inner = coroutine.create(run)
  callers[inner] = coroutine.running()
  return finish(inner, coroutine.resume(inner, ...))
end

--- Calls a function that may raise and may yield.
-- @return true and the results, or false and the error
copcall.call = (_VERSION ~= "Lua 5.1" or rawget(_G, "jit")) and pcall or in_coroutine

--- Raises a caught error again if it must not be ignored or changed: out of memory, which is Lua's own error, and the
-- interruption by Ctrl-C, which the program `lua` raises at any point of the code.
-- @param err any
function copcall.raise_fatal(err)
  if err == "not enough memory" or type(err) == "string" and err:find("interrupted!", -12, true) then
    error(err, 0)
  end
end

--- Calls a function of the user that only observes. Its errors are ignored, except those of `raise_fatal`.
function copcall.ignoring(run, ...)
  local good, err = pcall(run, ...)
  if not good then
    copcall.raise_fatal(err)
  end
end

--- Returns the running coroutine of the host, even inside of `call`; "main" for the main program on Lua 5.1 and LuaJIT.
-- @return thread, or "main"
function copcall.running()
  local thread = coroutine.running() or "main"
  while callers[thread] do
    thread = callers[thread]
  end
  return thread
end

return copcall
