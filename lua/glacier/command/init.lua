--- The command `glacier`: a thin layer over the API. Help: `glacier --help`.
--
-- All other modules are loaded within `command.main`, so that it also catches Ctrl-C while they load.
local command = {}

-- Exit statuses.
local SUCCESS, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130

-- The interpreter raises a text that ends with this on Ctrl-C. argparse adds a traceback to it.
local function is_interrupt(err)
  return type(err) == "string" and err:match("^[^\n]*"):find "interrupted!$" ~= nil
end

local function client_of(options)
  return require("glacier").client {
    profile = options.profile, region = options.region, endpoint_url = options.endpoint_url,
  }
end

-- Returns the exit status for an error. Invalid parameters count as wrong usage.
local function status_of(err)
  if is_interrupt(err) then
    return INTERRUPTED
  end
  return type(err) == "table" and err.kind == "validation" and USAGE or FAILURE
end

-- Subcommands, and actions of `notifications`, that send nothing and need no settings.
local offline = { ["topic-policy"] = true, check = true }

local function new_run(options)
  local printer = require("glacier.command.output").new(options)
  local run = { options = options, printer = printer, status = SUCCESS }
  function run.print_error(err, vault)
    run.status = math.max(run.status, status_of(err))
    printer:note((vault and vault .. ": " or "") .. tostring(err))
  end
  if not offline[options.command] and not offline[options.action] then
    run.client = client_of(options)
  end
  return run
end

-- Runs the subcommand. Returns the exit status.
local function perform(run)
  local good = require("glacier.command.actions")[run.options.command](run)
  run.printer:flush()
  run.printer:finish()
  return good and SUCCESS or math.max(run.status, FAILURE)
end

-- Reports an error that ended the command. Returns the exit status.
local function report(run, err)
  local status = status_of(err)
  local text = status == INTERRUPTED and "interrupted" or err
  if not run then
    io.stderr:write("glacier: ", tostring(text), "\n")
    return status
  end
  run.print_error(text)
  if run.resume and (status == INTERRUPTED or type(err) == "table" and err.retryable) then
    run.printer:note("to resume, run: " .. run.resume)
  end
  return status
end

-- The actions of `notifications` that accept --dry-run.
local dry = { set = true, delete = true, sync = true }

-- Returns the options of a command line; or nil and what is wrong with it.
local function parse(words)
  local loaded, why = pcall(require, "argparse")
  if not loaded and is_interrupt(why) then
    error(why, 0)
  elseif not loaded then
    return nil, "the module argparse is missing (Debian: lua-argparse, LuaRocks: argparse)"
  end
  local ok, options = require("glacier.command.arguments").parser():pparse(words)
  if is_interrupt(options) then
    error(options, 0)
  elseif not ok then
    return nil, options .. "\nTry 'glacier --help' or 'glacier COMMAND --help'."
  elseif options.dry_run and not dry[options.action] then
    return nil, "--dry-run is only for notifications set, delete and sync"
  end
  return options
end

--- Runs the command.
-- @param words list of strings: the command line
-- @return number: the exit status
function command.main(words)
  local run
  local ok, result = pcall(function()
    local options, why = parse(words)
    if not options then
      io.stderr:write("glacier: ", why, "\n")
      return USAGE
    end
    run = new_run(options)
    return perform(run)
  end)
  return ok and result or report(run, result)
end

return command
