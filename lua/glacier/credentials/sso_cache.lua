--- The tokens that `aws sso login` leaves under ~/.aws/sso/cache, shared with the other AWS tools.
local answer = require "glacier.credentials.answer"
local problem = require "glacier.credentials.problem"
local paths = require "glacier.config.paths"
local sha1 = require "glacier.credentials.sha1"
local shell_word = require "glacier.credentials.shell"

local sso_cache = {}

-- Bytes: a token file is a few KiB.
local FILE_MAX = 1024 * 1024

-- Replaces the file $path in one step, readable by its owner alone: io.open can do neither. Reads its input to the end
-- whatever happens, for whoever writes to a pipe that nobody reads is ended.
local SCRIPT = [[umask 077; set -C; path=%s; new="$path.$$"
cat >"$new" && mv -f "$new" "$path" || { cat >/dev/null; rm -f "$new"; }]]

local function path_of(session, name)
  local directory = paths.expand_user("~/.aws/sso/cache", session.getenv, session.home)
  if directory:find "^~" then
    problem.token("SSOTokenLoadError", "Error loading SSO Token: HOME is not set, so there is no ~/.aws/sso/cache")
  end
  return ("%s/%s.json"):format(directory, sha1(name))
end

--- Reads a token.
-- Raises `SSOTokenLoadError` where there is none.
-- @param name string: of the sso-session, else the start URL
-- @return table: as it is in the file, at least accessToken and expiresAt being strings
function sso_cache.read(session, name)
  local file = io.open(path_of(session, name), "rb")
  local text = file and file:read(FILE_MAX)
  if file then
    file:close()
  end
  local token = text and answer.decode(text)
  if not file then
    problem.token("SSOTokenLoadError", ("Error loading SSO Token: Token for %s does not exist")
      :format(problem.quote(name)))
  elseif not token or answer.missing(token, { "accessToken", "expiresAt" }) or token.accessToken:find "%c" then
    problem.token("SSOTokenLoadError", ("Error loading SSO Token: Token for %s is invalid"):format(problem.quote(name)))
  end
  return token
end

--- Writes a token in the place of an older one.
-- @param token table: names to strings
-- @return boolean: whether it is there now
function sso_cache.write(session, name, token)
  local path, text = path_of(session, name), answer.encode(token)
  local good, pipe = pcall(io.popen, SCRIPT:format(shell_word(path)), "w")
  if not good or not pipe then
    return false
  end
  pipe:write(text)
  pipe:close()
  local file = io.open(path, "rb")
  local written = file and file:read "*a"
  if file then
    file:close()
  end
  return written == text
end

return sso_cache
