-- tree.lua MIB: prints the elapsed seconds of glacier.tree_hash for a string of MIB MiB.

local glacier = require "glacier"
local measure = require "spec.bench.measure"

local bytes = ("x"):rep(tonumber(arg[1]) * 1024 * 1024)
local _, wall = measure.run(function() glacier.tree_hash(bytes) end)
print(("%.4f"):format(wall))
