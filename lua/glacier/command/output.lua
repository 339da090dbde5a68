--- What the command `glacier` prints: results on standard output; progress and errors on standard error.
local json = require "glacier.json"

local output = {}

-- Whether standard error is a terminal. Lua has no function for this, so the shell's `test` is used.
local function is_terminal()
  local status = os.execute "test -t 2"
  return status == true or status == 0
end

--- Makes the printer of one run.
-- @param options table: json, quiet (booleans)
-- @return table: result(value, line), note(text), progress(done, total, what), finish()
function output.new(options)
  local printer, shown = {}, false
  local live = not options.quiet and is_terminal()

  --- Prints a result: the value as JSON with `--json`, else the line.
  function printer.result(value, line)
    printer.finish()
    io.stdout:write(options.json and json.encode(value) or line, "\n")
  end

  --- Prints a line for the person who runs the command.
  function printer.note(text)
    printer.finish()
    io.stderr:write("glacier: ", text, "\n")
  end

  --- Shows the progress on one line that is overwritten. Does nothing if standard error is not a terminal.
  function printer.progress(done, total, unit)
    if live then
      local part = total and total > 0 and (" (%d %%)"):format(math.floor(100 * done / total)) or ""
      io.stderr:write(("\r%.0f of %s %s%s\27[K"):format(done, total and ("%.0f"):format(total) or "?", unit, part))
      shown = true
    end
  end

  --- Ends the progress line, if one is shown.
  function printer.finish()
    if shown then
      io.stderr:write "\n"
      shown = false
    end
  end

  return printer
end

return output
