-- The command that starts the interpreter that runs this spec. The test run sets it in LUA. With sanitizers, it is a
-- wrapper that loads them first.
local named = os.getenv "LUA"
if named and named ~= "" then return named end
local lowest = 0
while arg[lowest - 1] do lowest = lowest - 1 end
return arg[lowest]
