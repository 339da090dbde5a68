--- Keys of a role that the profile names: assumed with the keys of another profile, or of a named source.
local problem = require "glacier.credentials.problem"
local copcall = require "glacier.async.copcall"
local refreshable = require "glacier.credentials.refreshable"
local settings = require "glacier.credentials.settings"
local static = require "glacier.credentials.static"
local sts = require "glacier.credentials.sts"

local assume_role = {}

local PROVIDER = "assume-role"

-- What `credential_source` may say, and who then finds the keys.
local sources = {
  Environment = require "glacier.credentials.environment",
  EcsContainer = require "glacier.credentials.container",
  Ec2InstanceMetadata = require "glacier.credentials.imds",
}

local function has_role(profile)
  return profile.role_arn ~= nil and profile.web_identity_token_file == nil
end

local function contains(list, wanted)
  for _, item in ipairs(list) do
    if item == wanted then
      return true
    end
  end
  return false
end

-- As botocore writes a list of names.
local function list_text(names)
  return "['" .. table.concat(names, "', '") .. "']"
end

-- Checks that the source profile is there and leads on. A profile may name itself where it has keys of its own.
local function check_source_profile(search, name, source, visited)
  local profile = search.session.files.profiles[source]
  if not profile then
    problem.config(('The source_profile "%s" referenced in the profile "%s" does not exist.'):format(source, name))
  end
  if contains(visited, source) and not (source == name and static.has_keys(profile)) then
    problem.config(("Infinite loop in credential configuration detected. Attempting to load from profile %s which has "
      .. "already been visited. Visited profiles: %s"):format(source, list_text(visited)), "InfiniteLoopConfigError")
  end
end

local function check_credential_source(name, source)
  if not sources[source] then
    problem.config(('The credential source "%s" referenced in profile "%s" is not valid.')
      :format(problem.quote(source), name))
  end
end

-- The profile's settings of the role, checked.
local function role_of(search, name, visited)
  local profile = settings.profile(search.session, name)
  local role = {}
  for _, key in ipairs { "role_arn", "source_profile", "credential_source", "role_session_name", "external_id",
    "mfa_serial", "duration_seconds" } do
    role[key] = settings.text(profile, key)
  end
  if role.role_arn == "" then
    problem.config(('The role_arn of the profile "%s" is empty.'):format(name))
  elseif role.source_profile and role.credential_source then
    problem.config(('The profile "%s" contains both source_profile and credential_source.'):format(name))
  elseif role.source_profile then
    check_source_profile(search, name, role.source_profile, visited)
  elseif role.credential_source then
    check_credential_source(name, role.credential_source)
  else
    problem.partial(PROVIDER, "source_profile or credential_source")
  end
  return role
end

local function from_named_source(search, name, source, context)
  local found, reason = sources[source].find(search, context)
  if not found then
    problem.retrieval(source, ("No credentials found in credential_source referenced in profile %s (%s)")
      :format(name, reason))
  end
  return found
end

local function from_profile(search, source, context)
  local found, reasons = search.find_in_profile(search.session, source, context)
  if not found then
    problem.config(('The source profile "%s" must have credentials. Tried:%s'):format(source, reasons))
  end
  return found
end

local function mfa_code(session, serial)
  if not session.mfa then
    problem.retrieval(PROVIDER, ("an MFA code for %s is needed: give the option mfa_code, a function that returns it")
      :format(serial))
  end
  local good, code = copcall.call(session.mfa, serial)
  if not good then
    problem.retrieval(PROVIDER, "the function mfa_code: " .. problem.quote(code))
  elseif type(code) ~= "string" or code == "" then
    problem.retrieval(PROVIDER, ("the function mfa_code gave no code for %s, as a string"):format(serial))
  end
  return code
end

local function session_name(session, role)
  local name = role.role_session_name
  return name and name ~= "" and name or ("glacier-session-%d"):format(math.floor(session.clock()))
end

-- What AssumeRole is asked. A duration that is no integer is passed over, as in botocore.
local function call_of(session, role, name)
  local parameters = { { "RoleArn", role.role_arn }, { "RoleSessionName", name } }
  local function add(parameter, value)
    parameters[#parameters + 1] = value and { parameter, value } or nil
  end
  add("ExternalId", role.external_id)
  add("DurationSeconds", role.duration_seconds and role.duration_seconds:match "^%s*([+-]?%d+)%s*$")
  local code = role.mfa_serial and mfa_code(session, role.mfa_serial)
  add("SerialNumber", role.mfa_serial)
  add("TokenCode", code)
  return { action = "AssumeRole", provider = PROVIDER, parameters = parameters, secrets = { code } }
end

local load

local function find_source(search, role, name, visited, context)
  if role.credential_source then
    return from_named_source(search, name, role.credential_source, context)
  end
  local source = role.source_profile
  local profile = settings.profile(search.session, source)
  visited[#visited + 1] = source
  if static.has_keys(profile) or not has_role(profile) then
    return from_profile(search, source, context)
  end
  return load(search, source, visited, context)
end

load = function(search, name, visited, context)
  local session = search.session
  local role = role_of(search, name, visited)
  local source = refreshable.new(session, find_source(search, role, name, visited, context))
  local role_session = session_name(session, role)
  return {
    provider = PROVIDER,
    fetch = function(of)
      local keys = source:keys(of)
      return sts.keys(session, of, call_of(session, role, role_session), keys)
    end,
  }
end

--- Looks for `role_arn` in the profile; nothing is assumed before the keys are needed, but source keys are looked for.
-- Raises `InvalidConfigError`, `InfiniteLoopConfigError`, `PartialCredentialsError` where the settings cannot be meant,
-- and whatever the source of the keys raises.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function assume_role.find(search, context)
  local name = search.profile_name
  if not has_role(settings.profile(search.session, name)) then
    return nil, ('profile "%s" has no role_arn to assume with other keys'):format(name)
  end
  return load(search, name, { name }, context)
end

return assume_role
