--- What the credential providers know: settings, and how to send requests.
--
-- The `session` that all of them get has
--   sources           of `values.look_up`: environment, home directory, shared files, profile
--   profile_name      string, and profile_explicit: whether it was chosen in code
--   region            string
--   clock             function() -> seconds since the epoch
--   exchange          function(fields, context, policy): see `perform.exchanger`
--   log, mfa          functions or nil: log(event), mfa(serial) -> code
--   random            function() -> 0 up to 1
-- and a `context` is of glacier.async.context.
--
-- What a provider's `find(search, context)` returns is called `provided`: a table of `refreshable.new`; or nil and why
-- there are no keys. `search` is of glacier.credentials.chain.
local paths = require "glacier.config.paths"
local values = require "glacier.config.values"

local settings = {}

--- A variable of the environment; nil where it is unset or empty.
function settings.variable(session, name)
  return session.sources.getenv(name)
end

--- A profile's keys, of both shared files; an empty table for one that is in neither.
function settings.profile(session, name)
  return session.sources.files.profiles[name] or {}
end

--- A key of a profile or another section of the shared files.
-- Raises `InvalidConfigError` for a nested block.
-- @return string; nil where the key is missing or empty
function settings.text(session, section, key)
  return (values.text_of(session.sources, section, key))
end

--- Expands `~` in a path that a setting gives.
-- @return string
function settings.path(session, path)
  return paths.expand_user(path, session.sources.getenv, session.sources.home)
end

return settings
