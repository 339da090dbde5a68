-- Answers a request: identifies the caller, finds the operation, runs its handler, sends the response.

local caller = require "http.caller"
local clock = require "http.clock"
local errors = require "http.errors"
local identifier = require "http.identifier"
local json = require "http.json"
local request = require "http.request"
local router = require "http.router"
local settings = require "http.settings"
local uri = require "http.uri"

local app = {}

-- In Glacier's format.
local function request_id()
  return "AAAB" .. identifier.random(43)
end

-- Sends a handler's response; see handlers/routes.lua.
local function reply(response)
  local body = response.json and json.encode(response.json) or ""
  ngx.status = response.status
  ngx.header["x-amzn-RequestId"] = request_id()
  ngx.header.Date = ngx.http_time(math.floor(clock.now()))
  if body ~= "" then ngx.header["Content-Type"] = "application/json" end
  if response.status ~= 204 then ngx.header["Content-Length"] = response.length or #body end
  for name, value in pairs(response.headers or {}) do ngx.header[name] = value end
  if response.send then response.send() elseif body ~= "" then ngx.print(body) end
  ngx.exit(ngx.status)
end

-- If a parameter occurs twice, the first one counts.
local function query_table(query)
  local parameters = {}
  for _, pair in ipairs(uri.parameters(query)) do
    if not parameters[pair[1]] then parameters[pair[1]] = pair[2] end
  end
  return parameters
end

local function check_vault_name(name)
  if name and (#name > 255 or not name:find "^[%w_.-]+$") then
    errors.raise("InvalidParameterValueException", "Invalid vault name: %s", name)
  end
end

local function check_body(route, body)
  if not route.body and body.length > 0 then
    errors.raise("SerializationException", "%s takes no body.", route.operation)
  elseif route.body == "json" and not body.text then
    errors.raise("SerializationException", "The body of %s is too long.", route.operation)
  end
end

local function handle(routes)
  local received = request.read()
  local owner = caller.identify(received)
  local route, labels = router.match(routes, received)
  caller.check_account(owner, labels.accountId)
  check_vault_name(labels.vaultName)
  check_body(route, received.body)
  return route.handler {
    operation = route.operation,
    owner = owner,
    path = labels,
    query = query_table(received.query),
    headers = received.headers,
    header_texts = received.header_texts,
    body = received.body,
  }
end

-- Returns the response to a request that nginx itself rejected with `status`: an invalid request line, a header that is
-- too long, a client that is too slow.
local function rejection(status)
  local codes = { [408] = "RequestTimeoutException", [500] = "InternalFailure" }
  local code = codes[status] or "BadRequest"
  return errors.response { code = code, message = "The request cannot be processed." }
end

-- Answers the current request by the routes of router.compile.
function app.answer(routes)
  if ngx.req.is_internal() then return reply(rejection(ngx.status)) end
  if settings.delay > 0 then ngx.sleep(settings.delay) end
  local ok, result = xpcall(function() return handle(routes) end, errors.traced)
  reply(ok and result or errors.response(errors.from(result)))
end

return app
