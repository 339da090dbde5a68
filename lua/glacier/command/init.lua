--- The command `glacier`: a thin layer over the API. Help: `glacier --help`.
local arguments = require "glacier.command.arguments"
local output = require "glacier.command.output"

local command = {}

-- Exit statuses.
local SUCCESS, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130

-- The interpreter raises this text on Ctrl-C.
local function is_interrupt(err)
  return type(err) == "string" and err:find "interrupted!$" ~= nil
end

local function client_of(options)
  return require("glacier").client {
    profile = options.profile, region = options.region, endpoint_url = options.endpoint_url,
  }
end

-- Subcommands that send nothing and need no settings.
local offline = { ["topic-policy"] = true, check = true }

local function new_run(options)
  local printer = output.new(options)
  local run = { options = options, printer = printer }
  function run.fail(err, vault)
    printer.note((vault and vault .. ": " or "") .. tostring(err))
  end
  if not offline[options.command] and not offline[options.action] then
    run.client = client_of(options)
  end
  return run
end

local function print_resume(run)
  if run.resume then
    run.printer.note("to resume, run: " .. run.resume)
  end
end

-- Runs the subcommand. Returns the exit status.
local function perform(run)
  local actions = require "glacier.command.actions"
  local ok, result = pcall(actions[run.options.command], run)
  run.printer.finish()
  if ok then
    return result and SUCCESS or FAILURE
  end
  if is_interrupt(result) then
    run.printer.note "interrupted"
  else
    run.fail(result)
  end
  print_resume(run)
  return is_interrupt(result) and INTERRUPTED or FAILURE
end

--- Runs the command.
-- @param words list of strings: the command line
-- @return number: the exit status
function command.main(words)
  local parser = arguments.parser()
  local ok, options = parser:pparse(words)
  if not ok then
    io.stderr:write("glacier: ", options, "\nTry 'glacier --help' for more information.\n")
    return USAGE
  end
  local good, run = pcall(new_run, options)
  if not good then
    io.stderr:write("glacier: ", tostring(run), "\n")
    return is_interrupt(run) and INTERRUPTED or FAILURE
  end
  return perform(run)
end

return command
