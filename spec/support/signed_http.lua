-- An HTTP client for specs of the local service. It signs by the published algorithm with luaossl and
-- sends exactly the given bytes, so that a spec can change any of them after signing. Shares no code
-- with the project's client or the service.

local cjson = require "cjson"
local digest = require "openssl.digest"
local hex = require "spec.support.hex"
local hmac = require "openssl.hmac"
local socket = require "socket"

local signed_http = {}

local function sha256(text)
  return hex(digest.new("sha256"):final(text))
end

local function mac(key, text)
  return hmac.new(key, "sha256"):final(text)
end

local function encode(text, safe)
  return (text:gsub("[^%w._~%-" .. safe .. "]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

--- Returns the query string of the parameters, sorted by name.
function signed_http.query(parameters)
  local pieces = {}
  for name, value in pairs(parameters) do
    pieces[#pieces + 1] = encode(name, "") .. "=" .. encode(value, "")
  end
  table.sort(pieces)
  return table.concat(pieces, "&")
end

local function canonical_headers(headers)
  local names, lines = {}, {}
  for name in pairs(headers) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    lines[i] = name .. ":" .. headers[name]:gsub("  +", " ") .. "\n"
  end
  return table.concat(lines), table.concat(names, ";")
end

--- Signs a request with `keys` ({ access_key_id, secret_access_key, session_token or nil, region }).
-- @param wanted table: method, path; optional: query, headers (by lower-case name; all are signed, a
--   false one is left out), body, time (seconds since the epoch)
-- @return table: a request for `send`, with all headers, canonical and string_to_sign
function signed_http.sign(keys, wanted)
  local date = os.date("!%Y%m%dT%H%M%SZ", wanted.time or os.time())
  local headers = {
    host = "glacier.example.com",
    ["x-amz-date"] = date,
    ["x-amz-glacier-version"] = "2012-06-01",
    ["x-amz-security-token"] = keys.session_token,
  }
  for name, value in pairs(wanted.headers or {}) do headers[name] = value or nil end
  local query, body = wanted.query or "", wanted.body or ""
  local lines, names = canonical_headers(headers)
  local canonical = table.concat({
    wanted.method, encode(wanted.path, "/"), query, lines, names, sha256(body),
  }, "\n")
  local scope = { date:sub(1, 8), keys.region, "glacier", "aws4_request" }
  local to_sign = table.concat({
    "AWS4-HMAC-SHA256", date, table.concat(scope, "/"), sha256(canonical),
  }, "\n")
  local key = "AWS4" .. keys.secret_access_key
  for _, part in ipairs(scope) do key = mac(key, part) end
  headers.authorization = ("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s")
    :format(keys.access_key_id, table.concat(scope, "/"), names, hex(mac(key, to_sign)))
  return { method = wanted.method, path = wanted.path, query = query, headers = headers,
    body = body, canonical = canonical, string_to_sign = to_sign }
end

local function parse(text)
  local status, lines, body = text:match "^HTTP/1%.1 (%d+)[^\r]*\r\n(.-)\r\n\r\n(.*)$"
  assert(status, "not an HTTP response: " .. text)
  local headers = {}
  for name, value in (lines .. "\r\n"):gmatch "(%S+):%s*(.-)\r\n" do
    headers[name:lower()] = value
  end
  local response = { status = tonumber(status), headers = headers, body = body }
  if headers["content-type"] == "application/json" then response.json = cjson.decode(body) end
  return response
end

--- Sends the text unchanged to the service at `url`. The request must make the service close the
-- connection.
-- @return table: status, headers by lower-case name, body, json (the decoded body) or nil
function signed_http.exchange(url, text)
  local host, port = url:match "^http://([^:]+):(%d+)$"
  local connection = assert(socket.connect(host, tonumber(port)))
  connection:settimeout(120)
  assert(connection:send(text))
  local answer = assert(connection:receive "*a")
  connection:close()
  return parse(answer)
end

--- Sends a GET request without a signature; returns the response as `exchange` does.
function signed_http.get(url, target)
  return signed_http.exchange(url, "GET " .. target .. " HTTP/1.0\r\nHost: localhost\r\n\r\n")
end

--- Sends a request of `sign`, in which the caller may have changed anything.
function signed_http.send(url, request)
  local target = request.path .. (request.query ~= "" and "?" .. request.query or "")
  local lines = { request.method .. " " .. target .. " HTTP/1.1", "connection: close" }
  for name, value in pairs(request.headers) do lines[#lines + 1] = name .. ": " .. value end
  if request.body ~= "" and not request.headers["transfer-encoding"] then
    lines[#lines + 1] = "content-length: " .. #request.body
  end
  return signed_http.exchange(url, table.concat(lines, "\r\n") .. "\r\n\r\n" .. request.body)
end

--- Returns a function (method, path, more) that signs and sends a request and returns the response. It
-- uses `keys` or else those of `running` (of local_service.start). `more` has further fields for `sign`.
function signed_http.caller(running, keys)
  return function(method, path, more)
    local wanted = { method = method, path = path }
    for name, value in pairs(more or {}) do wanted[name] = value end
    return signed_http.send(running.url, signed_http.sign(keys or running, wanted))
  end
end

--- Returns whether something accepts connections at `url`.
function signed_http.listens(url)
  local host, port = url:match "^http://([^:]+):(%d+)$"
  local connection = socket.connect(host, tonumber(port))
  if connection then connection:close() end
  return connection ~= nil
end

return signed_http
