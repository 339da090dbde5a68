--- The source of a client's keys: the option `credentials`, else the AWS chain.
local copcall = require "glacier.async.copcall"
local holder = require "glacier.credentials.holder"

local credentials = {}

local FUNCTION = "the option credentials"

-- Returns the keys that the user's function returns. An error object that it raises is raised again, and so is a fatal
-- error; any other error becomes `CredentialRetrievalError`.
local function ask(given)
  local errors = require "glacier.credentials.errors"
  local good, keys = copcall.call(given)
  if not good and type(keys) == "table" and keys.kind then
    error(keys, 0)
  elseif not good then
    copcall.raise_fatal(keys)
    errors.retrieval(FUNCTION, errors.quote(keys))
  elseif type(keys) ~= "table" then
    require("glacier.errors").raise("credentials", "NoCredentialsError",
      "Unable to locate credentials: the function in the option credentials did not return a table")
  end
  return keys
end

local function from_function(session, given)
  return require("glacier.credentials.refreshable").new(session, {
    provider = FUNCTION,
    fetch = function()
      return ask(given)
    end,
  })
end

-- The chain is searched when keys are first needed. Later only the provider that had keys is asked.
local function from_chain(session)
  local source
  source = require("glacier.credentials.refreshable").new(session, {
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
--   refresh(context, used)  after the service rejected the keys `used` as expired: whether there are other keys now
--   account()               the account that the keys belong to, or nil
-- Keys are refreshed before they expire, once for all callers; see glacier.credentials.refreshable. A function is
-- called again shortly before the `expiration`, or after the service rejected its keys as expired.
-- Raises `PartialCredentialsError` or `CredentialRetrievalError` for a table without valid keys.
-- @param given table { access_key_id, secret_access_key, session_token or nil, account_id or nil }; function returning
--   such a table, with `expiration` (seconds since the epoch) or without; or nil for the chain
-- @param session table: of glacier.credentials.settings
function credentials.source(given, session)
  if type(given) == "table" then
    return holder.new("explicit", {
      access_key_id = given.access_key_id, secret_access_key = given.secret_access_key,
      session_token = given.session_token, account_id = given.account_id,
    })
  elseif given then
    return from_function(session, given)
  end
  return from_chain(session)
end

return credentials
