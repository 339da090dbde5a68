--- The option `transport` for OpenResty: lua-resty-http 0.17 or later sends the requests over cosockets, in place of
-- libcurl.
--
--   local client = glacier.client { transport = require "glacier.hosts.resty_http" }
--
-- nginx keeps the connections in its pools. Its directive `lua_ssl_trusted_certificate` names the authorities to trust,
-- and `resolver` names the DNS servers. The option `ca_bundle` has no effect.
local copcall = require "glacier.async.copcall"
local requirements = require "glacier.hosts.requirements"

local NAME = "glacier.hosts.resty_http"

-- The size of a chunk of a body in bytes, and the longest timeout in milliseconds.
local CHUNK, LONGEST = 64 * 1024, 2 ^ 31 - 1

-- lua-resty-http requires a body for these methods.
local HAVE_BODIES = { POST = true, PUT = true, PATCH = true }

-- ---- errors --------------------------------------------------------------------------------------

-- botocore's message for each code.
local WORDS = {
  EndpointConnectionError = 'Could not connect to the endpoint URL: "%s"',
  ConnectTimeoutError = 'Connect timeout on endpoint URL: "%s"',
  ReadTimeoutError = 'Read timeout on endpoint URL: "%s"',
  ConnectionClosedError = 'Connection was closed before we received a valid response from endpoint URL: "%s".',
  ProxyConnectionError = 'Failed to connect to proxy for endpoint URL: "%s"',
  SSLError = "SSL validation failed for %s",
}

-- Patterns in the error of a failed connection, and the code. The first match decides.
local CONNECT_CODES = {
  { "^failed to connect to: ", "ProxyConnectionError" },
  { "proxy", "ProxyConnectionError" },
  { "timeout", "ConnectTimeoutError" },
  { "^%d+: ", "SSLError" }, -- OpenSSL's number for the reason why a certificate is rejected
  { "certificate", "SSLError" },
  { "handshake", "ConnectionClosedError" },
  { "closed", "ConnectionClosedError" },
  { "reset by peer", "ConnectionClosedError" },
  { "", "EndpointConnectionError" },
}

-- Patterns in errors that a wrong configuration of nginx causes, and the hint for the message.
local HINTS = {
  { "no resolver defined", "the nginx directive `resolver` is missing" },
  { "^1[89]: ", "the nginx directive `lua_ssl_trusted_certificate` does not name this authority" },
  { "^2[01]: ", "the nginx directive `lua_ssl_trusted_certificate` is missing or does not name this authority" },
  { "^22: ", "the nginx directive `lua_ssl_verify_depth` is too low" },
  -- Some versions of lua-resty-core raise this for a rejected certificate and do not report the reason.
  { "assertion failed", "the nginx directive `lua_ssl_trusted_certificate` is missing or does not name this authority,"
    .. " or the certificate is another host's" },
}

local function first_match(rows, text)
  for _, row in ipairs(rows) do
    if text:find(row[1]) then
      return row[2]
    end
  end
end

-- Returns the results of a transport for a failure.
local function failure(request, code, err)
  local hint = first_match(HINTS, err)
  local words = WORDS[code]:format(request.url:match "^[^?]*")
  return nil, ("%s (%s%s)"):format(words, err, hint and "; " .. hint or ""), code
end

local function transfer_failure(request, err)
  return failure(request, err == "timeout" and "ReadTimeoutError" or "ConnectionClosedError", err)
end

-- ---- connecting ----------------------------------------------------------------------------------

local function milliseconds(seconds)
  return math.max(1, math.min(math.ceil(seconds * 1000), LONGEST))
end

