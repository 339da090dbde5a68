--- AWS's shared config and credentials files: where they are, what profiles they give, and which
-- profile is meant. Read as botocore reads them (configloader.py, session.py); the grammar is in
-- glacier.ini. Nothing is read before `load` is called, and nothing is kept here.
--
-- Failures come back as nil and the fields of an error, { kind = "config", code, message }. No
-- message quotes a line of a file, which may hold a key.

local ini = require "glacier.config.ini"

local profile = {}

-- A path can name a device without an end; no settings file is this long.
local MAX_FILE_BYTES = 16 * 1024 * 1024
local CHUNK_BYTES = 64 * 1024

-- errno where the C library and the system agree on it: Linux, the BSDs, macOS.
local ENOENT, EACCES, ENOTDIR, EISDIR = 2, 13, 20, 21

-- The sections of the config file that have a meaning, by how their names begin.
local PREFIXES = {
  { prefix = "profile", kind = "profiles" },
  { prefix = "sso-session", kind = "sso_sessions" },
  { prefix = "services", kind = "services" },
}

local function parse_error(path, problem, line)
  local where = line and ", line " .. line or ""
  return {
    kind = "config",
    code = "ConfigParseError",
    message = "Unable to parse config file: " .. path .. where .. ": " .. problem,
  }
end

