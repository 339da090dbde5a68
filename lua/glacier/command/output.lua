--- What the command `glacier` prints: results on standard output; progress and errors on standard error.
local json = require "glacier.json"

local output = {}

-- Returns whether standard error is a terminal. Lua has no function for this, so the shell's `test` is used.
local function is_terminal()
  local status = os.execute "test -t 2"
  return status == true or status == 0
end

local function check(written, why)
  if not written then
    error("cannot write to standard output: " .. tostring(why), 0)
  end
end

local Printer = {}
Printer.__index = Printer

--- Writes to standard output. Raises a text if that fails, for example on a full disk.
function Printer:write(...)
  self:finish()
  check(io.stdout:write(...))
end

--- Prints a result: the value as JSON with `--json`, else the line. It is flushed, because it may be the only copy of
-- an ID.
function Printer:result(value, line)
  self:write(self.options.json and json.encode(value) or line, "\n")
  self:flush()
end

--- Prints a line on standard error, after the results so far.
function Printer:note(text)
  self:finish()
  io.stdout:flush()
  io.stderr:write("glacier: ", text, "\n")
end

--- Prints a line on standard error, but not with `--quiet`.
function Printer:remark(text)
  if not self.options.quiet then
    self:note(text)
  end
end

--- Writes the buffered output. Raises a text if that fails.
function Printer.flush()
  check(io.stdout:flush())
end

--- Shows the progress on one line that is overwritten. Does nothing with `--quiet`, or if standard error is not a
-- terminal.
function Printer:progress(done, total, unit)
  if self.is_live then
    local part = total and total > 0 and (" (%d %%)"):format(math.floor(100 * done / total)) or ""
    io.stderr:write(("\r%.0f of %s %s%s\27[K"):format(done, total and ("%.0f"):format(total) or "?", unit, part))
    self.is_shown = true
  end
end

--- Ends the progress line, if one is shown.
function Printer:finish()
  if self.is_shown then
    io.stderr:write "\n"
    self.is_shown = false
  end
end

--- Makes the printer of one run.
-- @param options table: json, quiet (booleans)
-- @return printer
function output.new(options)
  return setmetatable({
    options = options, is_live = not options.quiet and is_terminal(), is_shown = false,
  }, Printer)
end

return output
