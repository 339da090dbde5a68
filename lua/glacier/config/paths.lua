--- Paths from settings: what stands for a home directory or a variable in them, and which ones are invalid.
local core = require "glacier.core"

local paths = {}

--- Finds what makes a path unusable for the system. Every path that a setting, a parameter or a file gives is checked
-- here before it is used, because the system takes a path only up to its first NUL.
-- @param path string
-- @return string: what is wrong, for a message; nil for a usable path
function paths.fault(path)
  if path == "" then
    return "the path is empty"
  end
  return path:find("\0", 1, true) and "the path contains a NUL byte" or nil
end

--- Replaces $NAME and ${NAME} by variables, as Python's os.path.expandvars does: unknown names stay, and a value is
-- not expanded again.
-- @param path string
-- @param getenv function(name) -> string or nil
-- @return string
function paths.expand_variables(path, getenv)
  local pieces, position = {}, 1
  local dollar = path:find("$", 1, true)
  while dollar do
    local name, after = path:match("^([A-Za-z0-9_]+)()", dollar + 1)
    if not name then
      name, after = path:match("^{([^}]*)}()", dollar + 1)
    end
    after = after or dollar + 1
    pieces[#pieces + 1] = path:sub(position, dollar - 1)
    pieces[#pieces + 1] = name and getenv(name) or path:sub(dollar, after - 1)
    position, dollar = after, path:find("$", after, true)
  end
  pieces[#pieces + 1] = path:sub(position)
  return table.concat(pieces)
end

-- The home directory of a user name, or of whoever runs the process if it is empty.
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

--- Expands `~` or `~user` at the start of a path, as Python's os.path.expanduser does. Where the home directory is
-- unknown the path stays as it is.
-- @param path string
-- @param getenv function(name) -> string or nil: for HOME
-- @param default_home string; nil for the one in the system's user database; false for none: for `~` without HOME
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
