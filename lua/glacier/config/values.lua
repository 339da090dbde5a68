--- Settings from environment variables and the shared files: where each one is looked up, and which values are valid.
-- The names are those of the AWS SDKs and Tools Reference Guide.
local errors = require "glacier.errors"
local paths = require "glacier.config.paths"

local values = {}

-- A reader converts the text of a setting into its value; or returns nil and what is expected.
local function text(value)
  return value
end

-- Expands `~` with the environment in `sources`.
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

-- For each setting: its reader; its variables, in the order of precedence; its key in a profile, or nil; and variables
-- that are looked up after the profile.
local settings = {
  region = { text, { "AWS_REGION", "AWS_DEFAULT_REGION" }, "region" },
  ca_bundle = { path, { "AWS_CA_BUNDLE" }, "ca_bundle", { "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE" } },
  retry_mode = { one_of("standard", "legacy", "adaptive"), { "AWS_RETRY_MODE" }, "retry_mode" },
  max_attempts = { positive_integer, { "AWS_MAX_ATTEMPTS" }, "max_attempts" },
  use_fips_endpoint = { boolean, { "AWS_USE_FIPS_ENDPOINT" }, "use_fips_endpoint" },
  use_dualstack_endpoint = { boolean, { "AWS_USE_DUALSTACK_ENDPOINT" }, "use_dualstack_endpoint" },
  app_id = { text, { "AWS_SDK_UA_APP_ID" }, "sdk_ua_app_id" },
  ignore_configured_endpoint_urls = {
    boolean, { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" }, "ignore_configured_endpoint_urls",
  },
  sts_regional_endpoints = {
    one_of("legacy", "regional"), { "AWS_STS_REGIONAL_ENDPOINTS" }, "sts_regional_endpoints",
  },
  ec2_metadata_disabled = { boolean, { "AWS_EC2_METADATA_DISABLED" } },
  ec2_metadata_v1_disabled = { boolean, { "AWS_EC2_METADATA_V1_DISABLED" }, "ec2_metadata_v1_disabled" },
  ec2_metadata_service_endpoint = {
    text, { "AWS_EC2_METADATA_SERVICE_ENDPOINT" }, "ec2_metadata_service_endpoint",
  },
  ec2_metadata_service_endpoint_mode = {
    text, { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE" }, "ec2_metadata_service_endpoint_mode",
  },
  imds_use_ipv6 = { boolean, { "AWS_IMDS_USE_IPV6" }, "imds_use_ipv6" },
  metadata_service_timeout = { positive_integer, { "AWS_METADATA_SERVICE_TIMEOUT" }, "metadata_service_timeout" },
  metadata_service_num_attempts = {
    positive_integer, { "AWS_METADATA_SERVICE_NUM_ATTEMPTS" }, "metadata_service_num_attempts",
  },
}

--- Raises `InvalidConfigError`.
-- @param origin string: where the setting is
-- @param given string: its value, or what kind of value it is
-- @param expected string: what a valid value is
function values.invalid(origin, given, expected)
  errors.raise("config", "InvalidConfigError", ("%s: %s is not %s"):format(origin, given, expected))
end

--- Describes where the files set a key, for a message.
-- @return string
function values.origin(sources, map, key)
  local file, line = sources.files.source(map, key)
  return file and ("%s in %s, line %d"):format(key, file, line) or key
end

--- Reads a text in one of the files' maps.
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

local function variable_of(sources, variables)
  for _, variable in ipairs(variables) do
    local value = sources.getenv(variable)
    if value then
      return value, variable .. " in the environment"
    end
  end
end

local function find(sources, row)
  local value, origin = variable_of(sources, row[2])
  if not value then
    value, origin = values.text_of(sources, sources.profile, row[3])
  end
  if not value then
    value, origin = variable_of(sources, row[4] or {})
  end
  return value, origin
end

--- Looks up a setting in the environment and the profile.
-- Raises `InvalidConfigError` for an invalid value.
-- @param sources table: getenv (function(name) -> string or nil; an empty variable is nil), home (the `default_home` of
--   `paths.expand_user`), files (of `profile.load`), profile (one of their maps)
-- @param name string: such as "use_fips_endpoint"
-- @return its value, and where it is set, for a message; nil if it is not set or empty
function values.look_up(sources, name)
  local row = settings[name]
  local value, origin = find(sources, row)
  if not value then
    return nil
  end
  local parsed, expected = row[1](value, sources)
  if parsed == nil then
    values.invalid(origin, ("%q"):format(value), expected)
  end
  return parsed, origin
end

--- Expands `~` in a path from an option.
-- Raises `InvalidConfigError` for a path that is empty or has a NUL byte.
-- @param sources table: of `values.look_up`
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
