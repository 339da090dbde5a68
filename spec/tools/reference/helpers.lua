--- The public functions and methods besides the operations, and where their docstrings are:
-- { public name, file, symbol }.
return {
  functions = {
    { "client", "lua/glacier/client.lua", "client.new" },
    { "all", "lua/glacier/async/all.lua", "all.all" },
    { "as_completed", "lua/glacier/async/all.lua", "all.as_completed" },
    { "tree_hash", "lua/glacier/tree_hash.lua", "tree_hash.hash" },
    { "tree_hasher", "lua/glacier/tree_hash.lua", "tree_hash.hasher" },
    { "combine_tree_hashes", "lua/glacier/tree_hash.lua", "tree_hash.combine" },
    { "inventory", "lua/glacier/inventory.lua", "inventory.archives" },
    { "check_notification_config", "lua/glacier/notifications/check.lua", "check.config" },
    { "topic_policy", "lua/glacier/notifications/policy.lua", "policy.topic" },
    { "parse_notification", "lua/glacier/notifications/message.lua", "message.parse" },
  },
  options = {
    region = "string", endpoint_url = "string", credentials = "table|fun(): table", profile = "string",
    use_fips_endpoint = "boolean", use_dualstack_endpoint = "boolean", connect_timeout = "number",
    read_timeout = "number", timeout = "number", retry_mode = '"standard"|"legacy"|"adaptive"',
    max_attempts = "integer", ca_bundle = "string", verify = "boolean", proxy = "string",
    user_agent_extra = "string", strict_notifications = "boolean", env = "table<string, string>",
    logger = "fun(event: table)", wait = "fun(seconds: number)|table",
    transport = "fun(request: table): table?, string?, string?", mfa_code = "fun(serial: string): string",
    clock = "fun(): number", random = "fun(): number", hash_threads = "integer",
  },
  client = {
    "call", "start", "paginate", "each", "wait_until", "upload", "download", "retrieve", "list_archives",
    "ensure_vault_notifications", "get_vault_notifications_or_nil", "sync_vault_notifications",
    "pollfd", "events", "timeout", "close",
  },
  task = { "poll", "result", "cancel" },
  reader = { "read", "lines", "save", "close" },
}
