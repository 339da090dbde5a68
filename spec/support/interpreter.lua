-- The command that starts the interpreter which runs this spec. The test run names it in LUA, which is
-- a wrapper where sanitizers have to be loaded first.
local named = os.getenv "LUA"
if named and named ~= "" then return named end
local lowest = 0
while arg[lowest - 1] do lowest = lowest - 1 end
return arg[lowest]
