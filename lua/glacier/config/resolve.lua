--- The settings of a client: its options, then the environment, then the profile, then the default.
local core = require "glacier.core"
local lookup = require "glacier.config.lookup"
local profile = require "glacier.config.profile"

local config = {}

-- Returns a function that looks up variables: in the option `env`, or in the environment of the process. Values that
-- are not strings are ignored. An empty variable counts as unset, as in every AWS tool.
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

-- Returns the sources of settings besides the options, and the name of the profile.
local function open_sources(options)
  local getenv = environment(options.env)
  local home = nil
  if options.env then
    home = false -- with the option `env`, HOME is read only from it
  end
  local files = profile.load { getenv = getenv, home = home, profile = options.profile }
  local name, map = profile.select(files, options.profile, getenv)
  return { getenv = getenv, home = home, files = files, profile = map }, name
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
  return (lookup.setting(sources, name, ...))
end

local function set_retries(settings, options, sources)
  settings.retry_mode = pick(options, sources, "retry_mode", "AWS_RETRY_MODE") or "standard"
  settings.max_attempts = pick(options, sources, "max_attempts", "AWS_MAX_ATTEMPTS")
    or settings.retry_mode == "legacy" and 5 or 3
end

-- Sets the endpoint, and the region that requests are signed for.
local function set_endpoint(settings, options, sources)
  local region, fips = plain_region(pick(options, sources, "region", "AWS_REGION", "AWS_DEFAULT_REGION"))
  settings.region = region
  local chosen = {
    region = region, endpoint_url = options.endpoint_url,
    use_fips = fips or pick(options, sources, "use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT"),
    use_dualstack = pick(options, sources, "use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT"),
  }
  settings.endpoint_url = options.endpoint_url and core.endpoint(chosen)
    or require("glacier.config.endpoint").resolve(sources, "glacier", chosen)
end

local function ca_bundle(options, sources)
  if options.ca_bundle then
    return require("glacier.config.values").path(sources, options.ca_bundle, "the option ca_bundle")
  end
  return lookup.setting(sources, "ca_bundle", "AWS_CA_BUNDLE")
    or lookup.from_environment(sources, "ca_bundle", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
end

--- Resolves the settings of a client.
-- Raises error objects of kind "config": `ProfileNotFound`, `ConfigParseError`, `InvalidConfigError` (an invalid value;
-- the message says where it is set), `NoRegionError`, `InvalidRegionError`, `UnknownEndpointError`.
-- @param options table: checked options of `glacier.client`
-- @return table: region; endpoint_url; retry_mode; max_attempts; ca_bundle; verify; proxies (any, http, https,
--   no_proxy); connect_timeout, read_timeout, timeout (seconds); app_id; sources (of `lookup.setting`); profile_name;
--   profile_explicit (whether an option chose it)
function config.resolve(options)
  local sources, name = open_sources(options)
  local settings = {
    sources = sources, profile_name = name, profile_explicit = options.profile ~= nil,
    ca_bundle = (ca_bundle(options, sources)),
    verify = options.verify ~= false,
    proxies = proxies(options, sources.getenv),
    connect_timeout = options.connect_timeout or 60,
    read_timeout = options.read_timeout or 60,
    timeout = options.timeout,
    app_id = (lookup.setting(sources, "sdk_ua_app_id", "AWS_SDK_UA_APP_ID")),
  }
  set_retries(settings, options, sources)
  set_endpoint(settings, options, sources)
  return settings
end

return config
