-- Takes the place of lua-resty-http 0.17, which Debian does not package, in specs of glacier.hosts.resty_http. It has
-- the documented interface of these functions over ngx.socket.tcp, and no others:
--
--   http.new() -> connection
--   connection:set_timeouts(connect, send, read)       milliseconds
--   connection:connect { scheme, host, port, ssl_verify, ssl_server_name, proxy_opts = { http_proxy, https_proxy,
--     http_proxy_authorization, https_proxy_authorization } } -> true, or nil and a message; https through a proxy and
--     no_proxy are not supported
--   connection:request { method, path, headers, body } -> response, or nil and a message; body: a string, an iterator
--     function, or nil
--   connection:set_keepalive(), connection:close()
--   response.status, response.headers (names in any case), response.body_reader(size), response:read_trailers()
-- luacheck: std ngx_lua

local http = {}
http.__index = http

local METHODS_WITH_BODY = { POST = true, PUT = true, PATCH = true }

function http.new()
  return setmetatable({ socket = ngx.socket.tcp() }, http)
end

function http:set_timeouts(connect, send, read)
  self.socket:settimeouts(connect, send, read)
end

-- ---- connecting ----------------------------------------------------------------------------------

function http:connect(options)
  local proxy = options.proxy_opts and options.proxy_opts[options.scheme .. "_proxy"]
  assert(not (proxy and options.scheme == "https"), "the stand-in makes no tunnels")
  local good, err
  local port = options.port or (options.scheme == "https" and 443 or 80)
  local pool = table.concat({ options.scheme, options.host, port, tostring(options.ssl_verify), proxy or "" }, ":")
  if proxy then
    local host, proxy_port = proxy:match "^http://([^:/]+):(%d+)"
    good, err = self.socket:connect(host, tonumber(proxy_port), { pool = pool })
    if not good then return nil, ("failed to connect to: %s:%s: %s"):format(host, proxy_port, err) end
    self.prefix = ("http://%s:%d"):format(options.host, port)
    self.authorization = options.proxy_opts.http_proxy_authorization
  else
    good, err = self.socket:connect(options.host, port, { pool = pool })
    if not good then return nil, err end
  end
  if options.scheme == "https" and self.socket:getreusedtimes() == 0 then
    good, err = self.socket:sslhandshake(nil, options.ssl_server_name, options.ssl_verify ~= false)
    if not good then
      self.socket:close()
      return nil, err
    end
  end
  return true
end

function http:set_keepalive()
  if self.must_close then return self.socket:close() end
  return self.socket:setkeepalive()
end

function http:close()
  return self.socket:close()
end

-- ---- requests ------------------------------------------------------------------------------------

-- Returns true, or nil and a message.
local function send_body(socket, body)
  if type(body) ~= "function" then return not body or socket:send(body) end
  while true do
    local piece, err = body()
    if not piece then return err == nil or nil, err end
    local sent, why = socket:send(piece)
    if not sent then return nil, why end
  end
end

local function send(self, params)
  local lines = { ("%s %s%s HTTP/1.1\r\n"):format(params.method, self.prefix or "", params.path) }
  for name, value in pairs(params.headers) do lines[#lines + 1] = ("%s: %s\r\n"):format(name, value) end
  if self.authorization then lines[#lines + 1] = "Proxy-Authorization: " .. self.authorization .. "\r\n" end
  if type(params.body) == "string" and not params.headers["Content-Length"] then
    lines[#lines + 1] = "Content-Length: " .. #params.body .. "\r\n"
  end
  local good, err = self.socket:send(table.concat(lines) .. "\r\n")
  if not good then return nil, err end
  return send_body(self.socket, params.body)
end

-- ---- responses -----------------------------------------------------------------------------------

local function receive_headers(socket)
  local names = {}
  local headers = setmetatable({}, { __index = function(t, name)
    return rawget(t, names[name:lower()] or name)
  end })
  while true do
    local line, err = socket:receive "*l"
    if not line then return nil, err end
    if line == "" then return headers end
    local name, value = line:match "^([^:%s]+):%s*(.*)$"
    names[name:lower()] = name
    local before = rawget(headers, name)
    headers[name] = before and { before, value } or value
  end
end

-- Readers return nil at the end, or nil and a message. That of `until_closed` may return the last bytes with the
-- message "closed".
local function of_length(socket, length)
  return function(size)
    local count = math.min(size, length)
    if count == 0 then return nil end
    length = length - count
    local piece, err = socket:receive(count)
    return piece, err
  end
end

local function of_chunks(socket)
  local left, is_over = 0, false
  return function(size)
    if is_over then return nil end
    if left == 0 then
      local line, err = socket:receive "*l"
      if not line then return nil, err end
      left = tonumber(line:match "^%x+", 16)
    end
    if left == 0 then
      is_over = true
      socket:receive(2)
      return nil
    end
    local count = math.min(size, left)
    local piece, err = socket:receive(count)
    if not piece then return nil, err end
    left = left - count
    if left == 0 then socket:receive(2) end
    return piece
  end
end

local function until_closed(socket)
  return function(size)
    local piece, err, partial = socket:receive(size)
    if not piece and err == "closed" then return partial, err end
    return piece, err
  end
end

local function reader_of(socket, params, status, headers)
  if params.method == "HEAD" or status == 204 or status == 304 then
    return function() return nil end
  elseif headers["Transfer-Encoding"] == "chunked" then
    return of_chunks(socket)
  elseif headers["Content-Length"] then
    return of_length(socket, tonumber(headers["Content-Length"]))
  end
  return until_closed(socket)
end

function http:request(params)
  if params.body == nil and METHODS_WITH_BODY[params.method] then return nil, "a body is expected" end
  local good, err = send(self, params)
  if not good then return nil, err end
  local line
  line, err = self.socket:receive "*l"
  if not line then return nil, err end
  local headers
  headers, err = receive_headers(self.socket)
  if not headers then return nil, err end
  self.must_close = headers.Connection == "close"
  local status = tonumber(line:match "^HTTP/1%.%d (%d%d%d)")
  return {
    status = status, headers = headers, body_reader = reader_of(self.socket, params, status, headers),
    read_trailers = function() return nil, "no trailers" end,
  }
end

return http
