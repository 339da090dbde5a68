--- Keys that are fetched, kept, and fetched again before they expire: once for all the coroutines that ask at a time.
--
-- As in botocore, keys that expire within 15 minutes are refreshed by whoever asks first, while the others go on with
-- the old ones, and so does everybody if it fails (advisory). Within 10 minutes all wait for it, and if it fails all
-- raise (mandatory).
local core = require "glacier.core"
local errors = require "glacier.errors"
local problem = require "glacier.credentials.problem"
local copcall = require "glacier.async.copcall"

local refreshable = {}

local Refreshable = {}
Refreshable.__index = Refreshable
Refreshable.__name = "glacier.credentials"

-- Seconds before the expiry.
local ADVISORY, MANDATORY = 15 * 60, 10 * 60

-- Seconds after which a fetch that nobody drives any more counts as given up: as long as a read may take.
local ABANDONED = 60

-- Seconds between two looks at another's fetch.
local SHORTEST, LONGEST = 0.002, 0.05

-- A fetch under way. It knows its coroutine weakly, for that can be dropped by whoever drove it.
local function new_flight(session)
  return { owner = setmetatable({ copcall.running() }, { __mode = "v" }), beat = 0, seen = 0, since = session.clock() }
end

-- The context of who fetches, made to tell the flight of each wait: so that the others see that it goes on.
local function watched(context, flight)
  if not (context and context.wait) then
    return context
  end
  local function wait(seconds)
    flight.beat = flight.beat + 1
    return context.wait(seconds)
  end
  return setmetatable({ wait = wait }, { __index = context })
end

local function is_abandoned(flight, session)
  local now = session.clock()
  if flight.beat ~= flight.seen then
    flight.seen, flight.since = flight.beat, now
  end
  return flight.owner[1] == nil or now - flight.since > ABANDONED
end

-- Whether waiting for another's fetch makes sense: it goes on, it is another's, and this caller can let it go on.
local function can_join(flight, context, session)
  return context and context.wait and flight.owner[1] ~= copcall.running() and not is_abandoned(flight, session)
end

local function is_too_late(context)
  return context and context.deadline and context.clock() >= context.deadline
end

-- Whether it was not the keys' own trouble that ended a fetch, but that of the call that made it.
local function is_private(err, context)
  return type(err) ~= "table" or (err.kind ~= "credentials" and err.kind ~= "config") or is_too_late(context)
end

local function copy_of(err)
  return errors.new(err.kind, err.code, err.message, err.retryable)
end

local function tell(self, began, err)
  local log = self._context().log
  if log then
    log {
      event = "refresh", provider = self._provider, duration = self._context().clock() - began,
      expiration = not err and self._expiration or nil, code = type(err) == "table" and err.code or nil,
    }
  end
end

