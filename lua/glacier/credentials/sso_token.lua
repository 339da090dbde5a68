--- The access token of an sso-session. It is cached. Less than 15 minutes before its expiry it is refreshed with its
-- refresh token (CreateToken of SSO OIDC).
local core = require "glacier.core"
local errors = require "glacier.credentials.errors"
local json = require "glacier.json"
local object = require "glacier.credentials.object"
local service = require "glacier.credentials.service"
local sso_cache = require "glacier.credentials.sso_cache"

local sso_token = {}

-- Seconds before the expiry.
local WINDOW = 15 * 60

-- Seconds, more than 300 years. Longer lifetimes are invalid.
local MAX_SECONDS = 1e10

local refresh_fields = { "refreshToken", "clientId", "clientSecret", "registrationExpiresAt" }

local function code_of(response)
  return object.text(object.decode(response:body()) or {}, "error")
end

local function message_of(response)
  local body = object.decode(response:body()) or {}
  return object.text(body, "error") or object.text(body, "message") or "no reason given"
end

local function fields_of(session, sso_session, token, secrets)
  return {
    method = "POST",
    url = service.endpoint(session, "sso_oidc", sso_session.sso_region) .. "/token",
    headers = { ["Content-Type"] = "application/json" },
    body = json.encode {
      grantType = "refresh_token", refreshToken = token.refreshToken,
      clientId = token.clientId, clientSecret = token.clientSecret,
    },
    secrets = secrets, code_of = code_of, message_of = message_of,
  }
end

local function new_token(session, sso_session, token, created)
  return {
    startUrl = sso_session.sso_start_url,
    region = sso_session.sso_region,
    accessToken = created.accessToken,
    expiresAt = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(session.clock() + created.expiresIn)),
    clientId = token.clientId,
    clientSecret = token.clientSecret,
    registrationExpiresAt = token.registrationExpiresAt,
    refreshToken = object.text(created, "refreshToken"),
  }
end

local function is_token(created)
  local text, seconds = object.text(created, "accessToken"), created.expiresIn
  return text and not text:find "%c" and type(seconds) == "number" and math.abs(seconds) < MAX_SECONDS
end

-- Returns why a token cannot be refreshed; nil if it can be refreshed.
local function obstacle(session, token)
  local missing = object.missing(token, refresh_fields)
  if missing then
    return "it has no " .. missing
  end
  local registered_until = core.parse_date(token.registrationExpiresAt)
  if not registered_until or registered_until <= session.clock() then
    return "its client registration has expired"
  end
end

-- Returns the refreshed token; or nil and the reason.
local function refresh(session, context, sso_session, token)
  local why = obstacle(session, token)
  if why then
    return nil, why
  end
  local secrets = { token.refreshToken, token.clientSecret, token.accessToken }
  local response, failure = service.send(session, context, fields_of(session, sso_session, token, secrets))
  if not response then
    why = errors.quote(failure.message, secrets)
    return nil, failure.kind == "service" and ("status %d: %s"):format(failure.status, why) or why
  end
  local created = object.decode(response:body()) or {}
  if not is_token(created) then
    return nil, "the response to CreateToken does not contain a token"
  end
  return new_token(session, sso_session, token, created)
end

local function expiration_of(token)
  return core.parse_date(token.expiresAt) or 0
end

-- Returns the token in the cache; or the last refreshed token, if it could not be saved and expires later.
local function newest(session, sso_session)
  local token, unsaved = sso_cache.read(session, sso_session.name), sso_session.unsaved
  return unsaved and expiration_of(unsaved) > expiration_of(token) and unsaved or token
end

--- Returns a valid token.
-- Raises `SSOTokenLoadError` if there is no token, `TokenRetrievalError` if it has expired and cannot be refreshed.
-- @param sso_session table: name, sso_region, sso_start_url; `unsaved` is set in it
-- @return string
function sso_token.get(session, context, sso_session)
  local token = newest(session, sso_session)
  if expiration_of(token) - session.clock() >= WINDOW then
    return token.accessToken
  end
  local fresh, why = refresh(session, context, sso_session, token)
  if fresh then
    sso_session.unsaved = not sso_cache.write(session, sso_session.name, fresh) and fresh or nil
    token = fresh
  end
  if expiration_of(token) <= session.clock() then
    errors.token("TokenRetrievalError", ("Error when retrieving token from sso: Token has expired and refresh failed "
      .. "(%s). Run aws sso login with the corresponding profile."):format(why or "the new one has expired as well"))
  end
  return token.accessToken
end

return sso_token
