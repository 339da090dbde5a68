--- `require "glacier.safe"`: the same functions, clients and methods as `require "glacier"`, which
-- return `nil, err` instead of raising an error object. What is no error object is raised all the same:
-- running out of memory, and what a function of the caller raises. An iterator raises while it runs,
-- for a loop would take nil for the end.
local copcall = require "glacier.async.copcall"
local glacier = require "glacier"

local safe_value

local function finish(good, first, ...)
  if good then
    return safe_value(first), ...
  elseif type(first) == "table" and first.kind and first.code then
    return nil, first
  end
  return error(first, 0)
end

local function wrap(method)
  return function(...)
    return finish(copcall.call(method, ...))
  end
end

-- The safe class of each class of objects that have methods.
local classes = {}

-- Methods are looked up in the class when they are first used, and kept.
local function safe_class(class)
  local made = { __name = class.__name, __tostring = class.__tostring, __close = class.__close }
  made.__index = setmetatable({}, {
    __index = function(methods, name)
      local value = class[name]
      value = type(value) == "function" and wrap(value) or value
      methods[name] = value
      return value
    end,
  })
  return made
end

local with_methods = { ["glacier.client"] = true, ["glacier.task"] = true, ["glacier.reader"] = true }

-- Gives an object, or the body in an output, the safe class. An object keeps its identity.
function safe_value(value)
  if type(value) ~= "table" then
    return value
  end
  local class = getmetatable(value)
  if type(class) == "table" and with_methods[rawget(class, "__name")] and not class.safe then
    classes[class] = classes[class] or safe_class(class)
    classes[class].safe = true
    return setmetatable(value, classes[class])
  elseif type(rawget(value, "body")) == "table" then
    safe_value(value.body)
  end
  return value
end

return setmetatable({}, {
  __index = function(functions, name)
    local value = glacier[name]
    value = type(value) == "function" and wrap(value) or value
    functions[name] = value
    return value
  end,
})
