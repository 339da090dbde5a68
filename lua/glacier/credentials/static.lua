--- Keys written in a section of one of the shared files.
local problem = require "glacier.credentials.problem"
local settings = require "glacier.credentials.settings"

local static = {}

--- Whether a profile has keys of its own, be they complete or not.
function static.has_keys(profile)
  return profile.aws_access_key_id ~= nil or profile.aws_secret_access_key ~= nil
end

local function needed(section, key, provider)
  local value = settings.text(section, key)
  if not value or value == "" then
    problem.partial(provider, key)
  end
  return value
end

--- Reads them.
-- Raises `PartialCredentialsError` for an access key without its secret, or an empty one.
-- @param section table or nil: the section's keys
-- @param provider string
-- @return table of `refreshable.new`; nil where the section has no access key
function static.find(section, provider)
  if not section or section.aws_access_key_id == nil then
    return nil
  end
  return {
    provider = provider,
    keys = {
      access_key_id = needed(section, "aws_access_key_id", provider),
      secret_access_key = needed(section, "aws_secret_access_key", provider),
      session_token = settings.text(section, "aws_security_token") or settings.text(section, "aws_session_token"),
      account_id = settings.text(section, "aws_account_id"),
    },
  }
end

return static
