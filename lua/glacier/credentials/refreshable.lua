--- The source of a client's keys. A source is an object with
--   obtain(context)         credentials for `request:sign`; or nil and the error object
--   keys(context)           credentials; raises error objects of kind "credentials", "config" or "transport"
--   refresh(context, used)  is called after the service rejected the keys `used` as expired. Returns whether there are
--                           other keys now
--
-- Keys that are given in code never change: the object of `core.credentials` is its own source. The class in this
-- module fetches keys, keeps them, and fetches them again before they expire. Coroutines that need keys at the same
-- time share one fetch.
--
-- As in botocore, there are two kinds of refresh. Less than 15 minutes before the expiry (advisory), the first caller
-- refreshes the keys while the others use the old ones; if the refresh fails, all use the old ones. Less than 10
-- minutes before the expiry (mandatory), all callers wait for the refresh, and if it fails, all raise its error. If the
-- error concerns only the caller that refreshes, such as its deadline, the others do not raise it: one of them
-- refreshes the keys instead.
local copcall = require "glacier.async.copcall"
local core = require "glacier.core"
local credential_errors = require "glacier.credentials.errors"
local errors = core.errors

local refreshable = {}

local Refreshable = {}
Refreshable.__index = Refreshable
Refreshable.__name = "glacier.credentials"

-- Seconds before the expiry.
local ADVISORY, MANDATORY = 15 * 60, 10 * 60

-- Seconds without a heartbeat after which a fetch counts as abandoned. With the default timeouts, one request may be
-- silent for 60 seconds while it connects and for 60 more while it reads.
local ABANDONED = 120

-- Seconds between two checks of another caller's fetch.
local MIN_PAUSE, MAX_PAUSE = 0.002, 0.05

-- Makes the record of a fetch in progress. `keys` are the keys that it replaces, or nil. The reference to its coroutine
-- is weak, because the host may drop the coroutine.
local function new_fetch(session, keys)
  return {
    owner = setmetatable({ copcall.running() }, { __mode = "v" }), replaces = keys,
    beat = 0, seen = 0, since = session.clock(),
  }
end

-- Returns the context of a caller that fetches. Each of its waits increases the fetch's heartbeat, so that waiting
-- callers can detect an abandoned fetch. A wait of `glacier.async.nginx` calls only `pause`.
local function beating(context, fetch)
  local function beat(wait)
    return wait and function(...)
      fetch.beat = fetch.beat + 1
      return wait(...)
    end
  end
  if not (context and context.wait) then
    return context
  end
  return setmetatable({
    wait = beat(context.wait), readable = beat(context.readable), pause = beat(context.pause),
  }, { __index = context })
end

local function is_abandoned(fetch, session)
  local now = session.clock()
  if fetch.beat ~= fetch.seen then
    fetch.seen, fetch.since = fetch.beat, now
  end
  return fetch.owner[1] == nil or now - fetch.since > ABANDONED
end

-- Returns whether a caller can wait for a fetch: another coroutine runs it, it is not abandoned, and the caller's wait
-- lets other coroutines run.
local function can_join(fetch, context, session)
  return context and context.wait and fetch.owner[1] ~= copcall.running() and not is_abandoned(fetch, session)
end

local function is_too_late(context)
  return context and context:remaining() <= 0
end

-- Returns whether a fetch failed for a reason that concerns only its caller, such as the caller's deadline.
local function is_private(err, context)
  return type(err) ~= "table" or (err.kind ~= "credentials" and err.kind ~= "config") or is_too_late(context)
end

local function copy_of(err)
  return errors.new(err.kind, err.code, err.message, { retryable = err.retryable })
end

local function log(self, began, err)
  local session = self._session()
  if session.log then
    session.log {
      event = "refresh", provider = self._provider, duration = session.clock() - began,
      expiration = not err and self._expiration or nil, code = type(err) == "table" and err.code or nil,
    }
  end
end

