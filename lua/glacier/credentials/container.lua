--- Keys of a container's role, from an address in its environment: Amazon ECS, Amazon EKS, and what behaves so.
local answer = require "glacier.credentials.answer"
local pause = require "glacier.credentials.pause"
local problem = require "glacier.credentials.problem"
local settings = require "glacier.credentials.settings"
local timestamp = require "glacier.credentials.timestamp"
local token_file = require "glacier.credentials.token_file"

local container = {}

local PROVIDER = "container-role"
local ATTEMPTS = 3

-- Seconds.
local TIMEOUT, PAUSE = 2, 1

-- Where keys may come from without TLS, besides loopback addresses.
local plain_hosts = {
  ["169.254.170.2"] = true, ["169.254.170.23"] = true, ["fd00:ec2::23"] = true, ["localhost"] = true,
}

-- The host of a URL: a name or an address without brackets, in lower case; nil where it could be read in two ways.
local function host_of(url)
  local authority = url:match "^%a+://([^/?#]*)"
  local host = authority and (authority:match "^%[([%x:.]+)%]:?%d*$" or authority:match "^([%w.-]+):?%d*$")
  return host and host:lower()
end

-- What an error calls the host where there are two ways to read it; neither path nor user information.
local function said_host(url)
  return (url:gsub("^%a+://", ""):match "^[^/?#]*"):match "[^@]*$"
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

local function check_host(url)
  local scheme, host = (url:match "^(%a+)://" or ""):lower(), host_of(url)
  if scheme == "https" and host then
    return
  end
  if scheme ~= "http" or not host or not (plain_hosts[host] or is_loopback(host)) then
    local said = problem.quote(host or said_host(url))
    problem.retrieval(PROVIDER, ("Unsupported host '%s'.  Can only retrieve metadata from a loopback address or one of "
      .. "these hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost"):format(said))
  end
end

-- The file is read at each refresh, for it is replaced while the container runs.
local function headers_of(session)
  local path = settings.variable(session, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
  local token = path and token_file.read(PROVIDER, "authorization token file", path)
    or settings.variable(session, "AWS_CONTAINER_AUTHORIZATION_TOKEN")
  if token and token:find "[%c]" then
    problem.retrieval(PROVIDER, "Auth token value is not a legal header value")
  end
  return { Accept = "application/json", Authorization = token }, token
end

-- What a refusal says of itself, where it does so as the services do.
local function refusal_text(response, token)
  local text = ("Received non 200 response %d from container metadata"):format(response:status())
  local body = answer.decode(response:body()) or {}
  for _, name in ipairs { "code", "message" } do
    local said = answer.text(body, name)
    text = said and text .. ": " .. problem.quote(said, { token }) or text
  end
  return text
end

-- The object that one request got; or nil, why not, and whether another may get it.
local function ask(session, context, fields, token)
  local response, err = session.exchange(fields, context)
  if not response then
    -- The path and what follows it may be what lets one ask for the keys.
    local path = fields.url:match "^%a+://[^/?#]*(/.+)$"
    local said = problem.quote(err.message, { token or "", path or "" })
    return nil, "Received error when attempting to retrieve container metadata: " .. said, err.retryable
  elseif response:status() ~= 200 then
    return nil, refusal_text(response, token), true
  end
  local object = answer.decode(response:body())
  if not object then
    return nil, "Unable to parse JSON returned from container metadata services", true
  end
  return object
end

local function retrieve(session, context, url)
  local headers, token = headers_of(session)
  local fields = {
    method = "GET", url = url, headers = headers, direct = true, connect_timeout = TIMEOUT, read_timeout = TIMEOUT,
  }
  for attempt = 1, ATTEMPTS do
    local object, why, again = ask(session, context, fields, token)
    if object then
      return object
    elseif not again or attempt == ATTEMPTS or not pause(session, context, PAUSE) then
      return problem.retrieval(PROVIDER, "Error retrieving metadata: " .. why, again)
    end
  end
end

local function read_keys(object)
  local missing = answer.missing(object, { "AccessKeyId", "SecretAccessKey", "Token", "Expiration" })
  if missing then
    problem.retrieval(PROVIDER, "the answer did not contain: " .. missing)
  end
  return {
    access_key_id = object.AccessKeyId,
    secret_access_key = object.SecretAccessKey,
    session_token = object.Token,
    expiration = timestamp.parse(object.Expiration) or problem.retrieval(PROVIDER, "Expiration is no timestamp"),
    account_id = answer.text(object, "AccountId"),
  }
end

local function url_of(session)
  local path = settings.variable(session, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
  return path and "http://169.254.170.2" .. path or settings.variable(session, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
end

--- Asks the address that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI gives. Without
-- TLS it must be this machine's own or one of those that AWS gives to containers.
-- Raises `CredentialRetrievalError` where it has no keys to give.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function container.find(search, context)
  local session = search.session
  local url = url_of(session)
  if not url then
    return nil, "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
  end
  check_host(url)
  local function fetch(of)
    return read_keys(retrieve(session, of, url))
  end
  return { provider = PROVIDER, keys = fetch(context), fetch = fetch }
end

return container
