-- A world for the specs of glacier.credentials: a home directory, an environment, a clock, and one HTTP service on
-- 127.0.0.1, in this process, that takes the place of all services that issue keys.
--
--   local world = require("spec.support.credentials_world").new {
--     env = { AWS_ENDPOINT_URL_STS = "{URL}" },   -- {URL} is the service, {HOME} the home directory; also in files
--     config = "…", credentials = "…",            -- the two shared files
--     files = { ["name"] = "text" },              -- more files in the home directory, by name
--     tokens = { ["sso-session or start URL"] = { … } or "text" },
--     profile = "name",                           -- chosen in code
--     answer = function(request, n) … end,        -- the n-th response: { status, body, headers or nil }, "stall"
--   }                                             -- (no response) or "close"
--   world.session, world.source()                 -- the tested objects
--   world.requests                                -- { method, target, headers by lower-case name, body }, as received
--   world.pauses, world.events, world.now         -- seconds slept, log events, the clock
--   world.close()
--
-- Every secret in these specs contains SECRET, so that a search finds it in messages and log events.

local cjson = require "cjson"
local core = require "glacier.core"
local curl = require "glacier.curl"
local files = require "spec.support.files"
local profile = require "glacier.config.profile"
local shell = require "spec.support.shell"
local socket = require "socket"

local world = {}

-- Milliseconds: longer than any answer takes, and the read timeout of a request that the service does not answer.
local PATIENT, SHORT = 60000, 50

local function make_home()
  local home = files.directory()
  shell.run("mkdir -p " .. shell.quote(home .. "/.aws/sso/cache"))
  return home
end

local function read_request(connection)
  local head, rest = connection.buffer:match "^(.-\r\n)\r\n(.*)$"
  if not head then return nil end
  local request = { headers = {} }
  request.method, request.target = head:match "^(%S+) (%S+)"
  for name, value in head:gmatch "\r\n([^:\r\n]+): *([^\r\n]*)" do request.headers[name:lower()] = value end
  local length = tonumber(request.headers["content-length"] or 0)
  if #rest < length then return nil end
  request.body = rest:sub(1, length)
  return request
end

