--- Settings from outside of a client's options: from the environment, then from the profile.
--
-- The modules that read the shared files are loaded only if a file may have content, a profile is named or the option
-- `env` is given. `glacier.config.values` is loaded for the first setting that is in a profile or must be converted.
--
-- In this module and in others, `sources` is a table: getenv, function(name) -> string or nil (an empty variable is
-- nil); home, the `default_home` of `paths.expand_user`; files, of `profile.load`; profile, the map of the selected
-- profile.
local core = require "glacier.core"

local config = {}

-- Returns a function that looks up variables: in the option `env`, or in the environment of the process. Values that
-- are not strings are ignored. An empty variable counts as unset.
local function environment(given)
  return function(name)
    local value
    if given then
      value = given[name]
    else
      value = os.getenv(name)
    end
    return type(value) == "string" and value ~= "" and value or nil
  end
end

-- The result of `profile.load` if both shared files are missing or empty.
local NO_FILES = {
  profiles = {}, config = {}, credentials = {}, sso_sessions = {}, services = {}, unreadable = {},
  source = function() end,
}

-- Returns the sources of settings besides the options, and the name of the profile.
local function open_sources(options)
  local getenv = environment(options.env)
  local sources = { getenv = getenv, files = NO_FILES, profile = {} }
  if options.env then
    sources.home = false -- with the option `env`, HOME is read only from it
  end
  local name = options.profile or getenv "AWS_PROFILE" or getenv "AWS_DEFAULT_PROFILE"
  if name or options.env or core.has_shared_files() then
    local profile = require "glacier.config.profile"
    sources.files = profile.load { getenv = getenv, home = sources.home, profile = options.profile }
    name, sources.profile = profile.select(sources.files, options.profile, getenv)
  end
  return sources, name or "default"
end

-- Converts the text of a setting into its value. A region and an absolute path need no conversion.
local function read(sources, name, text, origin)
  if name == "region" or name == "ca_bundle" and text:sub(1, 1) == "/" and not text:find("\0", 1, true) then
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
function config.variable(sources, name, ...)
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
function config.setting(sources, name, ...)
  local value, origin = config.variable(sources, name, ...)
  if value == nil and sources.profile[name] then
    local text
    text, origin = require("glacier.config.values").text_of(sources, sources.profile, name)
    value = text and read(sources, name, text, origin)
  end
  return value, origin
end

-- "fips-us-gov-west-1" and "us-east-1-fips" are old names that stand for a region and its FIPS endpoint. Returns the
-- region, and whether FIPS is requested.
local function plain_region(region)
  local plain = region and region:gsub("fips%-", ""):gsub("%-fips", "")
  if plain == "" or plain == region then
    return region, false
  end
  return plain, true
end

-- Returns the proxies. Without the option `env`, libcurl reads the proxy variables of the process at each request; if
-- none is set now, the client tells libcurl to use no proxy, which is faster.
local function proxies(options, getenv)
  if options.proxy or options.env or getenv "http_proxy" or getenv "https_proxy" or getenv "HTTPS_PROXY"
    or getenv "all_proxy" or getenv "ALL_PROXY" then
    return require("glacier.config.proxies").read(options, getenv)
  end
  return { https = "", http = "" }
end

-- Returns the value of an option, else of the setting with that name and these variables.
local function pick(options, sources, name, ...)
  if options[name] ~= nil then
    return options[name]
  end
  return (config.setting(sources, name, ...))
end

local function ca_bundle(options, sources)
  if options.ca_bundle then
    return require("glacier.config.values").path(sources, options.ca_bundle, "the option ca_bundle")
  end
  return config.setting(sources, "ca_bundle", "AWS_CA_BUNDLE")
    or config.variable(sources, "ca_bundle", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
end

-- Returns the endpoint, unless an option sets it.
local function endpoint(options, sources, found)
  if options.endpoint_url then
    return nil
  end
  return (require("glacier.config.endpoint").resolve(sources, "glacier", {
    region = found.region, use_fips = found.use_fips_endpoint, use_dualstack = found.use_dualstack_endpoint,
  }))
end

--- Completes options with settings from the environment and the profile. Options have precedence.
-- Raises error objects of kind "config": `ProfileNotFound`, `ConfigParseError`, `InvalidConfigError` (an invalid value;
-- the message says where it is set), `NoRegionError`, `InvalidRegionError`, `UnknownEndpointError`.
-- @param options table: checked options of `glacier.client`
-- @return table: the completed options, and endpoint (the URL, unless there is the option endpoint_url); proxies (of
--   `proxies.read`); app_id; sources (see above); profile_name; profile_explicit (whether an option chose it)
function config.complete(options)
  local sources, name = open_sources(options)
  local found = {
    sources = sources, profile_name = name, profile_explicit = options.profile ~= nil,
    ca_bundle = (ca_bundle(options, sources)),
    proxies = proxies(options, sources.getenv),
    app_id = (config.setting(sources, "sdk_ua_app_id", "AWS_SDK_UA_APP_ID")),
    retry_mode = pick(options, sources, "retry_mode", "AWS_RETRY_MODE"),
    max_attempts = pick(options, sources, "max_attempts", "AWS_MAX_ATTEMPTS"),
  }
  local region, fips = plain_region(pick(options, sources, "region", "AWS_REGION", "AWS_DEFAULT_REGION"))
  found.region = region
  found.use_fips_endpoint = fips or pick(options, sources, "use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT")
  found.use_dualstack_endpoint = pick(options, sources, "use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT")
  found.endpoint = endpoint(options, sources, found)
  return setmetatable(found, { __index = options })
end

return config
