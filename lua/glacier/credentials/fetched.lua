--- Sources of keys that are fetched when they are first needed: a function of the user, or the AWS chain.
local copcall = require "glacier.async.copcall"
local errors = require "glacier.credentials.errors"
local exchanger = require "glacier.call.exchanger"
local refreshable = require "glacier.credentials.refreshable"

local fetched = {}

local FUNCTION = "the option credentials"

-- Returns the table that the user's function returns. An error object that it raises is raised again, and so is a fatal
-- error (`copcall.raise_fatal`); any other error becomes `CredentialRetrievalError`.
local function ask(given)
  local good, keys = copcall.call(given)
  if not good and type(keys) == "table" and keys.kind then
    error(keys, 0)
  elseif not good then
    copcall.raise_fatal(keys)
    errors.retrieval(FUNCTION, errors.quote(keys))
  elseif type(keys) ~= "table" then
    require("glacier.core").errors.raise("credentials", "NoCredentialsError",
      "Unable to locate credentials: the function in the option credentials did not return a table")
  end
  return keys
end

local function from_function(session, given)
  return refreshable.new(session, {
    provider = FUNCTION,
    fetch = function()
      return ask(given)
    end,
  })
end

-- The chain is searched when keys are first needed. Later only the provider that the search found is asked.
local function from_chain(session)
  local source
  source = refreshable.new(session, {
    provider = "the chain",
    fetch = function(context)
      local provided = require("glacier.credentials.chain").find(session, context)
      source:become(provided)
      return provided.keys or provided.fetch(context)
    end,
  })
  return source
end

--- Makes a source.
-- @param session table: of glacier.credentials.settings
-- @param given function() -> table { access_key_id, secret_access_key, session_token or nil, account_id or nil,
--   expiration in seconds since the epoch or nil }; or nil for the chain. The function is called again shortly before
--   the expiration, or after the service rejected its keys as expired
-- @return source
function fetched.source(session, given)
  return given and from_function(session, given) or from_chain(session)
end

-- Returns the session of the credential providers; see glacier.credentials.settings.
local function session_of(runtime, mfa)
  local settings = runtime.settings
  return {
    sources = settings.sources, profile_name = settings.profile_name, profile_explicit = settings.profile_explicit,
    region = settings.region, mfa = mfa, random = runtime.random,
    clock = function()
      return runtime.time() + runtime.clock_offset
    end,
    exchange = exchanger.new(runtime), log = runtime.logger,
  }
end

--- Makes the source of a client.
-- @param runtime table: of `runtime.new`
-- @param given function or nil: of `fetched.source`
-- @param mfa function or nil: the option `mfa_code`
-- @return source
function fetched.of_client(runtime, given, mfa)
  return fetched.source(session_of(runtime, mfa), given)
end

return fetched