local function respond(client, answer)
  local lines = { ("HTTP/1.1 %d Said"):format(answer[1]), "Connection: close", "Content-Length: " .. #answer[2] }
  for name, value in pairs(answer[3] or {}) do lines[#lines + 1] = name .. ": " .. value end
  client:settimeout(60)
  client:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. answer[2])
  client:close()
end

-- Reads from a connection and responds to a complete request. Returns whether the connection has ended.
local function advance(service, connection, on_request)
  local _, why, part = connection.client:receive(65536)
  connection.buffer = connection.buffer .. (part or "")
  local request = read_request(connection)
  if not request then return why == "closed" end
  local answer = on_request(request)
  connection.buffer = ""
  if answer == "stall" then
    service.stalls = service.stalls + 1
    return false
  end
  if answer == "close" then connection.client:close() else respond(connection.client, answer) end
  return true
end

-- The service. `step` does everything that is possible without waiting.
local function new_service(on_request)
  local listener = assert(socket.bind("127.0.0.1", 0))
  listener:settimeout(0)
  local connections, service = {}, { stalls = 0 }
  service.url = "http://127.0.0.1:" .. select(2, listener:getsockname())
  function service.step()
    local client = listener:accept()
    if client then
      client:settimeout(0)
      connections[#connections + 1] = { client = client, buffer = "" }
    end
    for i = #connections, 1, -1 do
      if advance(service, connections[i], on_request) then table.remove(connections, i) end
    end
  end
  -- Closes the next connection unread.
  function service.drop()
    listener:settimeout(60)
    assert(listener:accept()):close()
    listener:settimeout(0)
  end
  function service.close()
    for _, connection in ipairs(connections) do connection.client:close() end
    listener:close()
  end
  return service
end

-- Sends a request that nobody reads; returns its error. Only such a request has the short timeout, so no other request
-- times out.
local function time_out(pool, request, service)
  local transfer = pool:start(request, PATIENT, SHORT)
  repeat until transfer:poll(1000)
  service.drop()
  return transfer:finish()
end

-- A transport over libcurl. Between two polls it lets the service run.
local function new_transport(self)
  local pool = curl.pool { events = core.events() }
  return { send = function(_, invocation, context)
    local transfer, err = pool:start(invocation.request, PATIENT, PATIENT)
    if not transfer then return nil, err end
    local stalls = self.service.stalls
    while not transfer:poll(1) do
      self.service.step()
      if self.service.stalls > stalls then
        transfer:cancel()
        return time_out(pool, invocation.request, self.service)
      end
      if context.wait then context.wait(0) end
    end
    return transfer:finish()
  end }
end

-- Returns a context that records the sleeps of the given context. Without a context it has no deadline.
local function noting(self, context)
  context = context or { remaining = function() return math.huge end }
  return setmetatable({
    sleep = function(_, seconds)
      self.pauses[#self.pauses + 1] = seconds
      if context.wait then context.wait(seconds) end
    end,
    remaining = context.remaining or function()
      return context.deadline and context.deadline - context.clock() or math.huge
    end,
  }, { __index = context })
end

-- Returns the real exchange of a client, with the transport of this world.
local function new_exchange(self)
  local exchange = require("glacier.call.exchanger").new {
    settings = { connect_timeout = 60, read_timeout = 60 }, user_agent = "spec", clock_offset = 0,
    time = function() return self.now end, transport = new_transport(self),
  }
  return function(fields, context, policy)
    self.asked[#self.asked + 1] = fields
    return exchange(fields, noting(self, context), policy)
  end
end

-- Wraps a replacement of the exchange, and reads its responses as the real exchange does.
local function reading(exchange)
  return exchange and function(fields)
    local response, err = exchange(fields)
    if response and fields.read then return fields.read(response) end
    return response, err
  end
end

local function write_files(self, given, expand)
  for name, text in pairs { [".aws/config"] = given.config, [".aws/credentials"] = given.credentials } do
    files.write(self.home .. "/" .. name, expand(text))
  end
  for name, text in pairs(given.files or {}) do files.write(self.home .. "/" .. name, expand(text)) end
  for name, token in pairs(given.tokens or {}) do
    files.write(self.token_path(name), type(token) == "string" and token or cjson.encode(token))
  end
end

-- Returns the session that a client gives to the providers, see glacier.credentials.settings.
local function new_session(self, given, env)
  local function getenv(name) return env[name] ~= "" and env[name] or nil end
  local loaded = profile.load { getenv = getenv, home = false, profile = given.profile }
  local name, map = profile.select(loaded, given.profile, getenv)
  return {
    sources = { getenv = getenv, home = false, files = loaded, profile = map },
    profile_name = name, profile_explicit = given.profile ~= nil,
    region = given.region or "us-west-2", mfa = given.mfa, random = given.random or math.random,
    clock = function() return self.now end,
    exchange = reading(given.exchange) or new_exchange(self),
    log = function(event) self.events[#self.events + 1] = event end,
  }
end

function world.new(given)
  local self = { requests = {}, asked = {}, pauses = {}, events = {}, now = 1700000000, home = make_home() }
  function self.token_path(name) return ("%s/.aws/sso/cache/%s.json"):format(self.home, core.sha1_hex(name)) end
  self.service = new_service(function(request)
    self.requests[#self.requests + 1] = request
    return (given.answer or function() return { 404, "" } end)(request, #self.requests)
  end)
  self.url = self.service.url
  local function expand(text)
    return (text:gsub("{URL}", self.url):gsub("{HOME}", self.home))
  end
  local env = { HOME = self.home, AWS_EC2_METADATA_DISABLED = "true" }
  for name, value in pairs(given.env or {}) do env[name] = value and expand(value) or nil end
  self.env = env
  write_files(self, given, expand)
  self.session = new_session(self, given, env)
  function self.source(option)
    return type(option) == "table" and core.credentials(option)
      or require("glacier.credentials.fetched").source(self.session, option)
  end
  function self.close()
    self.service.close()
    files.remove(self.home)
  end
  return self
end

-- Returns the ISO 8601 time that is `seconds` after the start of the world's clock.
function world.at(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", 1700000000 + seconds)
end

local function search(value, where)
  if type(value) == "table" then
    for key, item in pairs(value) do search(item, where .. "." .. tostring(key)) end
  end
  if tostring(value):gsub("AWS_SECRET_ACCESS_KEY", ""):find("SECRET", 1, true) then
    error("a secret in " .. where .. ": " .. tostring(value), 0)
  end
end

-- Raises an error if one of the values contains a secret.
function world.check_silence(...)
  for i, value in ipairs { ... } do search(value, "#" .. i) end
end

-- Returns the error object that a function raises. Raises an error if there is none, or if it contains a secret.
function world.catch(run, ...)
  local good, err = pcall(run, ...)
  if good then error("no error was raised", 2) end
  if type(err) ~= "table" then error("not an error object: " .. tostring(err), 2) end
  world.check_silence(err)
  return err
end

-- Returns the headers of a request that is signed with these keys.
local function signed_with(keys)
  local request = core.request { method = "GET", url = "http://example.com/" }
  request:sign(keys, "us-west-2", "glacier", 1700000000)
  return request:export().headers
end

-- Returns whether the credentials of glacier.core contain these keys.
function world.same_keys(keys, access_key_id, secret_access_key, session_token)
  local theirs = signed_with(keys)
  local ours = signed_with(core.credentials {
    access_key_id = access_key_id, secret_access_key = secret_access_key, session_token = session_token,
  })
  return theirs.Authorization == ours.Authorization
    and theirs["X-Amz-Security-Token"] == ours["X-Amz-Security-Token"]
end

-- Returns the fields of a form.
function world.form(body)
  local fields = {}
  for name, value in body:gmatch "([^&=]+)=([^&]*)" do
    fields[name] = value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  end
  return fields
end

-- Returns a response of STS with keys. `fields` replaces its default fields.
function world.sts(operation, fields)
  fields = fields or {}
  local function element(name, default) return ("<%s>%s</%s>"):format(name, fields[name] or default, name) end
  return { 200, ('<%sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%sResult><AssumedRoleUser>'
    .. "<AssumedRoleId>AROA:me</AssumedRoleId>%s</AssumedRoleUser><Credentials>%s%s%s%s</Credentials></%sResult>"
    .. "</%sResponse>"):format(operation, operation,
    element("Arn", "arn:aws:sts::111122223333:assumed-role/demo/me"), element("AccessKeyId", "ASIASTS"),
    element("SecretAccessKey", "SECRET/sts+&amp;"), element("SessionToken", "SECRETtoken&#61;"),
    element("Expiration", world.at(3600)), operation, operation) }
end

function world.sts_error(status, code, message)
  return { status, ('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    .. "<Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>"):format(code, message) }
end

-- Returns a JSON response.
function world.json(fields, status, headers)
  return { status or 200, cjson.encode(fields), headers }
end

return world
