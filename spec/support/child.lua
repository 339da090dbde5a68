-- Runs Lua code in a process of its own, by the interpreter that runs this, with an environment that
-- is empty but for Lua's paths and what is given.
--
--   local printed = child({ HOME = "/nonexistent" }, "print(os.getenv 'HOME')")
local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The test run names a wrapper where sanitizers have to be loaded first.
local function interpreter()
  local named = os.getenv(rawget(_G, "jit") and "LUAJIT" or "LUA")
  if named and named ~= "" then return named end
  local lowest = 0
  while arg[lowest - 1] do lowest = lowest - 1 end
  return arg[lowest]
end

return function(environment, code)
  local words = { "exec env -i" }
  for _, name in ipairs { "PATH", "LD_PRELOAD", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS" } do
    if os.getenv(name) then words[#words + 1] = quoted(name .. "=" .. os.getenv(name)) end
  end
  words[#words + 1] = quoted("LUA_PATH=" .. package.path)
  words[#words + 1] = quoted("LUA_CPATH=" .. package.cpath)
  for name, value in pairs(environment) do words[#words + 1] = quoted(name .. "=" .. value) end
  local pipe = assert(io.popen(("%s %s -e %s 2>&1"):format(table.concat(words, " "), interpreter(), quoted(code))))
  local printed = pipe:read "*a"
  pipe:close()
  return printed
end