-- What follows the opening double quote at position - 1, up to the closing one; the position
-- after it. A backslash escapes only a double quote or itself.
local function double_quoted(text, position)
  local pieces = {}
  while true do
    local stop = text:find('["\\]', position)
    if not stop then
      return nil
    end
    pieces[#pieces + 1] = text:sub(position, stop - 1)
    if text:sub(stop, stop) == '"' then
      return table.concat(pieces), stop + 1
    end
    local escaped = text:match('^["\\]', stop + 1)
    pieces[#pieces + 1] = escaped or "\\"
    position = escaped and stop + 2 or stop + 1
  end
end

-- One piece of a word, unquoted, and the position after it; nil where a quote stays open.
local function word_piece(text, position)
  local plain, after = text:match("^([^ \t\r\n'\"\\]+)()", position)
  if plain then
    return plain, after
  elseif text:find('^"', position) then
    return double_quoted(text, position + 1)
  elseif text:find("^\\", position) then
    local escaped = text:match("^.", position + 1)
    return escaped, position + 2
  end
  return text:match("^'([^']*)'()", position)
end

--- Splits text into words as a POSIX shell does, without expanding anything: Python's
-- shlex.split. @return a list of strings, or nil and what is wrong.
function profile.split_words(text)
  local words, word, position = {}, nil, 1
  while position <= #text do
    if text:find("^[ \t\r\n]", position) then
      words[#words + 1] = word
      word, position = nil, position + 1
    else
      local piece, after = word_piece(text, position)
      if not piece then
        return nil, "a quotation that is not closed, or a backslash at the end"
      end
      word, position = (word or "") .. piece, after
    end
  end
  words[#words + 1] = word
  return words
end

-- $NAME and ${NAME}; unknown names stay as they are, and what a value brings is not expanded.
local function expand_variables(path, env)
  local pieces, position = {}, 1
  local dollar = path:find("$", 1, true)
  while dollar do
    local name, after = path:match("^([A-Za-z0-9_]+)()", dollar + 1)
    if not name then
      name, after = path:match("^{([^}]*)}()", dollar + 1)
    end
    after = after or dollar + 1
    local value = name and env(name) or path:sub(dollar, after - 1)
    pieces[#pieces + 1] = path:sub(position, dollar - 1) .. value
    position, dollar = after, path:find("$", after, true)
  end
  return table.concat(pieces) .. path:sub(position)
end

-- The home directory that the password file gives for a user name or number.
local function passwd_home(field, wanted)
  local file = io.open("/etc/passwd", "rb")
  if not file then
    return nil
  end
  local home
  for line in file:lines() do
    local name, uid, directory = line:match("^([^:]*):[^:]*:([^:]*):[^:]*:[^:]*:([^:]*)")
    if name and (field == "name" and name or uid) == wanted then
      home = directory
      break
    end
  end
  file:close()
  return home
end

-- Lua cannot ask who it runs as; Linux tells in a file.
local function own_passwd_home()
  local file = io.open("/proc/self/status", "rb")
  if not file then
    return nil
  end
  local status = file:read(CHUNK_BYTES) or ""
  file:close()
  local uid = status:match("\nUid:%s*(%d+)")
  return uid and passwd_home("uid", uid)
end

--- Expands `~` and `~user` in front of a path; where the home is not known the path stays as it is.
-- @param path string
-- @param env function(name) -> string or nil: for HOME
-- @param default_home string or false, optional: as `options.home` of `profile.load`
-- @return string
function profile.expand_user(path, env, default_home)
  local user, rest = path:match("^~([^/]*)(.*)$")
  if not user then
    return path
  end
  local home
  if user ~= "" then
    home = passwd_home("name", user)
  else
    home = env("HOME") or default_home
    if home == nil then
      home = own_passwd_home()
    end
  end
  if not home then
    return path
  end
  local expanded = home:gsub("/+$", "") .. rest
  return expanded ~= "" and expanded or "/"
end

-- Whether a file is there that may not be opened, as against one in a directory that may not be
-- looked into, which cannot be told from a missing one: as a directory, a file is refused.
local function is_hidden_file(path)
  local file, _, errno = io.open(path .. "/.", "rb")
  if file then
    file:close()
  end
  return errno == ENOTDIR
end

local function is_missing(path, errno)
  return errno == ENOENT or errno == ENOTDIR or (errno == EACCES and not is_hidden_file(path))
end

local function read_all(file)
  local chunks, size = {}, 0
  while size <= MAX_FILE_BYTES do
    local chunk, problem, errno = file:read(CHUNK_BYTES)
    if not chunk then
      return not problem and table.concat(chunks) or nil, problem, errno
    end
    chunks[#chunks + 1], size = chunk, size + #chunk
  end
  return nil, "longer than " .. MAX_FILE_BYTES .. " bytes"
end

-- The file's text; or nil for a file that is not there, or a directory; or nil and the problem.
local function read_file(path)
  if path == "" or path:find("\0", 1, true) then
    return nil
  end
  local file, problem, errno = io.open(path, "rb")
  if not file then
    -- The system's words come behind the path and a colon.
    return nil, not is_missing(path, errno) and problem:sub(#path + 3) or nil
  end
  local text
  text, problem, errno = read_all(file)
  file:close()
  return text, errno ~= EISDIR and problem or nil
end

-- One of the two files: { path, sections, lines }, the last two as of ini.parse.
local function read_document(path, options)
  path = profile.expand_user(expand_variables(path, options.env), options.env, options.home)
  local text, problem = read_file(path)
  if problem then
    return nil, parse_error(path, problem)
  end
  local sections, lines, line = ini.parse(text or "")
  if not sections then
    return nil, parse_error(path, lines, line)
  end
  return { path = path, sections = sections, lines = lines }
end

-- Which map of the config file a section belongs to, and its name there; nil for one without a
-- meaning. As in botocore the first word only has to begin with the prefix.
local function classify(name)
  for _, row in ipairs(PREFIXES) do
    if name:sub(1, #row.prefix) == row.prefix then
      local words = profile.split_words(name)
      if words and #words == 2 then
        return row.kind, words[2]
      end
      return nil
    end
  end
  if name == "default" then
    return "profiles", name
  end
end

local function sort_config(sections)
  local maps = { profiles = {}, sso_sessions = {}, services = {} }
  for _, section in ipairs(sections) do
    local kind, name = classify(section.name)
    if kind then
      maps[kind][name] = section.values
    end
  end
  return maps
end

local function by_name(sections)
  local map = {}
  for _, section in ipairs(sections) do
    map[section.name] = section.values
  end
  return map
end

-- Joins each profile's parts, the credentials file's keys winning. Notes in `parts` which maps a
-- joined one was made of, the winning one first.
local function merge(config, credentials, parts)
  local merged = {}
  for _, part in ipairs { config, credentials } do
    for name, values in pairs(part) do
      local into = merged[name] or {}
      merged[name], parts[into] = into, parts[into] or {}
      table.insert(parts[into], 1, values)
      for key, value in pairs(values) do
        into[key] = value
      end
    end
  end
  return merged
end

-- The path and line where `key` of `map` was set.
local function locate(documents, parts, map, key)
  for _, part in ipairs(parts[map] or { map }) do
    for _, document in ipairs(documents) do
      local line = (document.lines[part] or {})[key]
      if line then
        return document.path, line
      end
    end
  end
end

--- Reads both files: AWS_CONFIG_FILE, else ~/.aws/config; AWS_SHARED_CREDENTIALS_FILE, else
-- ~/.aws/credentials. A file that is missing, or hidden in a directory that may not be entered,
-- has no sections; an empty variable names no file.
-- @param options.env function(name) -> string or nil: the environment, also for `~` (HOME),
--   `$NAME` and `${NAME}` in the two paths.
-- @param options.home string or false, optional: for `~` where HOME is not set. Else the
--   password file is asked; false leaves `~` as it is.
-- @return a table, or nil and an error's fields. All maps in it are read-only: key to string,
--   or to a map of strings where the value is a nested block.
--     profiles      name -> map of both files' keys, the credentials file's winning
--     config        name -> the config file's part;  credentials  name -> the other's
--     sso_sessions, services   name -> map
--     source(map, key) -> path, line    where `key` was set. `map` is any of the maps above,
--                                       a nested block included, or a profile's name
function profile.load(options)
  local config, problem = read_document(options.env("AWS_CONFIG_FILE") or "~/.aws/config", options)
  if not config then
    return nil, problem
  end
  local shared = options.env("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials"
  shared, problem = read_document(shared, options)
  if not shared then
    return nil, problem
  end
  local maps, credentials, parts = sort_config(config.sections), by_name(shared.sections), {}
  local profiles = merge(maps.profiles, credentials, parts)
  return {
    profiles = profiles, config = maps.profiles, credentials = credentials,
    sso_sessions = maps.sso_sessions, services = maps.services,
    source = function(map, key)
      map = type(map) == "string" and profiles[map] or map
      return locate({ shared, config }, parts, map, key)
    end,
  }
end

-- A variable that is set but empty names the empty profile only if the other names none.
local function named_by_environment(env)
  local first, second = env("AWS_PROFILE"), env("AWS_DEFAULT_PROFILE")
  if (first or "") == "" then
    return second or first
  end
  return first
end

--- The profile that is meant: `explicit`, else AWS_PROFILE, else AWS_DEFAULT_PROFILE, else
-- "default". One that is named has to exist, also where its name is "default".
-- @return its name and its map out of files.profiles (an empty one for a "default" that nobody
--   named and that is in no file); or nil and an error's fields.
function profile.select(files, explicit, env)
  local name = explicit
  if name == nil then
    name = named_by_environment(env)
  end
  if name == nil then
    return "default", files.profiles.default or {}
  end
  local map = files.profiles[name]
  if not map then
    return nil, {
      kind = "config",
      code = "ProfileNotFound",
      message = "The config profile (" .. name .. ") could not be found",
    }
  end
  return name, map
end

return profile
