-- Shell commands for specs.

local shell = {}

--- Quotes a text so that the shell takes it as one word.
function shell.quote(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

--- Runs a command.
-- @return boolean: true if its exit status is 0
function shell.succeeds(command)
  local status = os.execute(command)
  return status == true or status == 0
end

--- Runs a command and raises its output unless its exit status is 0.
function shell.run(command)
  local output, status = shell.output(command .. " 2>&1")
  if status ~= 0 then error(command .. ": " .. output, 2) end
end

--- Runs a command.
-- @return string, number: what it prints, without the last line feed, and its exit status
function shell.output(command)
  local pipe = assert(io.popen("( " .. command .. "\n); echo \"\n$?\""))
  local printed, status = pipe:read("*a"):match "^(.*)\n(%d+)\n$"
  pipe:close()
  return (printed:gsub("\n$", "")), tonumber(status)
end

return shell