--- Makes the holder of a provider's keys.
-- Raises as `core.credentials` does for invalid keys.
-- @param session table: of glacier.credentials.settings
-- @param provided table: provider (string, botocore's name of it); keys, or nil: access_key_id, secret_access_key,
--   session_token, account_id (strings), expiration (seconds since the epoch), the last three optional; fetch,
--   function(context) -> keys, which raises and may yield; or nil for keys that never change
function refreshable.new(session, provided)
  -- A function hides the session, so that printing the holder and its fields prints no key of the shared files.
  local self = setmetatable({ _session = function() return session end }, Refreshable)
  self:become(provided)
  if provided.keys then
    self:_keep(provided.keys)
  end
  return self
end

--- Changes the provider.
-- @param provided table: of `refreshable.new`; its keys are ignored
function Refreshable:become(provided)
  self._provider, self._refreshes = provided.provider, provided.fetch ~= nil
  self._fetch = provided.fetch or self._fetch
end

-- Keeps keys, but not their text: only `core.credentials` has it, and wipes its memory when it is freed.
function Refreshable:_keep(keys)
  if keys.expiration ~= nil and type(keys.expiration) ~= "number" then
    credential_errors.retrieval(self._provider, "expiration must be a number: seconds since the epoch")
  end
  self._keys = core.credentials(keys, self._provider)
  self._expiration, self._account = keys.expiration, keys.account_id
end

-- Returns whether a refresh is due: nil, "advisory" or "mandatory".
function Refreshable:_need()
  if not self._keys then
    return "mandatory"
  end
  local left = self._refreshes and self._expiration and self._expiration - self._session().clock() or math.huge
  return left < MANDATORY and "mandatory" or left < ADVISORY and "advisory" or nil
end

-- Keeps the keys of a fetch, unless a later fetch has already kept others.
function Refreshable:_accept(fetch, keys)
  if self._pending ~= fetch and self._keys ~= fetch.replaces then
    return
  end
  if type(keys.expiration) == "number" and keys.expiration < self._session().clock() then
    credential_errors.retrieval(self._provider,
      "Credentials were refreshed, but the refreshed credentials are still expired.")
  end
  self:_keep(keys)
end

-- Calls the provider. Returns nil, or the error that was raised.
function Refreshable:_run(fetch, context)
  local good, result = copcall.call(self._fetch, beating(context, fetch))
  if good then
    good, result = pcall(self._accept, self, fetch, result)
  end
  if good then
    return nil
  end
  return result == nil and "nil was raised" or result
end

-- Fetches keys. Returns nil, or the error that was raised.
function Refreshable:_start(context)
  local fetch, began = new_fetch(self._session(), self._keys), self._session().clock()
  self._pending = fetch
  local err = self:_run(fetch, context)
  fetch.done, fetch.failed = true, err ~= nil
  fetch.err = err ~= nil and not is_private(err, context) and err or nil
  if self._pending == fetch then
    self._pending = nil
  end
  log(self, began, err)
  return err
end

-- Waits for another caller's fetch. Returns whether its result is valid for this caller too, and its error.
function Refreshable:_join(fetch, context)
  local pause = MIN_PAUSE
  while not fetch.done and can_join(fetch, context, self._session()) do
    if is_too_late(context) then
      local text = "The timeout of the whole call passed while waiting for keys"
      return true, errors.new("transport", "ReadTimeoutError", text, { retryable = true })
    end
    context:sleep(pause)
    pause = math.min(pause * 2, MAX_PAUSE)
  end
  return fetch.done and (not fetch.failed or fetch.err ~= nil), fetch.err and copy_of(fetch.err)
end

-- Fetches keys, or waits for the fetch of another caller. Returns nil, or the error to raise.
function Refreshable:_renew(context)
  local fetch = self._pending
  while fetch and can_join(fetch, context, self._session()) do
    local settled, err = self:_join(fetch, context)
    if settled then
      return err
    end
    fetch = self._pending
  end
  return self:_start(context)
end

--- Returns the keys, if they need no refresh. Fetches and raises nothing.
-- @return credentials of glacier.core, or nil
function Refreshable:current()
  if not (self._refreshes and self._expiration) then
    return self._keys
  end
  return not self:_need() and self._keys or nil
end

--- Returns the keys, and refreshes them first if a refresh is due.
-- Raises error objects of kind "credentials" or "config", and of kind "transport" if the call's timeout passes. May
-- yield through the context.
-- @param context context or nil: how this caller waits
-- @return credentials of glacier.core
function Refreshable:keys(context)
  local need, fetch = self:_need(), self._pending
  local another_fetches = fetch and can_join(fetch, context, self._session())
  if need and not (need == "advisory" and another_fetches) then
    local err = self:_renew(context)
    if err ~= nil and (need == "mandatory" or type(err) ~= "table") then
      error(err, 0)
    end
  end
  return self._keys
end

--- Returns the keys as `keys` does, but returns nil and the error object instead of raising it. Any other error is
-- raised.
-- @param context context
-- @return credentials of glacier.core; or nil and the error object
function Refreshable:obtain(context)
  local current = self:current()
  if current then
    return current
  end
  local good, keys = copcall.call(self.keys, self, context)
  if good then
    return keys
  elseif type(keys) ~= "table" then
    return error(keys, 0)
  end
  return nil, keys
end

--- Fetches other keys after the service rejected these as expired.
-- @param context context or nil
-- @param used credentials or nil: the rejected keys; if they have been replaced already, nothing is fetched
-- @return boolean: whether there are other keys now. If the fetch failed, the old keys are kept, and the second result
--   is the error object.
function Refreshable:refresh(context, used)
  if not (self._refreshes and self._keys) then
    return false
  end
  if used and used ~= self._keys then
    return true
  end
  local err = self:_renew(context)
  if err ~= nil and type(err) ~= "table" then
    error(err, 0)
  end
  return err == nil, err
end

--- Returns the account that the keys belong to: a string; nil if it is unknown.
function Refreshable:account()
  return self._account
end

function Refreshable:__tostring()
  return ("glacier.credentials (%s)"):format(self._provider)
end

return refreshable
