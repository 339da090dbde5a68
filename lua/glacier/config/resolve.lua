--- Settings: the client's options, then the environment, then the profile, then the default. The
-- names are those of the AWS SDKs and Tools Reference Guide, read as botocore reads them.
local core = require "glacier.core"
local errors = require "glacier.errors"
local profile = require "glacier.config.profile"

local config = {}

-- One way to read each kind of value that is text outside of Lua: the value, or nil and what would
-- have been one.
local function text(value)
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
  local number = value:match "^%s*%+?%d+%s*$" and tonumber(value)
  if number and number >= 1 then
    return number
  end
  return nil, "an integer of at least 1"
end

local function one_of(...)
  local words, wanted = {}, "one of " .. table.concat({ ... }, ", ")
  for _, word in ipairs { ... } do
    words[word] = true
  end
  return function(value)
    if words[value] then
      return value
    end
    return nil, wanted
  end
end

-- Where each setting is found besides the options: variables, the first one set wins, and the
-- profile's key, if it may be set there.
local places = {
  region = { text, { "AWS_REGION", "AWS_DEFAULT_REGION" }, "region" },
  ca_bundle = { text, { "AWS_CA_BUNDLE" }, "ca_bundle" },
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

-- The variables of the process, or those the host handed in instead. Only strings count.
local function environment(given)
  return function(name)
    local value
    if given then
      value = given[name]
    else
      value = os.getenv(name)
    end
    return type(value) == "string" and value or nil
  end
end

-- An empty variable counts as unset, as in every AWS tool.
local function not_empty(lookup)
  return function(name)
    local value = lookup(name)
    return value ~= "" and value or nil
  end
end

local function raise_fields(fields)
  return errors.raise(fields.kind, fields.code, fields.message)
end

-- As `options.home` of `profile.load`: a host that hands its environment in means no home but that.
local function home_of(options)
  if options.env then
    return false
  end
end

local function load_profile(options, variables)
  local files, problem = profile.load { env = variables, home = home_of(options) }
  if not files then
    raise_fields(problem)
  end
  local name, map = profile.select(files, options.profile, variables)
  if not name then
    raise_fields(map)
  end
  return files, name, map
end

local function refuse(shown, origin, wanted)
  errors.raise("config", "InvalidConfigError", ("%s: %s is not %s"):format(origin, shown, wanted))
end

local function parse(read, value, origin)
  local parsed, wanted = read(value)
  if parsed == nil then
    refuse(("%q"):format(value), origin, wanted)
  end
  return parsed
end

local function origin_in_files(files, map, key)
  local path, line = files.source(map, key)
  return path and ("%s in %s, line %d"):format(key, path, line) or key
end

-- The text at `key` of a map of the files and where it was set; nil where it is empty or not there.
local function text_of(found, map, key)
  local value = key and map[key]
  if value == nil or value == "" then
    return nil
  end
  local origin = origin_in_files(found.files, map, key)
  if type(value) == "table" then
    refuse("a nested block", origin, "a value")
  end
  return value, origin
end

-- The setting outside of the options and where it was set, or nil.
local function look_up(found, name)
  local read, variables, key = places[name][1], places[name][2], places[name][3]
  for _, variable in ipairs(variables) do
    local value = found.getenv(variable)
    if value then
      local origin = variable .. " in the environment"
      return parse(read, value, origin), origin
    end
  end
  local value, origin = text_of(found, found.profile, key)
  if value then
    return parse(read, value, origin), origin
  end
end

-- The [services] section that the profile names.
local function services_of_profile(found)
  local name, origin = text_of(found, found.profile, "services")
  local services = found.files.services[name]
  if name and not (services and next(services)) then
    errors.raise("config", "InvalidConfigError", ("%s: there is no [services %s], or nothing in it"):format(origin, name))
  end
  return services or {}
end

-- The endpoint that it has for the service, or the profile itself for all.
local function endpoint_of_profile(found, service)
  local services = services_of_profile(found)
  local own = services[service]
  if type(own) == "string" and own ~= "" then
    refuse("a value", origin_in_files(found.files, services, service), "a nested block")
  end
  local url, origin = text_of(found, type(own) == "table" and own or {}, "endpoint_url")
  if url then
    return url, origin
  end
  return text_of(found, found.profile, "endpoint_url")
end

--- A setting of those that every service has, outside of the options.
-- Raises `InvalidConfigError` for a value that cannot be meant.
-- @param found table: getenv (function), files (of glacier.profile), profile (a map of them)
-- @param name string: "use_fips_endpoint" and so on
-- @return its value and where it was set, in words; or nil
config.look_up = look_up

--- The endpoint that is configured for a service, outside of the options.
-- @param found table: as of `config.look_up`
-- @param variable string: "AWS_ENDPOINT_URL_GLACIER"
-- @param service string: its name in a [services] section
-- @return string and where it is named; nil where none is
function config.endpoint(found, variable, service)
  if look_up(found, "ignore_configured_endpoint_urls") then
    return nil
  end
  for _, name in ipairs { variable, "AWS_ENDPOINT_URL" } do
    local url = found.getenv(name)
    if url then
      return url, name .. " in the environment"
    end
  end
  return endpoint_of_profile(found, service)
end

-- "fips-us-gov-west-1" and "us-east-1-fips" are old spellings of a region and the wish for its FIPS
-- endpoint.
local function plain_region(region)
  local plain = region and region:gsub("fips%-", ""):gsub("%-fips", "")
  if plain == "" or plain == region then
    return region, false
  end
  return plain, true
end

-- libcurl reads the process's own variables; of variables that were handed in, this reads the same
-- ones.
local function proxies(options, getenv)
  local handed = options.env
  local no_proxy = handed and (getenv "no_proxy" or getenv "NO_PROXY" or "") or nil
  if options.proxy or not handed then
    return { any = options.proxy, no_proxy = no_proxy }
  end
  local all = getenv "all_proxy" or getenv "ALL_PROXY" or ""
  return {
    https = getenv "https_proxy" or getenv "HTTPS_PROXY" or all,
    http = getenv "http_proxy" or all, -- the upper-case one may be a CGI client's header
    no_proxy = no_proxy,
  }
end

local function pick(given, found, name, default)
  if given ~= nil then
    return given
  end
  local value = look_up(found, name)
  if value == nil then
    return default
  end
  return value
end

-- How hard to try.
local function set_retries(settings, options, found)
  settings.retry_mode = pick(options.retry_mode, found, "retry_mode", "standard")
  settings.max_attempts = pick(options.max_attempts, found, "max_attempts", settings.retry_mode == "legacy" and 5 or 3)
end

--- Calls a function; the message of a setting that it finds malformed gets where it was set.
-- @param origin string or nil
-- @param resolve function(fields), which may raise
-- @return its first result
function config.naming(origin, resolve, fields)
  local good, result = pcall(resolve, fields)
  if good then
    return result
  end
  if origin and type(result) == "table" and result.code == "InvalidConfigError" then
    result.message = origin .. ": " .. result.message
  end
  return error(result, 0)
end

-- Where requests go and which region signs them.
local function set_endpoint(settings, options, found)
  local region, fips = plain_region(pick(options.region, found, "region"))
  local url, origin = options.endpoint_url, nil
  if url == nil then
    url, origin = config.endpoint(found, "AWS_ENDPOINT_URL_GLACIER", "glacier")
  end
  settings.region = region
  settings.endpoint_url = config.naming(origin, core.endpoint, {
    region = region,
    endpoint_url = url,
    use_fips = fips or pick(options.use_fips_endpoint, found, "use_fips_endpoint"),
    use_dualstack = pick(options.use_dualstack_endpoint, found, "use_dualstack_endpoint"),
  })
end

--- Resolves the settings of a client.
-- Raises error objects of kind "config": `ProfileNotFound`, `ConfigParseError`,
-- `InvalidConfigError` (a value that cannot be meant, naming where it came from), `NoRegionError`,
-- `InvalidRegionError`, `UnknownEndpointError`.
-- @param options table: checked options of `glacier.client`
-- @return table: region; endpoint_url; retry_mode; max_attempts; ca_bundle; verify; proxies (any,
--   http, https, no_proxy); connect_timeout, read_timeout, timeout (seconds); app_id; getenv
--   (function, "" is nil); home (as `options.home` of `profile.load`); files and profile_name,
--   profile (of glacier.profile); profile_explicit (chosen by the option)
function config.resolve(options)
  local variables = environment(options.env)
  local files, name, map = load_profile(options, variables)
  local found = { getenv = not_empty(variables), files = files, profile = map }
  local settings = {
    getenv = found.getenv, home = home_of(options),
    files = files, profile_name = name, profile = map, profile_explicit = options.profile ~= nil,
    ca_bundle = pick(options.ca_bundle, found, "ca_bundle"),
    verify = options.verify ~= false,
    proxies = proxies(options, found.getenv),
    connect_timeout = options.connect_timeout or 60,
    read_timeout = options.read_timeout or 60,
    timeout = options.timeout,
    app_id = look_up(found, "app_id"),
  }
  set_retries(settings, options, found)
  set_endpoint(settings, options, found)
  return settings
end

return config
