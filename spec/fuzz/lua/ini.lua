-- Shared files: parsing any text returns sections, or a problem and the number of its line.
local ini = require "glacier.config.ini"

return function(text)
  local sections, detail, line = ini.parse(text)
  if not sections then
    assert(type(detail) == "string" and type(line) == "number")
    return
  end
  for _, section in ipairs(sections) do
    assert(type(section.name) == "string")
    for key, value in pairs(section.values) do
      assert(type(key) == "string" and (type(value) == "string" or type(value) == "table"))
    end
  end
end
