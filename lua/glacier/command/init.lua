--- The command `glacier`: a thin layer over the API. Help: `glacier --help`.
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

-- Returns the exit status for an error. Invalid parameters count as wrong usage.
local function status_of(err)
  if is_interrupt(err) then
    return INTERRUPTED
  end
  return type(err) == "table" and err.kind == "validation" and USAGE or FAILURE
end

local function work(run)
  local actions = require "glacier.command.actions"
  local good = actions[run.options.command](run)
  run.printer.flush()
  return good
end

-- Runs the subcommand. Returns the exit status.
local function perform(run)
  local ok, result = pcall(work, run)
  run.printer.finish()
  if ok then
    return result and SUCCESS or FAILURE
  end
  local status = status_of(result)
  run.fail(status == INTERRUPTED and "interrupted" or result)
  if run.resume and (status == INTERRUPTED or type(result) == "table" and result.retryable) then
    run.printer.note("to resume, run: " .. run.resume)
  end
  return status
end

-- The subcommands of `notifications` that know --dry-run.
local dry = { set = true, delete = true, sync = true }

-- Returns the options of a command line; or nil and what is wrong with it.
local function parse(words)
  local found, arguments = pcall(require, "glacier.command.arguments")
  if not found then
    return nil, "the module argparse is missing (Debian: lua-argparse, LuaRocks: argparse)"
  end
  local ok, options = arguments.parser():pparse(words)
  if not ok then
    return nil, options .. "\nTry 'glacier --help' for more information."
  elseif options.dry_run and not dry[options.action] then
    return nil, "--dry-run is only for notifications set, delete and sync"
  end
  return options
end

--- Runs the command.
-- @param words list of strings: the command line
-- @return number: the exit status
function command.main(words)
  local options, problem = parse(words)
  if not options then
    io.stderr:write("glacier: ", problem, "\n")
    return USAGE
  end
  local good, run = pcall(new_run, options)
  if not good then
    io.stderr:write("glacier: ", tostring(run), "\n")
    return status_of(run)
  end
  return perform(run)
end

return command
