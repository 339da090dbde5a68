--- The subcommands and options of the command `glacier`.
local argparse = require "argparse"

local arguments = {}

-- Returns a converter that rejects an empty word, which an unset variable of a shell script often causes.
local function filled(what)
  return function(text)
    if text == "" then
      return nil, what .. " must not be empty"
    end
    return text
  end
end

local function add_argument(command, name, description)
  return command:argument(name, description):convert(filled(("argument '%s'"):format(name)))
end

local function add_option(command, name, argument, description)
  return command:option(name, description):argname(argument):convert(filled(("option '%s'"):format(name)))
end

-- The options of the whole command, which may be given before or after the name of the subcommand.
local function add_common(parser)
  add_option(parser, "--profile", "NAME", "The profile of the shared config and credentials files.")
  add_option(parser, "--region", "REGION", "The region, for example us-west-2.")
  add_option(parser, "--endpoint-url", "URL", "Send requests to this URL instead of the region's endpoint.")
  add_option(parser, "--account-id", "ID", "The account that owns the vaults (default: that of the keys).")
  parser:flag("--json", "Print results as JSON, one document per line.")
  parser:flag("-q --quiet", "Do not print progress.")
  parser:flag("-n --dry-run",
    "With notifications set, delete and sync: print the changes and the findings, but change nothing.")
end

local function add_command(parser, name, description)
  return parser:command(name, description):epilog "The options of 'glacier --help' may be given too."
end

local function positive_integer(text)
  local number = tonumber(text)
  if number and number >= 1 and number % 1 == 0 then
    return math.floor(number)
  end
  return nil, ("'%s' is not a positive integer"):format(text)
end

local function add_config(command)
  add_option(command, "--topic", "ARN", "The ARN of the SNS topic."):count(1)
  add_option(command, "--event", "EVENT", "An event to publish; may be given more than once (default: both events).")
    :count "*"
end

local function add_vaults(command, count)
  add_argument(command, "vaults", "Names of vaults."):args(count)
end

local function add_notifications(parser)
  local group = add_command(parser, "notifications", "Read and change the notifications of vaults.")
  group:command_target "action"
  add_vaults(add_command(group, "get", "Print the configuration of each vault: vault, topic, events."), "+")
  local set = add_command(group, "set",
    "Set the configuration of each vault if it differs. Prints whether it was changed.")
  add_vaults(set, "+")
  add_config(set)
  add_vaults(add_command(group, "delete",
    "Remove the configuration of each vault. Prints whether it was changed."), "+")
  local sync = add_command(group, "sync",
    "Do the same as set. If no vault is given, do it for all vaults.")
  add_vaults(sync, "*")
  add_config(sync)
  sync:option("--concurrency", "The number of vaults that are changed at the same time.", 64)
    :argname "N":convert(positive_integer)
  local check = add_command(group, "check",
    "Look for errors in a configuration. Sends nothing. Prints the vault, the code and the message of each error.")
  add_vaults(check, "*")
  add_config(check)
end

local function add_policy(parser)
  local policy = add_command(parser, "topic-policy", "Print the access policy that lets vaults publish to a topic.")
  add_option(policy, "--topic", "ARN", "The ARN of the SNS topic."):count(1)
  add_option(policy, "--account", "ID", "The account of the vaults."):count(1)
  add_option(policy, "--kms-key", "KEY", "The customer managed key that encrypts the topic.")
  add_vaults(policy, "*")
end

local function add_archives(parser)
  local upload = add_command(parser, "upload", "Upload a file as an archive. Prints the ID of the archive.")
  add_argument(upload, "vault", "The name of the vault.")
  add_argument(upload, "path", "The file.")
  upload:option("--description", "The description of the archive."):argname "TEXT"
  upload:option("--part-size", "The size of a part in bytes: 1 MiB times a power of 2.")
    :argname "BYTES":convert(positive_integer)
  upload:option("--concurrency", "The number of parts that are sent at the same time.")
    :argname "N":convert(positive_integer)
  add_option(upload, "--upload-id", "ID", "Resume this upload.")
  local download = add_command(parser, "download",
    "Save the output of a job. Prints the path, the size in bytes and the tree hash. Run it again to resume.")
  add_argument(download, "vault", "The name of the vault.")
  add_argument(download, "job", "The ID of the job.")
  add_argument(download, "path", "The file to write.")
  local retrieve = add_command(parser, "retrieve",
    "Retrieve an archive and save it, which can take hours. Prints the same as download.")
  add_argument(retrieve, "vault", "The name of the vault.")
  add_argument(retrieve, "archive", "The ID of the archive.")
  add_argument(retrieve, "path", "The file to write.")
  retrieve:option("--tier", "Expedited, Standard (the default) or Bulk."):argname "TIER"
    :choices { "Expedited", "Standard", "Bulk" }
  add_option(retrieve, "--job-id", "ID", "Continue with this job.")
end

local function add_plain(parser)
  add_command(parser, "vaults", "List the vaults: name, number of archives, size in bytes.")
  local jobs = add_command(parser, "jobs", "List the jobs of a vault: ID, action, status.")
  add_argument(jobs, "vault", "The name of the vault.")
  local call = add_command(parser, "call",
    "Call an operation by its name, for example describe_vault. Prints its output.")
  add_argument(call, "operation", "The name of the operation.")
  call:argument("parameters", "The parameters as a JSON object; - reads them from standard input."):args "?"
end

--- Makes the parser of the command line.
-- @return parser of argparse
function arguments.parser()
  local parser = argparse("glacier", "The Amazon Glacier client.")
    :epilog "Exit status: 0 success, 1 failure, 2 wrong usage, 130 interrupted."
    :command_target "command":require_command(true):add_help "-h --help"
  parser:flag("-V --version", "Print the version."):action(function()
    print(require("glacier")._VERSION)
    os.exit(0)
  end)
  add_common(parser)
  add_notifications(parser)
  add_policy(parser)
  add_plain(parser)
  add_archives(parser)
  return parser
end

return arguments
