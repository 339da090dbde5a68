--- Paths from settings: expands home directories and variables, and finds invalid paths.
local core = require "glacier.core"

local paths = {}

--- Checks a path from a setting, a parameter or a file, because the system ignores what follows the first NUL of a
-- path. `core.read_file` makes the same check.
-- @param path string
-- @return string: the problem, for a message; nil for a valid path
function paths.fault(path)
  if path == "" then
    return "the path is empty"
  end
  return path:find("\0", 1, true) and "the path contains a NUL byte" or nil
end

--- Replaces $NAME and ${NAME} by the values of variables, as Python's os.path.expandvars does: names for which `getenv`
-- returns nil stay unchanged, and values are not expanded again.
-- @param path string
-- @param getenv function(name) -> string or nil
-- @return string
function paths.expand_variables(path, getenv)
  local pieces, position, has_brace = {}, 1, path:find("}", 1, true)
  local dollar = path:find("$", 1, true)
  while dollar do
    local name, after = path:match("^([A-Za-z0-9_]+)()", dollar + 1)
    if not name and has_brace and path:sub(dollar + 1, dollar + 1) == "{" then
      name, after = path:match("^([^}]*)}()", dollar + 2)
      has_brace = name -- without a match, no later one is possible, and searching each time would be quadratic
    end
    after = after or dollar + 1
    pieces[#pieces + 1] = path:sub(position, dollar - 1)
    pieces[#pieces + 1] = name and getenv(name) or path:sub(dollar, after - 1)
    position, dollar = after, path:find("$", after, true)
  end
  pieces[#pieces + 1] = path:sub(position)
  return table.concat(pieces)
end

-- Returns the home directory of a user; an empty name means the user that runs the process.
local function home_of(user, getenv, default_home)
  if user ~= "" then
    return core.home(user)
  end
  local home = getenv "HOME" or default_home
  if home == nil then
    home = core.home()
  end
  return home or nil
end

--- Expands `~` or `~user` at the start of a path, as Python's os.path.expanduser does. An invalid path stays unchanged,
-- and so does any path if the home directory is unknown.
-- @param path string
-- @param getenv function(name) -> string or nil: for HOME
-- @param default_home string, nil or false: used for `~` if HOME is not set; nil means the system's user database,
--   false means no home directory
-- @return string
function paths.expand_user(path, getenv, default_home)
  local user, rest = path:match "^~([^/]*)(.*)$"
  local home = user and not paths.fault(path) and home_of(user, getenv, default_home)
  if not home then
    return path
  end
  local expanded = (home:match "^.*[^/]" or "") .. rest
  return expanded ~= "" and expanded or "/"
end

return paths
