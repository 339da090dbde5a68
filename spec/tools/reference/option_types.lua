--- The types of the options of `glacier.client`, in LuaCATS. The README describes them in words.
return {
  region = "string", endpoint_url = "string", credentials = "table|fun(): table", profile = "string",
  use_fips_endpoint = "boolean", use_dualstack_endpoint = "boolean", connect_timeout = "number",
  read_timeout = "number", timeout = "number", retry_mode = '"standard"|"legacy"|"adaptive"',
  max_attempts = "integer", ca_bundle = "string", verify = "boolean", proxy = "string",
  user_agent_extra = "string", strict_notifications = "boolean", env = "table<string, string>",
  logger = "fun(event: table)", wait = "fun(seconds: number)|table",
  transport = "fun(request: table): table?, string?, string?", mfa_code = "fun(serial: string): string",
  clock = "fun(): number", random = "fun(): number", hash_threads = "integer",
}
