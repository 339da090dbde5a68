-- From a request to its answer: who sends it, what is asked, the handler, the reply.

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

-- In the service's own form.
local function request_id()
  return "AAAB" .. identifier.random(43)
end

-- What a handler gives, see router.lua.
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

-- The first of parameters given twice counts.
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

local function handle()
  local received = request.read()
  local owner = caller.identify(received)
  local route, labels = router.match(received)
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

-- The answer to a request that nginx itself has refused with `status`: a request line that it
-- cannot parse, a header that is too long, a client too slow.
local function refusal(status)
  local codes = { [408] = "RequestTimeoutException", [500] = "InternalFailure" }
  local code = codes[status] or "BadRequest"
  return errors.response { code = code, message = "The request cannot be processed." }
end

-- Answers the request at hand.
function app.answer()
  if ngx.req.is_internal() then return reply(refusal(ngx.status)) end
  if settings.delay > 0 then ngx.sleep(settings.delay) end
  local ok, result = xpcall(handle, errors.traced)
  reply(ok and result or errors.response(errors.from(result)))
end

return app
