--- Keys of a container's role, from a URL in its environment: Amazon ECS, Amazon EKS, and compatible services.
local errors = require "glacier.credentials.errors"
local object = require "glacier.credentials.object"
local retry = require "glacier.call.retry"
local settings = require "glacier.credentials.settings"
local token_file = require "glacier.credentials.token_file"

local container = {}

local PROVIDER = "container-role"
local ATTEMPTS = 3

-- Seconds.
local TIMEOUT, PAUSE = 2, 1

-- Hosts that are allowed without TLS, besides loopback addresses.
local plain_hosts = {
  ["169.254.170.2"] = true, ["169.254.170.23"] = true, ["fd00:ec2::23"] = true, ["localhost"] = true,
}

-- Returns the host of a URL in lower case: a name, or an address without brackets. Returns nil for any other form, for
-- example a URL with user information.
local function host_of(url)
  local authority = url:match "^%a+://([^/?#]*)"
  local host = authority and (authority:match "^%[([%x:.]+)%]:?%d*$" or authority:match "^([%w.-]+):?%d*$")
  return host and host:lower()
end

-- Returns what a message shows of a URL that `host_of` rejects. The path and the user information are left out, because
-- they may be secret.
local function shown_host(url)
  local authority = url:gsub("^%a+://", ""):match "^[^/?#]*"
  return authority:match "^.*@(.*)$" or authority
end

local function is_loopback(host)
  if host == "::1" or host == "0:0:0:0:0:0:0:1" then
    return true
  end
  local octets = { host:match "^(127)%.(%d+)%.(%d+)%.(%d+)$" }
  for i, octet in ipairs(octets) do
    octets[i] = tonumber(octet) < 256 and (octet == "0" or not octet:find "^0")
  end
  return octets[1] and octets[2] and octets[3] and octets[4] or false
end

local function check_url(url)
  local scheme, host = (url:match "^(%a+)://" or ""):lower(), host_of(url)
  if scheme == "https" and host or scheme == "http" and host and (plain_hosts[host] or is_loopback(host)) then
    if url:find "[%z\1-\32\127]" then
      errors.retrieval(PROVIDER, ("the URL on host '%s' contains a space or a control character"):format(host))
    end
    return
  end
  local shown = errors.quote(host or shown_host(url))
  errors.retrieval(PROVIDER, ("Unsupported host '%s'.  Can only retrieve metadata from a loopback address or one of "
    .. "these hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost"):format(shown))
end

-- The file is read at each refresh, because its content changes while the container runs.
local function token_of(session)
  local path = settings.variable(session, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
  local token = path and token_file.read(PROVIDER, "authorization token file", settings.path(session, path))
    or settings.variable(session, "AWS_CONTAINER_AUTHORIZATION_TOKEN")
  if token and token:find "%c" then
    errors.retrieval(PROVIDER, "Auth token value is not a legal header value")
  end
  return token
end

-- Returns the message for an error response, with the code and the message in its body, if there are any.
local function message_of(response)
  local text = ("Received non 200 response %d from container metadata"):format(response:status())
  local body = object.decode(response:body()) or {}
  for _, name in ipairs { "code", "message" } do
    local member = object.text(body, name)
    text = member and text .. ": " .. member or text
  end
  return text
end

-- Decodes a response; or returns nil and the failure. All failures of the service may be retried.
local function read(response)
  if response:status() ~= 200 then
    return nil, { kind = "service", status = response:status(), message = message_of(response), retryable = true }
  end
  local answer = object.decode(response:body())
  if not answer then
    return nil, { kind = "service", message = "Unable to parse JSON returned from container metadata services",
      retryable = true }
  end
  return answer
end

local function may_retry(failure)
  return failure.retryable
end

local function retrieve(session, context, url)
  local token = token_of(session)
  local path = url:match "^%a+://[^/?#]*(/.+)$" -- a secret: anyone who knows it may be able to get the keys
  local answer, failure = session.exchange({
    method = "GET", url = url, headers = { Accept = "application/json", Authorization = token }, direct = true,
    connect_timeout = TIMEOUT, read_timeout = TIMEOUT, read = read,
  }, context, retry.constant(ATTEMPTS, PAUSE, may_retry))
  if not answer then
    local text = errors.quote(failure.message, { token or "", path or "" })
    text = failure.kind == "service" and text
      or "Received error when attempting to retrieve container metadata: " .. text
    errors.retrieval(PROVIDER, "Error retrieving metadata: " .. text, failure.retryable)
  end
  return answer
end

local function read_keys(answer)
  local missing = object.missing(answer, { "AccessKeyId", "SecretAccessKey", "Expiration" }, "Token")
  if missing then
    errors.retrieval(PROVIDER, "the response does not contain: " .. missing)
  end
  local expiration, why = object.expiration(answer, "Expiration")
  return {
    access_key_id = answer.AccessKeyId,
    secret_access_key = answer.SecretAccessKey,
    session_token = object.text(answer, "Token"),
    expiration = expiration or errors.retrieval(PROVIDER, why),
    account_id = object.text(answer, "AccountId"),
  }
end

local function url_of(session)
  local path = settings.variable(session, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
  return path and "http://169.254.170.2" .. path or settings.variable(session, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
end

--- Requests the URL in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI. Without TLS, the
-- host must be a loopback address or one of the addresses that AWS reserves for containers.
-- Raises `CredentialRetrievalError` if a variable is set, but the URL gives no keys.
function container.find(search, context)
  local session = search.session
  local url = url_of(session)
  if not url then
    return nil, "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
  end
  check_url(url)
  local function fetch(of)
    return read_keys(retrieve(session, of, url))
  end
  return { provider = PROVIDER, keys = fetch(context), fetch = fetch }
end

return container
