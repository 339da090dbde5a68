--- Where the keys come from: the client's option, else the AWS chain.
local copcall = require "glacier.async.copcall"
local refreshable = require "glacier.credentials.refreshable"

local credentials = {}

local FUNCTION = "the function credentials"

-- The keys that the user's function returns. What it raises counts as a failure to get keys, unless it is an error
-- object or there is no memory.
local function ask(given)
  local errors = require "glacier.credentials.errors"
  local good, keys = copcall.call(given)
  if not good and (type(keys) == "table" and keys.kind or keys == "not enough memory") then
    error(keys, 0)
  elseif not good then
    errors.retrieval(FUNCTION, errors.quote(keys))
  elseif type(keys) ~= "table" then
    require("glacier.errors").raise("credentials", "NoCredentialsError",
      "Unable to locate credentials: the function credentials returned no table")
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

-- The chain is walked when keys are first needed. From then on the provider that had some is asked again.
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

--- Makes the source of a client's keys: an object with
--   keys(context)           credentials for `request:sign`; raises error objects of kind "credentials" or "config"
--   refresh(context, used)  after the service called `used` expired: whether there are others now
--   account()               the account that they belong to, or nil
-- Keys that expire are refreshed before they do, once for all who ask; see glacier.credentials.refreshable. A function
-- is called again when its `expiration` is near or the service calls its keys expired.
-- Raises `PartialCredentialsError` or `CredentialRetrievalError` for a table that holds no keys.
-- @param given table { access_key_id, secret_access_key, session_token or nil, account_id or nil }; function returning
--   such a table, with `expiration` (seconds since the epoch) or without; or nil for the chain
-- @param session table: of glacier.credentials.settings
function credentials.source(given, session)
  if type(given) == "table" then
    return refreshable.new(session, { provider = "explicit", keys = {
      access_key_id = given.access_key_id, secret_access_key = given.secret_access_key,
      session_token = given.session_token, account_id = given.account_id,
    } })
  elseif given then
    return from_function(session, given)
  end
  return from_chain(session)
end

return credentials
