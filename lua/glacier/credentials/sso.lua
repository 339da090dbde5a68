--- Keys of a role in IAM Identity Center (SSO), requested with the token of `aws sso login`.
local core = require "glacier.core"
local errors = require "glacier.credentials.errors"
local object = require "glacier.credentials.object"
local service = require "glacier.credentials.service"
local settings = require "glacier.credentials.settings"
local sso_cache = require "glacier.credentials.sso_cache"
local sso_token = require "glacier.credentials.sso_token"

local sso = {}

local PROVIDER = "sso"
local session_keys = { "sso_start_url", "sso_region" }
local role_keys = { "sso_role_name", "sso_account_id", "sso_start_url", "sso_region" }

local UNAUTHORIZED = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh "
  .. "this SSO session run aws sso login with the corresponding profile."

local function raise_unauthorized()
  errors.token("UnauthorizedSSOTokenError", UNAUTHORIZED)
end

-- Returns the items of a list that are not keys of a map.
local function missing_in(map, keys)
  local list = {}
  for _, key in ipairs(keys) do
    list[#list + 1] = not map[key] and key or nil
  end
  return list
end

-- Returns the settings of a section that are not empty.
local function texts_of(section)
  local texts = {}
  for key, value in pairs(section) do
    texts[key] = type(value) == "string" and value ~= "" and value or nil
  end
  return texts
end

-- Only the values of SSO's settings are shown, because others may be secret.
local function raise_contradiction(key, in_profile, in_session)
  if not key:find "^sso_" then
    errors.config(("The value for %s is inconsistent between profile and sso-session."):format(key))
  end
  errors.config(("The value for %s is inconsistent between profile (%s) and sso-session (%s).")
    :format(key, errors.quote(in_profile), errors.quote(in_session)))
end

-- Returns the settings of a profile joined with those of its sso-session, which must not contradict them.
local function join(profile, sso_session)
  local joined, keys = {}, {}
  for key, value in pairs(profile) do
    joined[key] = value
  end
  for key in pairs(sso_session) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local value = sso_session[key]
    if joined[key] ~= nil and joined[key] ~= value then
      raise_contradiction(key, joined[key], value)
    end
    joined[key] = value
  end
  return joined
end

-- Checks that the sso-session's section has the settings that its token needs. The profile's settings do not count.
local function check_session(search, name, sso_session)
  local missing = missing_in(sso_session, session_keys)
  if missing[1] then
    errors.config(('The profile "%s" is configured to use the SSO token provider but is missing the following '
      .. "configuration: ['%s']."):format(search.profile_name, table.concat(missing, "', '")))
  end
  return { name = name, sso_region = sso_session.sso_region, sso_start_url = sso_session.sso_start_url }
end

local function texts_of_session(search, name)
  local section = search.session.sources.files.sso_sessions[name]
  if not section then
    errors.config(('The specified sso-session does not exist: "%s"'):format(name))
  end
  return texts_of(section)
end

-- Returns the settings of the role, and those of the sso-session or nil.
local function read_settings(search, profile)
  local in_profile = texts_of(profile)
  local name = in_profile.sso_session
  local sso_session = name and texts_of_session(search, name)
  local role = sso_session and join(in_profile, sso_session) or in_profile
  local missing = missing_in(role, role_keys)
  if missing[1] then
    errors.config(('The profile "%s" is configured to use SSO but is missing required configuration: %s')
      :format(search.profile_name, table.concat(missing, ", ")))
  end
  return role, sso_session and check_session(search, name, sso_session)
end

-- Returns the token of a login without an sso-session, which cannot be refreshed.
local function legacy_token(session, start_url)
  local token = sso_cache.read(session, start_url)
  if (core.parse_date(token.expiresAt) or 0) <= session.clock() then
    raise_unauthorized()
  end
  return token.accessToken
end

local function code_of(response)
  local body = object.decode(response:body()) or {}
  local code = response:header "x-amzn-errortype" or object.text(body, "__type") or ""
  return code:sub(1, 256):match "([%w]+):?[^#]*$"
end

local function message_of(response)
  return object.text(object.decode(response:body()) or {}, "message")
end

local function raise(failure, token, retryable)
  if failure.code == "UnauthorizedException" or failure.status == 401 then
    raise_unauthorized()
  end
  local text = errors.quote(failure.message, { token })
  if failure.kind == "service" then
    text = ("An error occurred (%s) when calling the GetRoleCredentials operation: %s")
      :format(failure.code or failure.status, text)
  end
  errors.retrieval(PROVIDER, text, retryable)
end

local function read_keys(body, account)
  local answer = object.decode(body) or {}
  local keys = type(answer.roleCredentials) == "table" and answer.roleCredentials or {}
  local missing = object.missing(keys, { "accessKeyId", "secretAccessKey", "sessionToken" })
  if missing or type(keys.expiration) ~= "number" then
    errors.retrieval(PROVIDER, "the response to GetRoleCredentials does not contain complete keys")
  end
  return {
    access_key_id = keys.accessKeyId,
    secret_access_key = keys.secretAccessKey,
    session_token = keys.sessionToken,
    expiration = keys.expiration / 1000,
    account_id = account,
  }
end

local function fetch_keys(session, context, role, token)
  local response, failure, retryable = service.send(session, context, {
    method = "GET",
    url = ("%s/federation/credentials?role_name=%s&account_id=%s"):format(
      (service.endpoint(session, "sso", role.sso_region)),
      core.uri_encode(role.sso_role_name), core.uri_encode(role.sso_account_id)),
    headers = { ["x-amz-sso_bearer_token"] = token },
    secrets = { token }, code_of = code_of, message_of = message_of,
  })
  if not response then
    raise(failure, token, retryable)
  end
  return read_keys(response:body(), role.sso_account_id)
end

--- Looks for `sso_role_name` or `sso_account_id` in the profile. Requests are sent when the keys are needed.
-- Raises `InvalidConfigError` for invalid settings. Fetching raises `SSOTokenLoadError`, `UnauthorizedSSOTokenError`,
-- `TokenRetrievalError`, `CredentialRetrievalError`.
function sso.find(search)
  local session = search.session
  local profile = settings.profile(session, search.profile_name)
  if not (settings.text(session, profile, "sso_role_name") or settings.text(session, profile, "sso_account_id")) then
    return nil, ('profile "%s" has neither sso_role_name nor sso_account_id'):format(search.profile_name)
  end
  local role, sso_session = read_settings(search, profile)
  return {
    provider = PROVIDER,
    fetch = function(context)
      local token = sso_session and sso_token.get(session, context, sso_session)
        or legacy_token(session, role.sso_start_url)
      return fetch_keys(session, context, role, token)
    end,
  }
end

return sso