-- Returns the URL of the proxy for a request, and the hosts that need no proxy; nil for no proxy. If the client has no
-- setting, the variables of the worker's environment apply, as with libcurl.
local function proxy_of(request, scheme)
  local no_proxy = request.no_proxy or os.getenv "no_proxy" or os.getenv "NO_PROXY"
  local proxy = request.proxy or os.getenv(scheme .. "_proxy") or scheme == "https" and os.getenv "HTTPS_PROXY"
    or os.getenv "all_proxy" or os.getenv "ALL_PROXY"
  if not proxy or proxy == "" then
    return nil
  end
  return proxy:find "://" and proxy or "http://" .. proxy, no_proxy
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- Returns the option `proxy_opts` of lua-resty-http.
local function proxy_options(request, scheme)
  local proxy, no_proxy = proxy_of(request, scheme)
  if not proxy then
    return {}
  end
  local user, authorization = proxy:match "^%a+://([^/@]*)@", nil
  if user then
    authorization = "Basic " .. rawget(_G, "ngx").encode_base64(unescape(user))
    proxy = proxy:gsub("//[^/@]*@", "//")
  end
  return {
    http_proxy = proxy, http_proxy_authorization = authorization, no_proxy = no_proxy,
    https_proxy = proxy, https_proxy_authorization = authorization,
  }
end

-- Returns a connection and the path of the request; or nil, message and code.
local function connect(request)
  local scheme, authority, path = request.url:match "^(%a+)://([^/?]*)(.*)$"
  local host, port = authority:match "^(.-):?(%d*)$"
  local connection, err = requirements.load(NAME, "resty.http").new()
  if not connection then
    return failure(request, "EndpointConnectionError", err)
  end
  local read = milliseconds(request.timeout)
  connection:set_timeouts(milliseconds(math.min(request.connect_timeout, request.timeout)), read, read)
  local good, connected
  good, connected, err = pcall(connection.connect, connection, {
    scheme = scheme, host = host, port = tonumber(port), ssl_verify = request.verify,
    ssl_server_name = host, proxy_opts = proxy_options(request, scheme),
  })
  if not good then
    copcall.raise_fatal(connected)
    return failure(request, scheme == "https" and "SSLError" or "EndpointConnectionError", tostring(connected))
  end
  if not connected then
    return failure(request, first_match(CONNECT_CODES, err), err)
  end
  return connection, path:find "^/" and path or "/" .. path
end

-- ---- bodies --------------------------------------------------------------------------------------

-- Returns the body in the form that lua-resty-http reads, and a function that raises the error of the client's reader,
-- if there was one.
local function outgoing(request)
  local read, raised = request.body, nil
  if type(read) ~= "function" then
    return read or HAVE_BODIES[request.method] and "" or nil, function() end
  end
  return function()
    local good, chunk = pcall(read, CHUNK)
    if good then
      return chunk
    end
    raised = { chunk }
    return nil, "the body could not be read"
  end, function()
    if raised then
      error(raised[1], 0)
    end
  end
end

-- Returns a reader of the response's body. At its end, the connection goes back to nginx's pool.
local function incoming(request, connection, response)
  local headers, is_over = response.headers, false
  local ends_by_itself = headers["Content-Length"] or headers["Transfer-Encoding"]
  return function(count)
    if is_over then
      return nil
    end
    local chunk, err = response.body_reader(count)
    if chunk and not err then
      return chunk
    end
    is_over = true
    if not err then
      response:read_trailers()
      connection:set_keepalive()
      return nil
    end
    connection:close()
    if err == "closed" and not ends_by_itself then
      return chunk ~= "" and chunk or nil
    end
    return transfer_failure(request, err)
  end
end

--- Sends a request.
-- Raises `InvalidConfigError` without lua-resty-http, and the errors of the request body's reader.
-- @param request table: see README.md, "Another HTTP stack"
-- @return table: status, headers, body (a reader); or nil, message and code
return function(request)
  local connection, path, code = connect(request)
  if not connection then
    return nil, path, code
  end
  local body, raise_again = outgoing(request)
  request.headers["Content-Length"] = request.body_length and ("%.0f"):format(request.body_length)
    or request.headers["Content-Length"]
  local response, err = connection:request {
    method = request.method, path = path, headers = request.headers, body = body,
  }
  if not response then
    connection:close()
    raise_again()
    return transfer_failure(request, err)
  end
  return { status = response.status, headers = response.headers, body = incoming(request, connection, response) }
end
