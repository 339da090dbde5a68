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

local function request_fields(context, session, token)
  return {
    method = "POST",
    url = service.endpoint(context, "oidc", session.sso_region) .. "/token",
    headers = { ["Content-Type"] = "application/json" },
    body = answer.encode {
      grantType = "refresh_token", refreshToken = token.refreshToken,
      clientId = token.clientId, clientSecret = token.clientSecret,
    },
  }
end

local function new_token(context, session, token, created)
  return {
    startUrl = session.sso_start_url,
    region = session.sso_region,
    accessToken = created.accessToken,
    expiresAt = timestamp.format(context.clock() + created.expiresIn),
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
local function refreshed(context, turn, session, token)
  local missing = answer.missing(token, refresh_fields)
  if missing then
    return nil, "it has no " .. missing
  end
  local registered_until = timestamp.parse(token.registrationExpiresAt)
  if not registered_until or registered_until <= context.clock() then
    return nil, "the registration it was made with has expired"
  end
  local secrets = { token.refreshToken, token.clientSecret, token.accessToken }
  local response, err = service.send(context, turn, request_fields(context, session, token))
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
  return new_token(context, session, token, created)
end

-- What the cache has; or what was refreshed here and could not be written there, where that lasts longer.
local function newest(context, session)
  local token, own = sso_cache.read(context, session.name), session.unsaved
  if own and (timestamp.parse(own.expiresAt) or 0) > (timestamp.parse(token.expiresAt) or 0) then
    return own
  end
  return token
end

--- The token to use now.
-- Raises `SSOTokenLoadError` where there is none, `TokenRetrievalError` where it has expired and cannot be refreshed.
-- @param session table: name, sso_region, sso_start_url; `unsaved` is kept in it
-- @return string
function sso_token.get(context, turn, session)
  local token = newest(context, session)
  local expiration = timestamp.parse(token.expiresAt) or 0
  if expiration - context.clock() >= WINDOW then
    return token.accessToken
  end
  local fresh, why = refreshed(context, turn, session, token)
  if fresh then
    session.unsaved = not sso_cache.write(context, session.name, fresh) and fresh or nil
    token, expiration = fresh, timestamp.parse(fresh.expiresAt)
  end
  if expiration <= context.clock() then
    problem.token("TokenRetrievalError", ("Error when retrieving token from sso: Token has expired and refresh failed "
      .. "(%s). Run aws sso login with the corresponding profile."):format(why or "the new one has expired as well"))
  end
  return token.accessToken
end

return sso_token
