--- What the credential providers are told: variables of the environment, keys of a profile.
--
-- The `session` that all of them get has
--   getenv            function(name) -> string or nil; an empty string counts as nil
--   home              as `options.home` of glacier.profile.load
--   files             of glacier.profile.load
--   profile_name      string, and profile_explicit: whether it was chosen in code
--   region            string
--   clock             function() -> seconds since the epoch
--   sleep             function(seconds, context)
--   exchange          function(fields, context) -> response, or nil and an error object; raises where the turn is over.
--                     Fields are method, url, headers, body, connect_timeout, read_timeout, direct (no proxy may see
--                     it); code_of, function(response) -> string or nil: what a failure is called; sign, nil or
--                     { credentials, region, service }: code_of is needed then, and secrets, a list, which gets what
--                     signing adds to those of the request
--   log, mfa, random  functions or nil: log(event), mfa(serial) -> code, random() -> 0 up to 1
-- and a `context` is how one call waits (see glacier.wait); it is only passed on.
local problem = require "glacier.credentials.problem"

local settings = {}

--- A variable of the environment; nil where it is unset or empty.
function settings.variable(session, name)
  local value = session.getenv(name)
  return value ~= "" and value or nil
end

--- A profile's keys, of both shared files; an empty table for one that is in neither.
function settings.profile(session, name)
  return session.files and session.files.profiles[name] or {}
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

--- What glacier.config reads the settings from that these providers share with the client.
function settings.found(session)
  return {
    getenv = function(name)
      return settings.variable(session, name)
    end,
    home = session.home, files = session.files, profile = settings.profile(session, session.profile_name),
  }
end

return settings
