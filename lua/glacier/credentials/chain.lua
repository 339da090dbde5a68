--- The order in which the providers are asked for keys, as in botocore. The first provider that has keys is used. The
-- module of a provider is loaded when the provider is asked.
local errors = require("glacier.core").errors

local chain = {}

-- Each step: its name in messages, its module, and the module's function (default `find`).
local environment = { "environment", "environment" }
local assume_role = { "assume role", "assume_role" }

-- The steps that search one profile. The source profile of a role is searched with these steps, too.
local profile_steps = {
  { "web identity", "web_identity" },
  { "SSO", "sso" },
  { "shared credentials file", "static", "find_in_credentials" },
  { "login", "login" },
  { "credential_process", "process" },
  { "config file", "static", "find_in_config" },
}

local steps = { environment, assume_role }
for _, step in ipairs(profile_steps) do
  steps[#steps + 1] = step
end
steps[#steps + 1] = { "container", "container" }
steps[#steps + 1] = { "EC2 instance metadata", "imds" }

local function ask(step, search, context)
  if step == environment and not search.use_environment then
    return nil, "skipped, because the profile was chosen in code"
  end
  return require("glacier.credentials." .. step[2])[step[3] or "find"](search, context)
end

-- Returns the result of the first step that finds keys; or nil and the reasons of all steps, one per line.
local function walk(list, search, context)
  local reasons = {}
  for _, step in ipairs(list) do
    local provided, reason = ask(step, search, context)
    if provided then
      return provided
    end
    reasons[#reasons + 1] = ("\n  %s: %s"):format(step[1], reason)
  end
  return nil, table.concat(reasons)
end

local function find_in_profile(session, name, context)
  return walk(profile_steps, {
    session = session, profile_name = name, use_environment = false, find_in_profile = find_in_profile,
  }, context)
end

--- Looks for keys. Each provider gets a `search`: session, profile_name, use_environment (whether variables may name
-- keys), and find_in_profile(session, name, context), which looks only in another profile.
-- Raises `NoCredentialsError` with the reason of each step, and the errors of a provider whose settings exist but are
-- invalid.
-- @param session table: of glacier.credentials.settings
-- @param context context
-- @return table: `provided` of `refreshable.new`
function chain.find(session, context)
  local provided, reasons = walk(steps, {
    session = session, profile_name = session.profile_name or "default", use_environment = not session.profile_explicit,
    find_in_profile = find_in_profile,
  }, context)
  return provided
    or errors.raise("credentials", "NoCredentialsError", "Unable to locate credentials. Tried:" .. reasons)
end

return chain
