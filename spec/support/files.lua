-- Files and directories for specs.

local shell = require "spec.support.shell"

local files = {}

--- Creates or replaces the file at `path`.
function files.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

--- Adds the text at the end of the file at `path`.
function files.append(path, text)
  local file = assert(io.open(path, "ab"))
  assert(file:write(text))
  assert(file:close())
end

--- Returns the bytes of the file at `path`.
function files.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- Creates a directory that only this user can read.
-- @return string: its path
function files.directory()
  local directory = os.tmpname()
  os.remove(directory)
  shell.run("mkdir -m 700 " .. shell.quote(directory))
  return directory
end

--- Removes the file or directory at `path` and everything below it.
function files.remove(path)
  shell.run("rm -rf " .. shell.quote(path))
end

--- Returns the sorted names of what is in a directory, hidden files included.
function files.list(directory)
  local names = {}
  for name in shell.output("ls -A " .. shell.quote(directory)):gmatch "[^\n]+" do names[#names + 1] = name end
  return names
end

--- Calls `use` with the path of a new directory, which is removed when `use` returns or raises.
-- @return what `use` returns
function files.with_directory(use)
  local directory = files.directory()
  local good, result = pcall(use, directory)
  files.remove(directory)
  if not good then error(result, 0) end
  return result
end

--- Calls `use` with the path of a symbolic link to a device, "/dev/full" for example. Code under test
-- that replaces the file at its path then replaces the link, never the device.
-- @return what `use` returns
function files.with_device(device, use)
  return files.with_directory(function(directory)
    local link = directory .. "/" .. device:match "[^/]+$"
    shell.run("ln -s " .. device .. " " .. link)
    return use(link)
  end)
end

return files
