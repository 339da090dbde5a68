--- Keys of an Amazon EC2 instance's role, from its metadata service (IMDS): version 2, whose requests carry a token,
-- and version 1 only where the service itself says that it knows no tokens.
local answer = require "glacier.credentials.answer"
local problem = require "glacier.credentials.problem"
local settings = require "glacier.credentials.settings"
local timestamp = require "glacier.credentials.timestamp"
local values = require "glacier.config.values"

local imds = {}

local PROVIDER = "iam-role"
local ROLES = "latest/meta-data/iam/security-credentials/"
local TOKEN_SECONDS = "21600"

-- Seconds: keys that expire within the window and up to ten minutes more are used for that much longer, for the
-- service may be late to renew them and AWS accepts them meanwhile.
local WINDOW, JITTER_LEAST, JITTER_MOST = 15 * 60, 2 * 60, 10 * 60

-- Answers to the request for a token that mean: version 1.
local no_tokens = { [403] = true, [404] = true, [405] = true }

local function uses_ipv6(found)
  local mode, origin = values.look_up(found, "ec2_metadata_service_endpoint_mode")
  if not mode then
    return values.look_up(found, "imds_use_ipv6")
  end
  local version = mode:match "^[Ii][Pp][Vv]([46])$" -- lower() makes another letter of an I in some locales
  if not version then
    problem.config(("Invalid EC2 Instance Metadata endpoint mode: %s (%s) Valid endpoint modes (case-insensitive): "
      .. "('ipv4', 'ipv6')."):format(problem.quote(mode), origin), "InvalidIMDSEndpointModeError")
  end
  return version == "6"
end

-- The URL, a slash at its end.
local function endpoint_of(found)
  local default = uses_ipv6(found) and "http://[fd00:ec2::254]/" or "http://169.254.169.254/"
  local url, origin = values.look_up(found, "ec2_metadata_service_endpoint")
  if url and not url:find "^[Hh][Tt][Tt][Pp][Ss]?://[^/%s]" then
    local text = "Invalid endpoint EC2 Instance Metadata endpoint: %s (%s)"
    problem.config(text:format(problem.quote(url), origin), "InvalidIMDSEndpointError")
  end
  return url and url:gsub("/+$", "") .. "/" or default
end

local function service_of(session, found)
  return {
    session = session,
    url = endpoint_of(found),
    timeout = values.look_up(found, "metadata_service_timeout") or 1,
    attempts = values.look_up(found, "metadata_service_num_attempts") or 1,
    v1_disabled = values.look_up(found, "ec2_metadata_v1_disabled"),
  }
end

local function exchange(service, context, method, path, headers)
  return service.session.exchange({
    method = method, url = service.url .. path, headers = headers, direct = true,
    connect_timeout = service.timeout, read_timeout = service.timeout,
  }, context)
end

local function without_token(service)
  if service.v1_disabled then
    return nil, "Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled"
  end
  return ""
end

-- The token of version 2; "" where version 1 is to be used; or nil and why there is neither.
local function fetch_token(service, context)
  local why
  for _ = 1, service.attempts do
    local response, err = exchange(service, context, "PUT", "latest/api/token",
      { ["x-aws-ec2-metadata-token-ttl-seconds"] = TOKEN_SECONDS })
    local status = response and response:status()
    if status == 200 and response:body():find "^[!-~]+$" then
      return response:body()
    elseif no_tokens[status] or err and err.code == "ReadTimeoutError" then
      return without_token(service)
    end
    why = err and problem.quote(err.message) or ("status %d to the request for a token"):format(status)
    if status == 400 or err and not err.retryable then
      break
    end
  end
  return nil, why
end

-- A body that `read` can make something of, made so; or nil and why there is none.
local function get(service, context, path, token, read)
  local headers, why = { ["x-aws-ec2-metadata-token"] = token ~= "" and token or nil }, nil
  for _ = 1, service.attempts do
    local response, err = exchange(service, context, "GET", path, headers)
    if response and response:status() == 200 then
      local result = read(response:body())
      if result then
        return result
      end
      why = "an answer that makes no sense to the request for " .. path
    elseif response then
      why = ("status %d to the request for %s"):format(response:status(), path)
    else
      why = problem.quote(err.message)
    end
  end
  return nil, why
end

-- The role's name becomes part of a path: nothing else may.
local function role_name(body)
  return body:match "^([%w+=,.@_-]+)%s*$"
end

local function extended(session, expiration)
  local jitter = JITTER_LEAST + math.floor((session.random or math.random)() * (JITTER_MOST - JITTER_LEAST + 1))
  local now = session.clock()
  return now >= expiration - WINDOW - jitter and now + WINDOW + jitter or expiration
end

local function read_keys(session, object)
  local missing = answer.missing(object, { "AccessKeyId", "SecretAccessKey", "Token", "Expiration" })
  if missing then
    local code = answer.text(object, "Code")
    return nil, (code and "it says " .. problem.quote(code) .. " and" or "the answer")
      .. " does not contain " .. missing
  end
  local expiration = timestamp.parse(object.Expiration)
  if not expiration then
    return nil, "Expiration is no timestamp"
  end
  return {
    access_key_id = object.AccessKeyId,
    secret_access_key = object.SecretAccessKey,
    session_token = object.Token,
    expiration = extended(session, expiration),
  }
end

-- The keys; or nil and why there are none.
local function retrieve(service, context)
  local token, why = fetch_token(service, context)
  if not token then
    return nil, why
  end
  local role
  role, why = get(service, context, ROLES, token, role_name)
  if not role then
    return nil, why
  end
  local object
  object, why = get(service, context, ROLES .. role, token, answer.decode)
  if not object then
    return nil, why
  end
  return read_keys(service.session, object)
end

--- Asks the metadata service, if AWS_EC2_METADATA_DISABLED does not say "true". No answer means no keys here.
-- Raises `InvalidConfigError`, `InvalidIMDSEndpointError`, `InvalidIMDSEndpointModeError` for settings that cannot be
-- meant; a refresh raises `CredentialRetrievalError`.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function imds.find(search, context)
  local session = search.session
  local found = settings.found(session)
  if values.look_up(found, "ec2_metadata_disabled") then
    return nil, "AWS_EC2_METADATA_DISABLED is true"
  end
  local service = service_of(session, found)
  local keys, why = retrieve(service, context)
  if not keys then
    return nil, ("%s: %s"):format(service.url, why)
  end
  local function fetch(of)
    local fresh, reason = retrieve(service, of)
    return fresh or problem.retrieval(PROVIDER, reason, true)
  end
  return { provider = PROVIDER, keys = keys, fetch = fetch }
end

return imds
