--- The source of a client's keys: the option `credentials`, else the AWS chain.
local holder = require "glacier.credentials.holder"

local credentials = {}

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
  end
  local fetched = require "glacier.credentials.fetched"
  return given and fetched.from_function(session, given) or fetched.from_chain(session)
end

return credentials
