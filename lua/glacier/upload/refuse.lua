--- What `client:upload` cannot do, as the error object.
local errors = require "glacier.errors"

local refuse = {}

local WORDS = "upload: Parameter validation failed:\n"

--- Raises `ParamValidationError`, operation "upload".
-- @param problems list of strings, one a line
function refuse.all(problems)
  return errors.invalid("upload", WORDS .. table.concat(problems, "\n"))
end

--- What there is to say of one parameter.
-- @param name string
-- @param why string
-- @return string
function refuse.line(name, why)
  return ("Invalid value for parameter %s, %s"):format(name, why)
end

--- The origin that `source.open` names in what it refuses.
-- @param name string: the parameter
-- @return table
function refuse.origin(name)
  return { operation = "upload", words = WORDS .. refuse.line(name, "") }
end

--- Raises `ParamValidationError` for one parameter.
function refuse.one(name, why)
  return refuse.all { refuse.line(name, why) }
end

return refuse
