--- The sources of a client's keys. A source is an object with
--   current()               credentials for `request:sign`, or nil if they must be fetched first
--   obtain(context)         credentials; or nil and the error object
--   keys(context)           credentials; raises error objects of kind "credentials" or "config"
--   refresh(context, used)  after the service rejected the keys `used` as expired: whether there are other keys now
--   account()               the account that the keys belong to, or nil
--
-- The class in this module holds keys that never change. Its subclass in `glacier.credentials.refreshable` also fetches
-- keys, and refreshes them before they expire, once for all callers.
local core = require "glacier.core"

local credentials = {}

local Holder = {}
Holder.__index = Holder
Holder.__name = "glacier.credentials"

--- Makes a class that inherits the methods of holders.
-- @return table: the class
function credentials.subclass()
  local class = setmetatable({}, { __index = Holder })
  class.__index, class.__name, class.__tostring = class, Holder.__name, Holder.__tostring
  return class
end

function Holder:_raise(text)
  require("glacier.credentials.errors").retrieval(self._provider, text)
end

-- Keeps keys. Their text is held only by `core.credentials`, which wipes its memory when it is freed.
function Holder:_keep(keys)
  for _, name in ipairs { "access_key_id", "secret_access_key", "session_token", "account_id" } do
    if keys[name] ~= nil and type(keys[name]) ~= "string" then
      self:_raise(name .. " must be a string")
    end
  end
  if keys.expiration ~= nil and type(keys.expiration) ~= "number" then
    self:_raise "expiration must be a number: seconds since the epoch"
  end
  local token = keys.session_token ~= "" and keys.session_token or nil
  local kept = core.credentials(keys.access_key_id, keys.secret_access_key, token)
  self._keys, self._expiration, self._account = kept, keys.expiration, keys.account_id
end

--- Returns the keys.
-- @return credentials of glacier.core
function Holder:current()
  return self._keys
end

Holder.keys, Holder.obtain = Holder.current, Holder.current

--- Returns whether there are other keys after the service rejected these as expired: always false, because these keys
-- never change.
function Holder.refresh()
  return false
end

--- Returns the account that the keys belong to: a string; nil if it is unknown.
function Holder:account()
  return self._account
end

function Holder:__tostring()
  return ("glacier.credentials (%s)"):format(self._provider)
end

--- Makes the source of keys that are given in code. They never change.
-- Raises `PartialCredentialsError` or `CredentialRetrievalError` for a table without valid keys.
-- @param given table: access_key_id, secret_access_key, session_token or nil, account_id or nil
-- @return holder
function credentials.explicit(given)
  local self = setmetatable({ _provider = "explicit" }, Holder)
  self:_keep {
    access_key_id = given.access_key_id, secret_access_key = given.secret_access_key,
    session_token = given.session_token, account_id = given.account_id,
  }
  return self
end

return credentials
