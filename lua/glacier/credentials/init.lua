--- Where the keys come from: the client's option, else the AWS chain.
local chain = require "glacier.credentials.chain"
local fail = require "glacier.fail"
local problem = require "glacier.credentials.problem"
local protect = require "glacier.protect"
local refreshable = require "glacier.credentials.refreshable"

local credentials = {}

-- What a function of the user's returned; what it raised counts as a failure to get keys.
local function ask(given)
  local good, keys = protect.call(given)
  if not good and type(keys) == "table" and keys.kind then
    error(keys, 0)
  elseif not good then
    problem.retrieval("the function credentials", problem.quote(keys))
  elseif type(keys) ~= "table" then
    fail.raise("credentials", "NoCredentialsError",
      "Unable to locate credentials: the function credentials returned no table")
  end
  return keys
end

local function from_function(context, given)
  return refreshable.new(context, {
    provider = "the function credentials",
    fetch = function()
      return ask(given)
    end,
  })
end

-- The chain is walked when keys are first needed; from then on the provider that had some is asked again.
local function from_chain(context)
  local source
  source = refreshable.new(context, {
    provider = "the chain",
    fetch = function(turn)
      local found = chain.find(context, turn)
      source:become(found)
      return found.keys or found.fetch(turn)
    end,
  })
  return source
end

--- Makes the source of a client's keys: an object with
--   keys(turn)           credentials for `request:sign`; raises error objects of kind "credentials" or "config"
--   refresh(turn, used)  after the service called `used` expired: whether there are others now
--   account()            the account they are of, or nil
-- Keys that expire are refreshed before they do, once for all who ask; see glacier.credentials.refreshable. A function
-- is asked again when its `expiration` is near or the service calls its keys expired.
-- Raises `PartialCredentialsError` or `CredentialRetrievalError` for a table that holds no keys.
-- @param given table { access_key_id, secret_access_key, session_token or nil, account_id or nil }; function returning
--   such a table, with `expiration` (seconds since the epoch) or without; or nil for the chain
-- @param context table: of glacier.credentials.settings
function credentials.source(given, context)
  if type(given) == "table" then
    return refreshable.new(context, { provider = "explicit", keys = {
      access_key_id = given.access_key_id, secret_access_key = given.secret_access_key,
      session_token = given.session_token, account_id = given.account_id,
    } })
  elseif given then
    return from_function(context, given)
  end
  return from_chain(context)
end

return credentials
