--- The values of settings: which ones are valid, and how their text is read. The names are those of botocore and of the
-- AWS SDKs and Tools Reference Guide.
local errors = require("glacier.core").errors
local paths = require "glacier.config.paths"

local values = {}

-- A reader converts the text of a setting into its value. For an invalid text it returns nil and a description of the
-- valid ones.

-- Expands `~` with the environment in `sources`, and checks the path.
local function path(value, sources)
  value = paths.expand_user(value, sources.getenv, sources.home)
  if paths.fault(value) then
    return nil, "a path (not empty, without a NUL byte)"
  end
  return value
end

local function boolean(value)
  local word = value:lower()
  if word == "true" or word == "false" then
    return word == "true"
  end
  return nil, "true or false"
end

local function positive_integer(value)
  local number = #value <= 64 and value:match "^[ \t]*%+?%d+[ \t]*$" and tonumber(value)
  if number and number >= 1 then
    return number
  end
  return nil, "an integer of at least 1"
end

local function one_of(...)
  local words, expected = {}, "one of " .. table.concat({ ... }, ", ")
  for _, word in ipairs { ... } do
    words[word] = true
  end
  return function(value)
    if words[value] then
      return value
    end
    return nil, expected
  end
end

-- The readers of the settings that are not plain text.
local readers = {
  ca_bundle = path,
  retry_mode = one_of("standard", "legacy", "adaptive"),
  max_attempts = positive_integer,
  use_fips_endpoint = boolean,
  use_dualstack_endpoint = boolean,
  ignore_configured_endpoint_urls = boolean,
  sts_regional_endpoints = one_of("legacy", "regional"),
  ec2_metadata_disabled = boolean,
  ec2_metadata_v1_disabled = boolean,
  imds_use_ipv6 = boolean,
  metadata_service_timeout = positive_integer,
  metadata_service_num_attempts = positive_integer,
}

--- Raises `InvalidConfigError`.
-- @param origin string: where the setting is set
-- @param given string: its value, or the kind of its value
-- @param expected string: a description of the valid values
function values.invalid(origin, given, expected)
  errors.raise("config", "InvalidConfigError", ("%s: %s is not %s"):format(origin, given, expected))
end

--- Describes where the files set a key, for a message.
-- @return string
function values.origin(sources, map, key)
  local file, line = sources.files.source(map, key)
  return file and ("%s in %s, line %d"):format(key, file, line) or key
end

--- Reads a text from one of the maps of `profile.load`.
-- Raises `InvalidConfigError` for a nested block.
-- @param key string or nil
-- @return string, string: the text and where it is set; nil if the key is missing or empty
function values.text_of(sources, map, key)
  local value = key and map[key]
  if value == nil or value == "" then
    return nil
  end
  local origin = values.origin(sources, map, key)
  if type(value) == "table" then
    values.invalid(origin, "a nested block", "a value")
  end
  return value, origin
end

--- Converts the text of a setting into its value.
-- Raises `InvalidConfigError` for an invalid value.
-- @param sources table: of `glacier.config.resolve`
-- @param name string: such as "use_fips_endpoint"
-- @param text string
-- @param origin string: where it is set, for a message
-- @return its value
function values.read(sources, name, text, origin)
  local reader = readers[name]
  if not reader then
    return text
  end
  local value, expected = reader(text, sources)
  if value == nil then
    values.invalid(origin, ("%q"):format(text), expected)
  end
  return value
end

--- Expands `~` in a path from an option.
-- Raises `InvalidConfigError` for a path that is empty or has a NUL byte.
-- @param sources table: of `glacier.config.resolve`
-- @param given string
-- @param origin string: the option, for a message
-- @return string
function values.path(sources, given, origin)
  local expanded, expected = path(given, sources)
  if not expanded then
    values.invalid(origin, ("%q"):format(given), expected)
  end
  return expanded
end

return values
