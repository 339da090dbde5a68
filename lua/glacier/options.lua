--- The options of `glacier.client`, checked before anything else happens.
local core = require "glacier.core"
local errors = require "glacier.errors"

local options = {}

--- Checks the options of `glacier.client`.
-- Raises `ParamValidationError` (kind "validation"). Its message lists every unknown option and every invalid value,
-- one per line.
-- @param given table or nil
-- @return table: `given`, or an empty table for nil
function options.check(given)
  if given == nil then
    return {}
  elseif type(given) ~= "table" then
    errors.invalid("glacier.client", ("glacier.client: options must be a table, not a %s"):format(type(given)))
  end
  errors.check("glacier.client", core.option_violations(given))
  return given
end

return options
