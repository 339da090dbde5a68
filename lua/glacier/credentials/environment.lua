--- Keys in environment variables.
local core = require "glacier.core"
local errors = require "glacier.credentials.errors"
local settings = require "glacier.credentials.settings"

local environment = {}

local PROVIDER = "env"

local function required(session, name)
  return settings.variable(session, name) or errors.partial(PROVIDER, name)
end

-- Returns the seconds since the epoch; nil if the variable is not set.
local function expiration_of(session)
  local text = settings.variable(session, "AWS_CREDENTIAL_EXPIRATION")
  return text and (core.parse_date(text) or errors.retrieval(PROVIDER,
    ('AWS_CREDENTIAL_EXPIRATION cannot be read as a date: "%s"'):format(errors.quote(text))))
end

local function read(session)
  return {
    access_key_id = required(session, "AWS_ACCESS_KEY_ID"),
    secret_access_key = required(session, "AWS_SECRET_ACCESS_KEY"),
    session_token = settings.variable(session, "AWS_SECURITY_TOKEN") or settings.variable(session, "AWS_SESSION_TOKEN"),
    expiration = expiration_of(session),
    account_id = settings.variable(session, "AWS_ACCOUNT_ID"),
  }
end

--- Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SECURITY_TOKEN or AWS_SESSION_TOKEN,
-- AWS_CREDENTIAL_EXPIRATION and AWS_ACCOUNT_ID. Keys with an expiration are read again shortly before it.
-- Raises `PartialCredentialsError` if the first variable is set and the second is not; `CredentialRetrievalError` for
-- an invalid expiration.
function environment.find(search)
  local session = search.session
  if not settings.variable(session, "AWS_ACCESS_KEY_ID") then
    return nil, "AWS_ACCESS_KEY_ID is not set"
  end
  local keys = read(session)
  local function fetch()
    required(session, "AWS_CREDENTIAL_EXPIRATION")
    return read(session)
  end
  return { provider = PROVIDER, keys = keys, fetch = keys.expiration and fetch or nil }
end

return environment
