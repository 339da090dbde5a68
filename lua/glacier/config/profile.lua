--- Finds and reads AWS's shared config and credentials files, and selects the profile. They are read as botocore reads
-- them (configloader.py, session.py); glacier.config.ini has the grammar. Messages never quote a line of a file,
-- because the line may hold a key.
local core = require "glacier.core"
local errors = core.errors
local sections = require "glacier.config.sections"

local profile = {}

-- More than any settings file has. The limit exists because a path can name an endless device.
local MAX_FILE_BYTES = 16 * 1024 * 1024

local function expand(path, options)
  if not path:find "[~$]" then
    return path
  end
  local paths = require "glacier.config.paths"
  return paths.expand_user(paths.expand_variables(path, options.getenv), options.getenv, options.home)
end

-- Reads one of the two files. As in botocore, an unreadable file at the default path is not an error; `why` then holds
-- the reason. But it is an error if a profile is chosen in code.
local function read_document(variable, default, options)
  local named = options.getenv(variable)
  local path = expand(named or default, options)
  local text, why, missing = core.read_file(path, MAX_FILE_BYTES)
  why = why and not missing and path .. ": " .. why or nil
  if why and (named or options.profile) then
    errors.raise("config", "ConfigParseError", "Unable to parse config file: " .. why)
  end
  return { path = path, why = why, text = text or "" }
end

--- Reads both files: AWS_CONFIG_FILE, else ~/.aws/config; AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials. A
-- missing file counts as empty, and so does an unreadable file at the default path.
-- Raises `ConfigParseError` for a malformed file. It also raises it for an unreadable file, if a variable names the
-- file or a profile is chosen in code.
-- @param options table: getenv, function(name) -> string or nil (the environment; an empty variable is nil), also for
--   `~`, `$NAME` and `${NAME}` in the two paths; home, the `default_home` of `paths.expand_user`; profile, the name of
--   a profile that is chosen in code, or nil
-- @return table of read-only maps, whose values are strings or, for a nested block, maps of strings:
--   profiles       name -> map of both files' keys; the credentials file takes precedence
--   config         name -> the part in the config file;  credentials  name -> the part in the other
--   sso_sessions, services   name -> map
--   unreadable     why a file could not be read, by "config" and "credentials"
--   source(map, key) -> path, line    where `key` was set; `map` is any of these maps, nested blocks included, or the
--                                     name of a profile
function profile.load(options)
  local config = read_document("AWS_CONFIG_FILE", "~/.aws/config", options)
  local shared = read_document("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", options)
  local loaded = sections.read(config, shared)
  loaded.unreadable = { config = config.why, credentials = shared.why }
  return loaded
end

--- Selects the profile: `explicit`, else AWS_PROFILE, else AWS_DEFAULT_PROFILE, else "default".
-- Raises `ProfileNotFound` if a profile is named and neither file has it.
-- @param loaded table: of `profile.load`
-- @param explicit string or nil: the name that is given in code
-- @param getenv function(name) -> string or nil; an empty variable is nil
-- @return string, table: the profile's name, and its map in loaded.profiles; if no profile is named and there is no
--   "default", the map is empty
function profile.select(loaded, explicit, getenv)
  local name = explicit or getenv "AWS_PROFILE" or getenv "AWS_DEFAULT_PROFILE"
  if not name then
    return "default", loaded.profiles.default or {}
  end
  local map = loaded.profiles[name]
  if not map then
    local why = loaded.unreadable.config or loaded.unreadable.credentials
    errors.raise("config", "ProfileNotFound", ("The config profile (%s) could not be found%s")
      :format(name, why and ": cannot read " .. why or ""))
  end
  return name, map
end

return profile
