--- Keys of a role in IAM Identity Center (SSO), for the token of who has logged in with `aws sso login`.
local answer = require "glacier.credentials.answer"
local problem = require "glacier.credentials.problem"
local service = require "glacier.credentials.service"
local settings = require "glacier.credentials.settings"
local sso_cache = require "glacier.credentials.sso_cache"
local sso_token = require "glacier.credentials.sso_token"
local timestamp = require "glacier.credentials.timestamp"

local sso = {}

local PROVIDER = "sso"
local needed = { "sso_start_url", "sso_region" }

local UNAUTHORIZED = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh "
  .. "this SSO session run aws sso login with the corresponding profile."

local function unauthorized()
  problem.token("UnauthorizedSSOTokenError", UNAUTHORIZED)
end

local function missing_in(section, keys)
  local list = {}
  for _, key in ipairs(keys) do
    if not settings.text(section, key) then
      list[#list + 1] = key
    end
  end
  return list
end

-- What makes two values differ, in words: only settings of SSO are no secrets.
local function contradiction(key, own, value)
  if not key:find "^sso_" then
    return ("The value for %s is inconsistent between profile and sso-session."):format(key)
  end
  return ("The value for %s is inconsistent between profile (%s) and sso-session (%s).")
    :format(key, problem.quote(own), problem.quote(value))
end

-- The profile's keys joined with those of its sso-session, which must not contradict it.
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
    local value = settings.text(sso_session, key)
    if joined[key] ~= nil and joined[key] ~= value then
      problem.config(contradiction(key, joined[key], value))
    end
    joined[key] = value
  end
  return joined
end

-- What the token of an sso-session needs must be in its section, whatever the profile says.
local function check_session(search, name, sso_session)
  local missing = missing_in(sso_session, needed)
  if missing[1] then
    problem.config(('The profile "%s" is configured to use the SSO token provider but is missing the following '
      .. "configuration: ['%s']."):format(search.profile_name, table.concat(missing, "', '")))
  end
  return { name = name, sso_region = sso_session.sso_region, sso_start_url = sso_session.sso_start_url }
end

-- The settings, and the sso-session's or nil.
local function read_settings(search, profile)
  local name = settings.text(profile, "sso_session")
  local section = name and (search.session.files.sso_sessions[name]
    or problem.config(('The specified sso-session does not exist: "%s"'):format(name)))
  local joined = section and join(profile, section) or profile
  local missing = missing_in(joined, { "sso_role_name", "sso_account_id", "sso_start_url", "sso_region" })
  if missing[1] then
    problem.config(('The profile "%s" is configured to use SSO but is missing required configuration: %s')
      :format(search.profile_name, table.concat(missing, ", ")))
  end
  return joined, section and check_session(search, name, section)
end

-- The token of a login without an sso-session, which cannot be refreshed.
local function legacy_token(session, start_url)
  local token = sso_cache.read(session, start_url)
  if (timestamp.parse(token.expiresAt) or 0) <= session.clock() then
    unauthorized()
  end
  return token.accessToken
end

local function code_of(response)
  local body = answer.decode(response:body()) or {}
  return (response:header "x-amzn-errortype" or answer.text(body, "__type") or ""):match "([%w]+):?[^#]*$"
end

local function raise_refusal(response, token)
  local body, code = answer.decode(response:body()) or {}, code_of(response)
  if code == "UnauthorizedException" or response:status() == 401 then
    unauthorized()
  end
  local said = problem.quote(answer.text(body, "message") or "", { token })
  local text = ("An error occurred (%s) when calling the GetRoleCredentials operation: %s")
    :format(code or response:status(), said)
  problem.retrieval(PROVIDER, text, service.may_pass(response, code))
end

local function read_keys(body, account)
  local object = answer.decode(body) or {}
  local keys = type(object.roleCredentials) == "table" and object.roleCredentials or {}
  local missing = answer.missing(keys, { "accessKeyId", "secretAccessKey", "sessionToken" })
  if missing or type(keys.expiration) ~= "number" then
    problem.retrieval(PROVIDER, "the answer to GetRoleCredentials holds no complete keys")
  end
  return {
    access_key_id = keys.accessKeyId,
    secret_access_key = keys.secretAccessKey,
    session_token = keys.sessionToken,
    expiration = keys.expiration / 1000,
    account_id = account,
  }
end

local function role_keys(session, context, found, token)
  local response, err = service.send(session, context, {
    method = "GET",
    url = ("%s/federation/credentials?role_name=%s&account_id=%s"):format(
      (service.endpoint(session, "sso", found.sso_region)),
      service.encode(found.sso_role_name), service.encode(found.sso_account_id)),
    headers = { ["x-amz-sso_bearer_token"] = token },
    code_of = code_of,
  })
  if not response then
    problem.retrieval(PROVIDER, problem.quote(err.message, { token }), err.retryable)
  elseif response:status() ~= 200 then
    raise_refusal(response, token)
  end
  return read_keys(response:body(), found.sso_account_id)
end

--- Looks for `sso_role_name` or `sso_account_id` in the profile. Nothing is asked before the keys are needed.
-- Raises `InvalidConfigError` where the settings cannot be meant. Fetching raises `SSOTokenLoadError`,
-- `UnauthorizedSSOTokenError`, `TokenRetrievalError`, `CredentialRetrievalError`.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function sso.find(search)
  local session = search.session
  local profile = settings.profile(session, search.profile_name)
  if profile.sso_role_name == nil and profile.sso_account_id == nil then
    return nil, ('profile "%s" has neither sso_role_name nor sso_account_id'):format(search.profile_name)
  end
  local found, sso_session = read_settings(search, profile)
  return {
    provider = PROVIDER,
    fetch = function(context)
      local token = sso_session and sso_token.get(session, context, sso_session) or legacy_token(session, found.sso_start_url)
      return role_keys(session, context, found, token)
    end,
  }
end

return sso
