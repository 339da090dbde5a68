--- The tokens that `aws sso login` keeps in ~/.aws/sso/cache, shared with the other AWS tools.
local core = require "glacier.core"
local errors = require "glacier.credentials.errors"
local json = require "glacier.json"
local object = require "glacier.credentials.object"
local paths = require "glacier.config.paths"
local settings = require "glacier.credentials.settings"

local sso_cache = {}

-- The most bytes of a token file. Usually it has a few KiB.
local MAX_BYTES = 1024 * 1024

local function raise_load_error(text)
  errors.token("SSOTokenLoadError", "Error loading SSO Token: " .. text)
end

local function path_of(session, name)
  local directory = settings.path(session, "~/.aws/sso/cache")
  if directory:find "^~" then
    raise_load_error "HOME is not set, so there is no ~/.aws/sso/cache"
  end
  return ("%s/%s.json"):format(directory, core.sha1_hex(name))
end

--- Reads a token.
-- Raises `SSOTokenLoadError` if there is no token, or if the file is malformed. The token may have expired.
-- @param name string: the name of the sso-session, or the start URL for a login without one
-- @return table: the content of the file; at least accessToken and expiresAt are strings
function sso_cache.read(session, name)
  local text, why, missing = core.read_file(path_of(session, name), MAX_BYTES)
  if not text then
    raise_load_error(("Token for %s %s"):format(errors.quote(name),
      missing and "does not exist" or "cannot be read: " .. why))
  end
  local token = object.decode(text)
  if not token or object.missing(token, { "accessToken", "expiresAt" }) or token.accessToken:find "%c" then
    raise_load_error(("Token for %s is invalid"):format(errors.quote(name)))
  end
  return token
end

--- Replaces a token. Only its owner can read the new file.
-- @param token table: names to strings
-- @return boolean: whether it was written
function sso_cache.write(session, name, token)
  local path = path_of(session, name)
  return not paths.fault(path) and core.replace_file(path, json.encode(token)) == true
end

return sso_cache
