--- Settings: what the options say, else the environment, else the default.
local core = require "glacier.core"

local config = {}

-- How to look a variable up: an empty one counts as unset, as in every AWS tool.
local function getenv_of(env)
  return function(name)
    local value
    if env then
      value = env[name]
    else
      value = os.getenv(name)
    end
    if value ~= "" then
      return value
    end
  end
end

local function first_of(getenv, ...)
  for _, name in ipairs { ... } do
    local value = getenv(name)
    if value then
      return value
    end
  end
end

--- Resolves the settings of a client.
-- Raises the errors of endpoints (kind "config"): `NoRegionError`, `InvalidRegionError`,
-- `UnknownEndpointError`, `InvalidConfigError`.
-- @param options table: checked options of `glacier.client`
-- @return table: region, endpoint_url (where requests go), ca_bundle, verify, connect_timeout and
--   read_timeout (seconds), getenv (function)
function config.resolve(options)
  local getenv = getenv_of(options.env)
  local settings = {
    getenv = getenv,
    region = options.region or first_of(getenv, "AWS_REGION", "AWS_DEFAULT_REGION"),
    ca_bundle = options.ca_bundle or getenv "AWS_CA_BUNDLE",
    verify = options.verify ~= false,
    connect_timeout = options.connect_timeout or 60,
    read_timeout = options.read_timeout or 60,
  }
  settings.endpoint_url = core.endpoint {
    region = settings.region,
    endpoint_url = options.endpoint_url or first_of(getenv, "AWS_ENDPOINT_URL_GLACIER", "AWS_ENDPOINT_URL"),
  }
  return settings
end

return config
