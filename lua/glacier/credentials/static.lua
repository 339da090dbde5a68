--- Keys in a section of one of the shared files.
local errors = require "glacier.credentials.errors"
local settings = require "glacier.credentials.settings"

local static = {}

--- Returns whether a profile holds keys, even if they are incomplete.
function static.has_keys(session, profile)
  return settings.text(session, profile, "aws_access_key_id") ~= nil
    or settings.text(session, profile, "aws_secret_access_key") ~= nil
end

-- Returns the keys of a section; nil if it has no access key.
local function keys_of(session, section, provider)
  local access_key_id = settings.text(session, section, "aws_access_key_id")
  return access_key_id and {
    access_key_id = access_key_id,
    secret_access_key = settings.text(session, section, "aws_secret_access_key")
      or errors.partial(provider, "aws_secret_access_key"),
    session_token = settings.text(session, section, "aws_security_token")
      or settings.text(session, section, "aws_session_token"),
    account_id = settings.text(session, section, "aws_account_id"),
  }
end

-- Looks for keys in the profile's section of one of the files.
local function find(search, file, provider, title)
  local files, name = search.session.sources.files, search.profile_name
  local section = files[file][name]
  local keys = section and keys_of(search.session, section, provider)
  if keys then
    return { provider = provider, keys = keys }
  elseif files.unreadable[file] then
    return nil, "cannot read " .. files.unreadable[file]
  end
  return nil, (section and 'profile "%s" has no aws_access_key_id in the %s' or 'profile "%s" is not in the %s')
    :format(name, title)
end

--- Reads aws_access_key_id, aws_secret_access_key, aws_security_token or aws_session_token, and aws_account_id of the
-- profile in the shared credentials file.
-- Raises `PartialCredentialsError` for an access key without its secret.
function static.find_in_credentials(search)
  return find(search, "credentials", "shared-credentials-file", "shared credentials file")
end

--- Reads the same in the config file.
function static.find_in_config(search)
  return find(search, "config", "config-file", "config file")
end

return static
