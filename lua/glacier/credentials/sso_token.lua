--- The access token of an sso-session: cached, and refreshed with its refresh token (SSO OIDC, CreateToken) when it
-- expires within 15 minutes.
local answer = require "glacier.credentials.answer"
local problem = require "glacier.credentials.problem"
local service = require "glacier.credentials.service"
local sso_cache = require "glacier.credentials.sso_cache"
local timestamp = require "glacier.credentials.timestamp"

local sso_token = {}

-- Seconds before the expiry.
local WINDOW = 15 * 60

-- Seconds that no token lasts: three hundred years.
local NEVER = 1e10

local refresh_fields = { "refreshToken", "clientId", "clientSecret", "registrationExpiresAt" }

local function request_fields(session, sso_session, token)
  return {
    method = "POST",
    url = service.endpoint(session, "sso_oidc", sso_session.sso_region) .. "/token",
    headers = { ["Content-Type"] = "application/json" },
    body = answer.encode {
      grantType = "refresh_token", refreshToken = token.refreshToken,
      clientId = token.clientId, clientSecret = token.clientSecret,
    },
  }
end

local function new_token(session, sso_session, token, created)
  return {
    startUrl = sso_session.sso_start_url,
    region = sso_session.sso_region,
    accessToken = created.accessToken,
    expiresAt = timestamp.format(session.clock() + created.expiresIn),
    clientId = token.clientId,
    clientSecret = token.clientSecret,
    registrationExpiresAt = token.registrationExpiresAt,
    refreshToken = answer.text(created, "refreshToken"),
  }
end

local function is_token(created)
  local text, seconds = answer.text(created, "accessToken"), created.expiresIn
  return text and not text:find "%c" and type(seconds) == "number" and math.abs(seconds) < NEVER
end

-- The refreshed token; or nil and why there is none.
local function refreshed(session, context, sso_session, token)
  local missing = answer.missing(token, refresh_fields)
  if missing then
    return nil, "it has no " .. missing
  end
  local registered_until = timestamp.parse(token.registrationExpiresAt)
  if not registered_until or registered_until <= session.clock() then
    return nil, "the registration it was made with has expired"
  end
  local secrets = { token.refreshToken, token.clientSecret, token.accessToken }
  local response, err = service.send(session, context, request_fields(session, sso_session, token))
  if not response then
    return nil, problem.quote(err.message, secrets)
  end
  local created = answer.decode(response:body()) or {}
  if response:status() ~= 200 then
    local said = answer.text(created, "error") or answer.text(created, "message") or "no reason given"
    return nil, ("status %d: %s"):format(response:status(), problem.quote(said, secrets))
  elseif not is_token(created) then
    return nil, "the answer to CreateToken holds no token"
  end
  return new_token(session, sso_session, token, created)
end

-- What the cache has; or what was refreshed here and could not be written there, where that lasts longer.
local function newest(session, sso_session)
  local token, own = sso_cache.read(session, sso_session.name), sso_session.unsaved
  if own and (timestamp.parse(own.expiresAt) or 0) > (timestamp.parse(token.expiresAt) or 0) then
    return own
  end
  return token
end

--- The token to use now.
-- Raises `SSOTokenLoadError` where there is none, `TokenRetrievalError` where it has expired and cannot be refreshed.
-- @param session table: name, sso_region, sso_start_url; `unsaved` is kept in it
-- @return string
function sso_token.get(session, context, sso_session)
  local token = newest(session, sso_session)
  local expiration = timestamp.parse(token.expiresAt) or 0
  if expiration - session.clock() >= WINDOW then
    return token.accessToken
  end
  local fresh, why = refreshed(session, context, sso_session, token)
  if fresh then
    sso_session.unsaved = not sso_cache.write(session, sso_session.name, fresh) and fresh or nil
    token, expiration = fresh, timestamp.parse(fresh.expiresAt)
  end
  if expiration <= session.clock() then
    problem.token("TokenRetrievalError", ("Error when retrieving token from sso: Token has expired and refresh failed "
      .. "(%s). Run aws sso login with the corresponding profile."):format(why or "the new one has expired as well"))
  end
  return token.accessToken
end

return sso_token
