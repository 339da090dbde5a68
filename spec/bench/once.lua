-- once.lua URL: one call and nothing else.

local params = require "spec.bench.parameters"

require("glacier").client(params.client(arg[1])):set_vault_notifications(params.call)
