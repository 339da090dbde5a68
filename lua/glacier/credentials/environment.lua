--- Keys of the environment variables.
local problem = require "glacier.credentials.problem"
local settings = require "glacier.credentials.settings"
local timestamp = require "glacier.credentials.timestamp"

local environment = {}

local PROVIDER = "env"

local function needed(context, name)
  return settings.variable(context, name) or problem.partial(PROVIDER, name)
end

-- Seconds since the epoch, or nil where the variable is not set.
local function expiration_of(context)
  local text = settings.variable(context, "AWS_CREDENTIAL_EXPIRATION")
  local expiration = timestamp.parse(text)
  if text and not expiration then
    problem.retrieval(PROVIDER, "AWS_CREDENTIAL_EXPIRATION is no timestamp")
  end
  return expiration
end

local function read(context)
  return {
    access_key_id = needed(context, "AWS_ACCESS_KEY_ID"),
    secret_access_key = needed(context, "AWS_SECRET_ACCESS_KEY"),
    session_token = settings.variable(context, "AWS_SECURITY_TOKEN") or settings.variable(context, "AWS_SESSION_TOKEN"),
    expiration = expiration_of(context),
    account_id = settings.variable(context, "AWS_ACCOUNT_ID"),
  }
end

--- Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SECURITY_TOKEN or AWS_SESSION_TOKEN,
-- AWS_CREDENTIAL_EXPIRATION and AWS_ACCOUNT_ID; with an expiration, again when that is near.
-- Raises `PartialCredentialsError` where the first is set and the second is not.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function environment.find(search)
  local context = search.context
  if not settings.variable(context, "AWS_ACCESS_KEY_ID") then
    return nil, "AWS_ACCESS_KEY_ID is not set"
  end
  local keys = read(context)
  local function fetch()
    needed(context, "AWS_CREDENTIAL_EXPIRATION")
    return read(context)
  end
  return { provider = PROVIDER, keys = keys, fetch = keys.expiration and fetch or nil }
end

return environment