--- Makes the holder of what a provider found.
-- Raises as `core.credentials` does where keys that were found are no keys.
-- @param session table: of glacier.credentials.settings
-- @param found table: provider (string, botocore's name of it); keys, or nil: access_key_id, secret_access_key,
--   session_token, account_id (strings), expiration (seconds since the epoch), the last three optional; fetch, or nil
--   for keys that stay as they are: function(context) -> keys, which raises and may yield
function refreshable.new(session, found)
  -- Behind a function: whoever prints the holder with all that is in it prints no key of the shared files.
  local self = setmetatable({ _context = function() return session end }, Refreshable)
  self:become(found)
  if found.keys then
    self:_keep(found.keys)
  end
  return self
end

--- Makes it the holder of what another provider found.
-- @param found table: as of `refreshable.new`; its keys are not taken in
function Refreshable:become(found)
  self._provider, self._refreshes = found.provider, found.fetch ~= nil
  self._fetch = found.fetch or self._fetch
end

-- Takes keys in. Their text goes into memory that is wiped when freed, and is kept nowhere else.
function Refreshable:_keep(keys)
  for _, name in ipairs { "access_key_id", "secret_access_key", "session_token", "account_id" } do
    if keys[name] ~= nil and type(keys[name]) ~= "string" then
      problem.retrieval(self._provider, name .. " must be a string")
    end
  end
  if keys.expiration ~= nil and type(keys.expiration) ~= "number" then
    problem.retrieval(self._provider, "expiration must be a number: seconds since the epoch")
  end
  local kept = core.credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
  self._keys, self._expiration, self._account = kept, keys.expiration, keys.account_id
end

-- nil, "advisory" or "mandatory".
function Refreshable:_need()
  if not self._keys then
    return "mandatory"
  end
  local left = self._refreshes and self._expiration and self._expiration - self._context().clock() or math.huge
  return left < MANDATORY and "mandatory" or left < ADVISORY and "advisory" or nil
end

-- Takes what a fetch gave, unless a later one was faster.
function Refreshable:_land(flight, keys)
  if self._flight ~= flight and self._keys then
    return
  end
  if type(keys.expiration) == "number" and keys.expiration < self._context().clock() then
    problem.retrieval(self._provider, "Credentials were refreshed, but the refreshed credentials are still expired.")
  end
  self:_keep(keys)
end

-- Fetches. Returns nil, or what was raised.
function Refreshable:_fly(context)
  local flight, began = new_flight(self._context()), self._context().clock()
  self._flight = flight
  local good, result = copcall.call(self._fetch, watched(context, flight))
  if good then
    good, result = pcall(self._land, self, flight, result)
  end
  local err = nil
  if not good then
    err = result == nil and "nil was raised" or result
  end
  flight.done, flight.err = true, not is_private(err, context) and err or nil
  flight.failed = err ~= nil
  if self._flight == flight then
    self._flight = nil
  end
  tell(self, began, err)
  return err
end

-- Waits for another's fetch. Returns whether it ended in a way that counts for all, and its error.
function Refreshable:_join(flight, context)
  local pause = SHORTEST
  while not flight.done and can_join(flight, context, self._context()) do
    if is_too_late(context) then
      local text = "The timeout of the whole call passed while waiting for keys"
      return true, errors.new("transport", "ReadTimeoutError", text, true)
    end
    self._context().sleep(pause, context)
    pause = math.min(pause * 2, LONGEST)
  end
  return flight.done and (not flight.failed or flight.err ~= nil), flight.err and copy_of(flight.err)
end

-- Has the keys fetched, here or by the one who is at it. Returns nil or what is to be raised.
function Refreshable:_renew(context)
  local flight = self._flight
  while flight and can_join(flight, context, self._context()) do
    local settled, err = self:_join(flight, context)
    if settled then
      return err
    end
    flight = self._flight
  end
  return self:_fly(context)
end

--- The keys, refreshed first where that is due.
-- Raises error objects of kind "credentials" or "config". May yield through the turn's wait.
-- @param context table or nil: how this caller waits
-- @return credentials of glacier.core
function Refreshable:keys(context)
  local need = self:_need()
  local flight = self._flight
  local another_is_at_it = flight and can_join(flight, context, self._context())
  if need and not (need == "advisory" and another_is_at_it) then
    local err = self:_renew(context)
    if err and (need == "mandatory" or type(err) ~= "table") then
      error(err, 0)
    end
  end
  return self._keys
end

--- Fetches other keys after the service refused these as expired.
-- @param context table or nil
-- @param used credentials, optional: the refused ones; where they have been replaced since, nothing is fetched
-- @return boolean: true where there are other keys now. False where they cannot be refreshed; with an error object
--   where that was tried, the old ones being kept.
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

--- The account that the keys are of: a string; nil where that is not known, or not yet.
function Refreshable:account()
  return self._account
end

function Refreshable:__tostring()
  return ("glacier.credentials (%s)"):format(self._provider)
end

return refreshable
