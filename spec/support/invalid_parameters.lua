-- Calls with invalid parameters, whose error lists each problem on a line. The client sends nothing.
local assert = require "luassert"
local glacier = require "glacier"

local invalid_parameters = {}

local function lines(text)
  local list = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do list[#list + 1] = line end
  return list
end

--- Returns the error of a call, which must not send anything.
function invalid_parameters.error_of(name, params)
  local sent = 0
  local client = glacier.client {
    region = "us-west-2", env = {}, credentials = { access_key_id = "A", secret_access_key = "s" },
    transport = function()
      sent = sent + 1
      return { status = 204, headers = {}, body = "" }
    end,
  }
  local good, err = pcall(client.call, client, name, params)
  client:close()
  assert.is_false(good)
  assert.equal(0, sent)
  assert.is_table(err, tostring(err))
  return err
end

--- Returns the sorted list of problems in the error of a call.
function invalid_parameters.problems(name, params)
  local list = lines(invalid_parameters.error_of(name, params).message)
  assert.equal("Parameter validation failed:", table.remove(list, 1))
  table.sort(list)
  return list
end

--- Defines one test for each row with busted's `it`: title = { operation, parameters, problem, … }.
function invalid_parameters.each(it, rows)
  for title, row in pairs(rows) do
    it(title, function()
      local expected = {}
      for i = 3, #row do expected[#expected + 1] = row[i] end
      table.sort(expected)
      assert.same(expected, invalid_parameters.problems(row[1], row[2]))
    end)
  end
end

return invalid_parameters
