-- The module itself keeps to what 5.1, LuaJIT and 5.4 share.
std = "min"
exclude_files = { "build", "lua/glacier/meta.lua" } -- the latter is generated, and never run

files["spec"] = { std = "lua54+luajit+busted" }
files["spec/local"] = { std = "ngx_lua" }
files["spec/local/spec"] = { std = "lua54+luajit+busted" }
files[".busted"] = { std = "lua54+luajit" }
