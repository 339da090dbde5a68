--- Keys of the environment variables.
local problem = require "glacier.credentials.problem"
local settings = require "glacier.credentials.settings"
local timestamp = require "glacier.credentials.timestamp"

local environment = {}

local PROVIDER = "env"

local function needed(session, name)
  return settings.variable(session, name) or problem.partial(PROVIDER, name)
end

-- Seconds since the epoch, or nil where the variable is not set.
local function expiration_of(session)
  local text = settings.variable(session, "AWS_CREDENTIAL_EXPIRATION")
  local expiration = timestamp.parse(text)
  if text and not expiration then
    problem.retrieval(PROVIDER, "AWS_CREDENTIAL_EXPIRATION is no timestamp")
  end
  return expiration
end

local function read(session)
  return {
    access_key_id = needed(session, "AWS_ACCESS_KEY_ID"),
    secret_access_key = needed(session, "AWS_SECRET_ACCESS_KEY"),
    session_token = settings.variable(session, "AWS_SECURITY_TOKEN") or settings.variable(session, "AWS_SESSION_TOKEN"),
    expiration = expiration_of(session),
    account_id = settings.variable(session, "AWS_ACCOUNT_ID"),
  }
end

--- Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SECURITY_TOKEN or AWS_SESSION_TOKEN,
-- AWS_CREDENTIAL_EXPIRATION and AWS_ACCOUNT_ID; with an expiration, again when that is near.
-- Raises `PartialCredentialsError` where the first is set and the second is not.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function environment.find(search)
  local session = search.session
  if not settings.variable(session, "AWS_ACCESS_KEY_ID") then
    return nil, "AWS_ACCESS_KEY_ID is not set"
  end
  local keys = read(session)
  local function fetch()
    needed(session, "AWS_CREDENTIAL_EXPIRATION")
    return read(session)
  end
  return { provider = PROVIDER, keys = keys, fetch = keys.expiration and fetch or nil }
end

return environment
