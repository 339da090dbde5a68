--- Keys of a role that is assumed with the token of an identity provider, for example in Kubernetes.
local errors = require "glacier.credentials.errors"
local settings = require "glacier.credentials.settings"

local web_identity = {}

local PROVIDER = "assume-role-with-web-identity"

local NO_ROLE = "The provided profile or the current environment is configured to assume role with web identity but "
  .. "has no role ARN configured. Ensure that the profile has the role_arn configuration set or the AWS_ROLE_ARN env "
  .. "var is set."

-- Returns the variable if variables may be used and it is set; else the profile's setting.
local function setting(search, variable, key)
  local session = search.session
  return search.use_environment and settings.variable(session, variable)
    or settings.text(session, settings.profile(session, search.profile_name), key)
end

local function call_of(role_arn, role_session, token)
  return {
    action = "AssumeRoleWithWebIdentity", provider = PROVIDER, secrets = { token },
    parameters = { { "RoleArn", role_arn }, { "RoleSessionName", role_session }, { "WebIdentityToken", token } },
  }
end

--- Reads AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME. For a variable that is not set, reads the
-- profile's web_identity_token_file, role_arn or role_session_name. The role is assumed when the keys are needed.
-- Raises `InvalidConfigError` for a token file without a role.
function web_identity.find(search)
  local session = search.session
  local path = setting(search, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file")
  if not path then
    local unset = search.use_environment and ", and AWS_WEB_IDENTITY_TOKEN_FILE is not set" or ""
    return nil, ('profile "%s" has no web_identity_token_file%s'):format(search.profile_name, unset)
  end
  path = settings.path(session, path)
  local role_arn = setting(search, "AWS_ROLE_ARN", "role_arn") or errors.config(NO_ROLE)
  local role_session = setting(search, "AWS_ROLE_SESSION_NAME", "role_session_name")
    or ("glacier-session-%d"):format(math.floor(session.clock()))
  return {
    provider = PROVIDER,
    fetch = function(context)
      -- The file is read at each refresh, because another program replaces the token before it expires.
      local token = require("glacier.credentials.token_file").read(PROVIDER, "web identity token file", path)
      return require("glacier.credentials.sts").keys(session, context, call_of(role_arn, role_session, token))
    end,
  }
end

return web_identity
