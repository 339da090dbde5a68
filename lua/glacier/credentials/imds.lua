--- Keys of an Amazon EC2 instance's role, from its metadata service (IMDS): with a session token (version 2), or
-- without one (version 1) if the service gives none (see `fetch_token`).
local config = require "glacier.config.resolve"
local errors = require "glacier.credentials.errors"
local object = require "glacier.credentials.object"
local retry = require "glacier.call.retry"

local imds = {}

local PROVIDER = "iam-role"
local ROLES = "latest/meta-data/iam/security-credentials/"
local TOKEN_SECONDS = "21600"

-- In seconds. The service may renew keys late, and AWS accepts the old keys until then. So if keys expire within the
-- window plus a random jitter, their expiration is set to now plus the window and the jitter.
local WINDOW, MIN_JITTER, MAX_JITTER = 15 * 60, 2 * 60, 10 * 60

-- Failures that mean that there is no metadata service.
local absent = { EndpointConnectionError = true, ConnectTimeoutError = true }

local function uses_ipv6(sources)
  local mode, origin = config.setting(sources, "ec2_metadata_service_endpoint_mode",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
  if not mode then
    return config.setting(sources, "imds_use_ipv6", "AWS_IMDS_USE_IPV6")
  end
  local version = mode:match "^[Ii][Pp][Vv]([46])$" -- lower() changes I to another letter in some locales
  if not version then
    errors.config(("Invalid EC2 Instance Metadata endpoint mode: %s (%s) Valid endpoint modes (case-insensitive): "
      .. "('ipv4', 'ipv6')."):format(errors.quote(mode), origin), "InvalidIMDSEndpointModeError")
  end
  return version == "6"
end

-- Returns the URL of the metadata service, with one slash at its end.
local function url_of(sources)
  local url, origin = config.setting(sources, "ec2_metadata_service_endpoint", "AWS_EC2_METADATA_SERVICE_ENDPOINT")
  local default = uses_ipv6(sources) and "http://[fd00:ec2::254]/" or "http://169.254.169.254/"
  if url and (not url:find "^[Hh][Tt][Tt][Pp][Ss]?://[^/]" or url:find "[%z\1-\32\127]") then
    local shown = errors.quote((url:gsub("^.*@", "***@"))) -- there may be a password before the "@"
    errors.config(("Invalid endpoint EC2 Instance Metadata endpoint: %s (%s)"):format(shown, origin),
      "InvalidIMDSEndpointError")
  end
  return url and url:match "^.*[^/]" .. "/" or default
end

local function service_of(session)
  local sources = session.sources
  return {
    session = session,
    url = url_of(sources),
    timeout = config.setting(sources, "metadata_service_timeout", "AWS_METADATA_SERVICE_TIMEOUT") or 1,
    attempts = config.setting(sources, "metadata_service_num_attempts", "AWS_METADATA_SERVICE_NUM_ATTEMPTS") or 1,
    v1_disabled = config.setting(sources, "ec2_metadata_v1_disabled", "AWS_EC2_METADATA_V1_DISABLED"),
  }
end

local function exchange(service, context, fields, may_retry)
  fields.url, fields.direct = service.url .. fields.path, true
  fields.connect_timeout, fields.read_timeout = service.timeout, service.timeout
  return service.session.exchange(fields, context, retry.constant(service.attempts, 0, may_retry))
end

local function status_failure(response, what)
  return { kind = "service", status = response:status(),
    message = ("status %d to the request for %s"):format(response:status(), what) }
end

-- Reads the token from a response: "" if the service does not give one; or returns nil and the failure.
local function read_token(response)
  local status, body = response:status(), response:body()
  if status == 200 then
    return body:find "^[!-~]+$" and body or ""
  elseif status == 403 or status == 404 or status == 405 then
    return ""
  end
  return nil, status_failure(response, "a token")
end

local function may_retry_token(failure)
  return failure.status ~= 400 and failure.code ~= "ReadTimeoutError"
    and (failure.kind == "service" or failure.retryable)
end

-- Returns the token of version 2; or "" to use version 1; or nil and the reason. If the service gives no token, for
-- example with the status 403, 404 or 500 or because the response takes too long, version 1 is used, as in botocore. It
-- is not used if it is disabled, there is no service, the status is 400, or the transport failed in a way that no retry
-- can correct.
local function fetch_token(service, context)
  local token, failure = exchange(service, context, {
    method = "PUT", path = "latest/api/token", headers = { ["x-aws-ec2-metadata-token-ttl-seconds"] = TOKEN_SECONDS },
    read = read_token,
  }, may_retry_token)
  if failure and (failure.status == 400 or absent[failure.code]
    or failure.kind ~= "service" and not failure.retryable) then
    return nil, errors.quote(failure.message)
  elseif (token or "") == "" and service.v1_disabled then
    return nil, "Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled"
  end
  return token or ""
end

local function always()
  return true
end

-- Gets a path and converts the body with `convert`; or returns nil and the reason.
local function get(service, context, path, token, convert)
  local result, failure = exchange(service, context, {
    method = "GET", path = path, headers = { ["x-aws-ec2-metadata-token"] = token ~= "" and token or nil },
    read = function(response)
      if response:status() ~= 200 then
        return nil, status_failure(response, path)
      end
      local converted = convert(response:body())
      return converted, not converted
        and { kind = "service", message = "an invalid response to the request for " .. path } or nil
    end,
  }, always)
  return result, failure and errors.quote(failure.message)
end

-- Returns the role's name, which may be an ARN or have a path, as in the responses of kube2iam and kiam. It becomes a
-- part of a URL, so only characters that need no escape in a path are accepted, and no segment may be "." or "..".
local function role_name(body)
  local name = #body <= 2048 and body:match "^([%w!$&'()*+,./:;=@_~-]+)[ \t\r\n]*$"
  local segments = name and "/" .. name .. "/"
  return segments and not segments:find("/../", 1, true) and not segments:find("/./", 1, true) and name or nil
end

local function extended(session, expiration)
  local jitter = MIN_JITTER + math.floor(session.random() * (MAX_JITTER - MIN_JITTER + 1))
  local now = session.clock()
  return now >= expiration - WINDOW - jitter and now + WINDOW + jitter or expiration
end

local function read_keys(session, answer)
  local missing = object.missing(answer, { "AccessKeyId", "SecretAccessKey", "Expiration" }, "Token")
  if missing then
    local code = object.text(answer, "Code")
    return nil, (code and ("its code is %s, and it"):format(errors.quote(code)) or "the response")
      .. " does not contain " .. missing
  end
  local expiration, why = object.expiration(answer, "Expiration")
  if not expiration then
    return nil, why
  end
  return {
    access_key_id = answer.AccessKeyId,
    secret_access_key = answer.SecretAccessKey,
    session_token = object.text(answer, "Token"),
    expiration = extended(session, expiration),
  }
end

-- Returns the keys; or nil and the reason.
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
  local answer
  answer, why = get(service, context, ROLES .. role, token, object.decode)
  if not answer then
    return nil, why
  end
  return read_keys(service.session, answer)
end

--- Gets keys from the metadata service, unless AWS_EC2_METADATA_DISABLED is "true". If the service gives no keys, this
-- returns nil and the reason, because most hosts have no such service.
-- Raises `InvalidConfigError`, `InvalidIMDSEndpointError`, `InvalidIMDSEndpointModeError` for invalid settings; a
-- refresh raises `CredentialRetrievalError`.
function imds.find(search, context)
  local session = search.session
  if config.variable(session.sources, "ec2_metadata_disabled", "AWS_EC2_METADATA_DISABLED") then
    return nil, "AWS_EC2_METADATA_DISABLED is true"
  end
  local service = service_of(session)
  local keys, why = retrieve(service, context)
  if not keys then
    return nil, ("%s: %s"):format(service.url, why)
  end
  local function fetch(of)
    local fresh, reason = retrieve(service, of)
    return fresh or errors.retrieval(PROVIDER, reason, true)
  end
  return { provider = PROVIDER, keys = keys, fetch = fetch }
end

return imds
