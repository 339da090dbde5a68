-- XML: parsing any text returns a tree, or nil and a description of the error.
local xml = require "glacier.credentials.xml"

local function check(element, depth)
  assert(depth <= 64 and (element.text == nil) == (next(element.children) ~= nil))
  for name, child in pairs(element.children) do
    assert(type(name) == "string")
    check(child, depth + 1)
  end
end

return function(text)
  local root, why = xml.parse(text)
  if root then check(root, 1) else assert(type(why) == "string") end
end
