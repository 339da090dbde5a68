--- What the credential providers are told: variables of the environment, keys of a profile.
--
-- The `context` that all of them get has
--   getenv            function(name) -> string or nil; an empty string counts as nil
--   files             of glacier.profile.load
--   profile_name      string, and profile_explicit: whether it was chosen in code
--   region            string
--   clock             function() -> seconds since the epoch
--   sleep             function(seconds, turn)
--   exchange          function(fields, turn) -> response, or nil and an error object; raises where the turn is over.
--                     Fields are method, url, headers, body, connect_timeout, read_timeout, direct (no proxy may see
--                     it); code_of, function(response) -> string or nil: what a failure is called; sign, nil or
--                     { credentials, region, service }: code_of is needed then, and secrets, a list, which gets what
--                     signing adds to those of the request
--   log, mfa, random  functions or nil: log(event), mfa(serial) -> code, random() -> 0 up to 1
--   home              string or nil: else the variable HOME
-- and a `turn` is how one call waits (see glacier.wait); it is only passed on.
local problem = require "glacier.credentials.problem"

local settings = {}

--- A variable of the environment; nil where it is unset or empty.
function settings.variable(context, name)
  local value = context.getenv(name)
  return value ~= "" and value or nil
end

--- A profile's keys, of both shared files; an empty table for one that is in neither.
function settings.profile(context, name)
  return context.files and context.files.profiles[name] or {}
end

--- A key of a profile or another section, which must be plain text.
-- Raises `InvalidConfigError` for a nested block.
-- @return string, or nil where the key is not there
function settings.text(section, key)
  local value = section[key]
  if value ~= nil and type(value) ~= "string" then
    problem.config(("The value of %s must be text, not a block of settings of its own."):format(key))
  end
  return value
end

-- Where a key of the client's profile was set, in words.
local function place_of(context, key)
  local path, line
  if context.files and context.files.source then
    path, line = context.files.source(context.profile_name, key)
  end
  return path and ("%s in %s, line %d"):format(key, path, line) or key
end

--- A setting: the variable, else the key of the client's profile. An empty one is none.
-- @return string and where it was found, in words; or nil
function settings.look_up(context, variable, key)
  local value = settings.variable(context, variable)
  if value then
    return value, variable
  end
  value = settings.text(settings.profile(context, context.profile_name), key)
  if value and value ~= "" then
    return value, place_of(context, key)
  end
end

--- The same for a switch, which only the word "true" turns on.
function settings.is_on(context, variable, key)
  return (settings.look_up(context, variable, key) or ""):lower() == "true"
end

--- The same for a whole number above zero.
-- Raises `InvalidConfigError` for anything else, saying where it was found.
function settings.count(context, variable, key, default)
  local value, place = settings.look_up(context, variable, key)
  if not value then
    return default
  end
  local count = value:match "^%s*%+?(%d+)%s*$"
  if not count or tonumber(count) == 0 then
    problem.config(("Invalid value %q: %s must be a whole number, at least 1"):format(problem.quote(value), place))
  end
  return tonumber(count)
end

return settings
