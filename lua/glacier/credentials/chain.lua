--- The order in which keys are looked for: botocore's, where the first that has any wins.
local errors = require "glacier.errors"

local chain = {}

local environment = { "environment", require "glacier.credentials.environment" }
local assume_role = { "assume role", require "glacier.credentials.assume_role" }

-- Those that know the profile.
local profile_steps = {
  { "web identity", require "glacier.credentials.web_identity" },
  { "SSO", require "glacier.credentials.sso" },
  { "shared credentials file", require "glacier.credentials.shared_file" },
  { "login", require "glacier.credentials.login" },
  { "credential_process", require "glacier.credentials.process" },
  { "config file", require "glacier.credentials.config_file" },
}

local steps = { environment, assume_role }
for _, step in ipairs(profile_steps) do
  steps[#steps + 1] = step
end
steps[#steps + 1] = { "container", require "glacier.credentials.container" }
steps[#steps + 1] = { "EC2 instance metadata", require "glacier.credentials.imds" }

-- What the first step finds that finds anything; or nil and, a line each, why the others found nothing.
local function walk(list, search, context)
  local reasons = {}
  for _, step in ipairs(list) do
    local found, reason
    if step == environment and not search.use_environment then
      reason = "passed over, for the profile was chosen in code"
    else
      found, reason = step[2].find(search, context)
    end
    if found then
      return found
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
-- keys), and find_in_profile(session, name, context), which does the same for another profile alone.
-- Raises `NoCredentialsError`, which tells what was tried and why it gave nothing, and whatever a provider raises whose
-- settings are there but cannot be used.
-- @param session table: of glacier.credentials.settings
-- @return table of `refreshable.new`
function chain.find(session, context)
  local found, reasons = walk(steps, {
    session = session, profile_name = session.profile_name or "default", use_environment = not session.profile_explicit,
    find_in_profile = find_in_profile,
  }, context)
  return found or errors.raise("credentials", "NoCredentialsError", "Unable to locate credentials. Tried:" .. reasons)
end

return chain
