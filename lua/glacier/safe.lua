--- `require "glacier.safe"`: the same functions, clients and methods as `require "glacier"`. They return `nil, err`
-- instead of raising an error object. Any other error is still raised: out of memory, and errors of the caller's
-- functions. Iterators also raise, because nil would end a loop.
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

-- A method is wrapped when it is first used, and the wrapped method is kept.
local function safe_class(class)
  local wrapped = { __name = class.__name, __tostring = class.__tostring, __close = class.__close }
  wrapped.__index = setmetatable({}, {
    __index = function(methods, name)
      local value = class[name]
      value = type(value) == "function" and wrap(value) or value
      methods[name] = value
      return value
    end,
  })
  return wrapped
end

local with_methods = { ["glacier.client"] = true, ["glacier.task"] = true, ["glacier.reader"] = true }

-- Sets the safe class of an object, or of the body in an output. The object itself stays the same.
function safe_value(value)
  if type(value) ~= "table" then
    return value
  end
  local class = getmetatable(value)
  if type(class) == "table" and with_methods[rawget(class, "__name")] and not rawget(class, "safe") then
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
