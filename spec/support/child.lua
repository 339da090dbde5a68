-- Runs Lua code in a new process, with the interpreter that runs the spec. Its environment has only the given
-- variables, Lua's paths, and the variables in KEPT. A third argument is shell code that runs first.
--
--   local printed = child({ HOME = "/nonexistent" }, "print(os.getenv 'HOME')")
--   local printed = child({}, "io.open 'f'", "ulimit -n 3")
local interpreter = require "spec.support.interpreter"
local shell = require "spec.support.shell"

-- Passed to every child: PATH, to find programs, and the variables that load and configure the sanitizers.
local KEPT = { "PATH", "LD_PRELOAD", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS" }

return function(environment, code, before)
  local words = { "exec env -i" }
  local function set(name, value) words[#words + 1] = shell.quote(name .. "=" .. value) end
  for _, name in ipairs(KEPT) do
    if os.getenv(name) then set(name, os.getenv(name)) end
  end
  set("LUA_PATH", package.path)
  set("LUA_CPATH", package.cpath)
  for name, value in pairs(environment) do set(name, value) end
  local pipe = assert(io.popen(("%s%s %s -e %s 2>&1"):format(before and before .. "; " or "",
    table.concat(words, " "), interpreter, shell.quote(code))))
  local printed = pipe:read "*a"
  pipe:close()
  return printed
end
