--- Keys of the profile's role, which is assumed with the keys of another profile or of a named source.
local copcall = require "glacier.async.copcall"
local errors = require "glacier.credentials.errors"
local refreshable = require "glacier.credentials.refreshable"
local settings = require "glacier.credentials.settings"
local static = require "glacier.credentials.static"

local assume_role = {}

local PROVIDER = "assume-role"

-- The values of `credential_source`, and the provider for each.
local source_modules = {
  Environment = "glacier.credentials.environment",
  EcsContainer = "glacier.credentials.container",
  Ec2InstanceMetadata = "glacier.credentials.imds",
}

local role_settings = {
  "role_arn", "source_profile", "credential_source", "role_session_name", "external_id", "mfa_serial",
  "duration_seconds",
}

local function has_role(session, profile)
  return settings.text(session, profile, "role_arn") ~= nil
    and settings.text(session, profile, "web_identity_token_file") == nil
end

local function contains(list, wanted)
  for _, item in ipairs(list) do
    if item == wanted then
      return true
    end
  end
  return false
end

-- Returns a list of names as Python writes it.
local function list_text(names)
  return "['" .. table.concat(names, "', '") .. "']"
end

-- Checks that the source profile exists and is not visited twice. A profile that holds keys may name itself.
local function check_source_profile(search, name, source, visited)
  local profile = search.session.sources.files.profiles[source]
  if not profile then
    errors.config(('The source_profile "%s" referenced in the profile "%s" does not exist.'):format(source, name))
  end
  if contains(visited, source) and not (source == name and static.has_keys(search.session, profile)) then
    errors.config(("Infinite loop in credential configuration detected. Attempting to load from profile %s which has "
      .. "already been visited. Visited profiles: %s"):format(source, list_text(visited)), "InfiniteLoopConfigError")
  end
end

local function check_credential_source(name, source)
  if not source_modules[source] then
    errors.config(('The credential source "%s" referenced in profile "%s" is not valid.')
      :format(errors.quote(source), name))
  end
end

-- Returns the role's settings in the profile, after checking them.
local function role_of(search, name, visited)
  local role, profile = {}, settings.profile(search.session, name)
  for _, key in ipairs(role_settings) do
    role[key] = settings.text(search.session, profile, key)
  end
  if role.source_profile and role.credential_source then
    errors.config(('The profile "%s" contains both source_profile and credential_source.'):format(name))
  elseif role.source_profile then
    check_source_profile(search, name, role.source_profile, visited)
  elseif role.credential_source then
    check_credential_source(name, role.credential_source)
  else
    errors.partial(PROVIDER, "source_profile or credential_source")
  end
  return role
end

local function from_named_source(search, name, source, context)
  local provided, reason = require(source_modules[source]).find(search, context)
  if not provided then
    errors.retrieval(source, ("No credentials found in credential_source referenced in profile %s (%s)")
      :format(name, reason))
  end
  return provided
end

local function from_profile(search, source, context)
  local provided, reasons = search.find_in_profile(search.session, source, context)
  if not provided then
    errors.config(('The source profile "%s" must have credentials. Tried:%s'):format(source, reasons))
  end
  return provided
end

local function mfa_code(session, serial)
  if not session.mfa then
    errors.retrieval(PROVIDER, (
      "the role needs an MFA code for %s: set the option mfa_code to a function that returns it"):format(serial))
  end
  local good, code = copcall.call(session.mfa, serial)
  if not good then
    copcall.raise_fatal(code)
    errors.retrieval(PROVIDER, "the function mfa_code: " .. errors.quote(code))
  elseif type(code) ~= "string" or code == "" then
    errors.retrieval(PROVIDER, ("the function mfa_code must return a code for %s as a string"):format(serial))
  end
  return code
end

local function session_name(session, role)
  return role.role_session_name or ("glacier-session-%d"):format(math.floor(session.clock()))
end

-- Returns an integer as Python's int() and str() write it; nil if the text is none.
local function integer_of(text)
  local sign, digits = text:match "^%s*([+-]?)0*(%d+)%s*$"
  return digits and #text <= 64 and (sign == "-" and sign or "") .. digits or nil
end

-- Returns the `call` of `sts.keys` for AssumeRole. A duration that is not an integer is ignored, as in botocore.
local function call_of(session, role, name)
  local parameters = { { "RoleArn", role.role_arn }, { "RoleSessionName", name } }
  local function add(parameter, value)
    parameters[#parameters + 1] = value and { parameter, value } or nil
  end
  add("ExternalId", role.external_id)
  add("DurationSeconds", role.duration_seconds and integer_of(role.duration_seconds))
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
  if static.has_keys(search.session, profile) or not has_role(search.session, profile) then
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
      return require("glacier.credentials.sts").keys(session, of, call_of(session, role, role_session), keys)
    end,
  }
end

--- Looks for `role_arn` in the profile, and for the keys that can assume the role. The role itself is assumed when its
-- keys are needed.
-- Raises `InvalidConfigError`, `InfiniteLoopConfigError`, `PartialCredentialsError` for invalid settings, and the
-- errors of the source of the keys.
function assume_role.find(search, context)
  local name = search.profile_name
  if not has_role(search.session, settings.profile(search.session, name)) then
    return nil, ('profile "%s" has no role_arn to assume with other keys'):format(name)
  end
  return load(search, name, { name }, context)
end

return assume_role
