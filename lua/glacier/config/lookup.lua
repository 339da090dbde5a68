--- Looks up settings: in the environment, then in the profile. `glacier.config.values`, which converts their text into
-- values, is loaded with the first setting that needs it.
--
-- `sources` is a table: getenv, function(name) -> string or nil (an empty variable is nil); home, the `default_home` of
-- `paths.expand_user`; files, of `profile.load`; profile, one of their maps.
local lookup = {}

-- Converts the text of a setting into its value. An absolute path needs no conversion.
local function read(sources, name, text, origin)
  if name == "ca_bundle" and text:sub(1, 1) == "/" and not text:find("\0", 1, true) then
    return text
  end
  return require("glacier.config.values").read(sources, name, text, origin)
end

--- Looks up a setting in the environment only.
-- Raises `InvalidConfigError` for an invalid value.
-- @param sources table
-- @param name string: such as "use_fips_endpoint"; `values.read` converts its text
-- @param ... strings: the variables, in the order of precedence
-- @return its value, and where it is set, for a message; nil if it is not set or empty
function lookup.from_environment(sources, name, ...)
  for _, variable in ipairs { ... } do
    local text = sources.getenv(variable)
    if text then
      local origin = variable .. " in the environment"
      return read(sources, name, text, origin), origin
    end
  end
end

--- Looks up a setting in the environment, then in the profile.
-- Raises `InvalidConfigError` for an invalid value.
-- @param sources table
-- @param name string: the key in the profile
-- @param ... strings: the variables, in the order of precedence
-- @return its value, and where it is set, for a message; nil if it is not set or empty
function lookup.setting(sources, name, ...)
  local value, origin = lookup.from_environment(sources, name, ...)
  if value == nil and sources.profile[name] then
    local text
    text, origin = require("glacier.config.values").text_of(sources, sources.profile, name)
    value = text and read(sources, name, text, origin)
  end
  return value, origin
end

return lookup
