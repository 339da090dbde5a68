--- The settings that the credential providers use, and the function that sends their requests.
--
-- Every provider gets a `session` with these fields:
--   sources           of `glacier.config.resolve`: environment, home directory, shared files, profile
--   profile_name      string; profile_explicit: whether an option chose it
--   region            string
--   clock             function() -> seconds since the epoch
--   exchange          function(fields, context, policy): see `exchanger.new`
--   log, mfa          functions or nil: log(event), mfa(serial) -> code
--   random            function() -> number from 0 to below 1
-- and a `context` of glacier.async.context.
--
-- A provider's `find(search, context)` returns `provided`, the table that `refreshable.new` describes; or nil and the
-- reason why there are no keys. `search` is described in glacier.credentials.chain.
local paths = require "glacier.config.paths"
local values = require "glacier.config.values"

local settings = {}

--- Returns a variable of the environment; nil if it is unset or empty.
function settings.variable(session, name)
  return session.sources.getenv(name)
end

--- Returns a profile's settings from both shared files; an empty table if neither has the profile.
function settings.profile(session, name)
  return session.sources.files.profiles[name] or {}
end

--- Returns a setting of a profile or of another section of the shared files.
-- Raises `InvalidConfigError` for a nested block.
-- @return string; nil if it is missing or empty
function settings.text(session, section, key)
  return (values.text_of(session.sources, section, key))
end

--- Expands `~` in a path from a setting.
-- @return string
function settings.path(session, path)
  return paths.expand_user(path, session.sources.getenv, session.sources.home)
end

return settings
