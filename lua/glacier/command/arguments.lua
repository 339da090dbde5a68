--- The subcommands and options of the command `glacier`.
local argparse = require "argparse"

local arguments = {}

-- Options that every subcommand takes, before or after its name.
local function add_common(parser)
  parser:option("--profile", "The profile of the shared config and credentials files."):argname "NAME"
  parser:option("--region", "The region, for example us-west-2."):argname "REGION"
  parser:option("--endpoint-url", "Send requests to this URL instead of the region's endpoint."):argname "URL"
  parser:option("--account-id", "The account that owns the vaults (default: that of the keys)."):argname "ID"
  parser:flag("--json", "Print results as JSON, one document per line.")
  parser:flag("-q --quiet", "Do not print progress.")
  parser:flag("-n --dry-run", "With notifications set, delete and sync: only print what would change.")
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
  command:option("--topic", "The ARN of the SNS topic."):argname "ARN":count(1)
  command:option("--event", "An event to publish; may be given more than once (default: both events).")
    :argname "EVENT":count "*"
end

local function add_vaults(command, count)
  command:argument("vaults", "Names of vaults."):args(count)
end

local function add_notifications(parser)
  local group = add_command(parser, "notifications", "Read and change the notifications of vaults.")
  group:command_target "action"
  add_vaults(add_command(group, "get", "Print the configuration of each vault."), "+")
  local set = add_command(group, "set", "Set the configuration of each vault.")
  add_vaults(set, "+")
  add_config(set)
  add_vaults(add_command(group, "delete", "Remove the configuration of each vault."), "+")
  local sync = add_command(group, "sync",
    "Set the configuration of each vault if it differs. Without a vault: of all vaults.")
  add_vaults(sync, "*")
  add_config(sync)
  sync:option("--concurrency", "The number of vaults that are changed at the same time.", 64)
    :argname "N":convert(positive_integer)
  local check = add_command(group, "check", "Look for errors in a configuration; nothing is sent.")
  add_vaults(check, "*")
  add_config(check)
end

local function add_policy(parser)
  local policy = add_command(parser, "topic-policy", "Print the access policy that lets vaults publish to a topic.")
  policy:option("--topic", "The ARN of the SNS topic."):argname "ARN":count(1)
  policy:option("--account", "The account of the vaults."):argname "ID":count(1)
  policy:option("--kms-key", "The customer managed key that encrypts the topic."):argname "KEY"
  add_vaults(policy, "*")
end

local function add_archives(parser)
  local upload = add_command(parser, "upload", "Upload a file as an archive.")
  upload:argument("vault", "The name of the vault.")
  upload:argument("path", "The file.")
  upload:option("--description", "The description of the archive."):argname "TEXT"
  upload:option("--part-size", "The size of a part in bytes: 1 MiB times a power of 2.")
    :argname "BYTES":convert(positive_integer)
  upload:option("--concurrency", "The number of parts that are sent at the same time.")
    :argname "N":convert(positive_integer)
  upload:option("--upload-id", "Resume this upload."):argname "ID"
  local download = add_command(parser, "download", "Save the output of a job. Run it again to resume.")
  download:argument("vault", "The name of the vault.")
  download:argument("job", "The ID of the job.")
  download:argument("path", "The file to write.")
  local retrieve = add_command(parser, "retrieve", "Retrieve an archive, which takes hours, and save it.")
  retrieve:argument("vault", "The name of the vault.")
  retrieve:argument("archive", "The ID of the archive.")
  retrieve:argument("path", "The file to write.")
  retrieve:option("--tier", "The speed of the retrieval."):argname "TIER":choices { "Expedited", "Standard", "Bulk" }
  retrieve:option("--job-id", "Continue with this job."):argname "ID"
end

local function add_plain(parser)
  add_command(parser, "vaults", "List the vaults.")
  add_command(parser, "jobs", "List the jobs of a vault."):argument("vault", "The name of the vault.")
  local call = add_command(parser, "call", "Call an operation by its name, for example describe_vault.")
  call:argument("operation", "The name of the operation.")
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
