-- The error object that a call raises. Fails if the call returns or raises anything but a table.
--
--   local err = failure(client.describe_vault, client, {})
local assert = require "luassert"

return function(...)
  local good, err = pcall(...)
  assert.is_false(good, "the call did not raise an error")
  assert.is_table(err, tostring(err))
  return err
end
