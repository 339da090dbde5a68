-- The service's operations: one row each, and how a request finds its row.

local errors = require "lua.errors"
local notifications = require "lua.notifications"
local uri = require "lua.uri"
local vaults = require "lua.vaults"

local router = {}

-- method, path, operation, handler, body ("json", "stream", or nil: none). A handler gets
--   { operation, owner = { account, region }, path = label -> text, query = name -> text,
--     headers, body }  (headers and body as in request.lua)
-- and returns { status, headers or nil, json or nil } (json as in json.lua), or raises.
local VAULT = "/{accountId}/vaults/{vaultName}"
local NOTIFICATIONS = VAULT .. "/notification-configuration"
local rows = {
  { "GET", "/{accountId}/vaults", "ListVaults", vaults.list },
  { "PUT", VAULT, "CreateVault", vaults.create },
  { "GET", VAULT, "DescribeVault", vaults.describe },
  { "DELETE", VAULT, "DeleteVault", vaults.delete },
  { "PUT", NOTIFICATIONS, "SetVaultNotifications", notifications.set, "json" },
  { "GET", NOTIFICATIONS, "GetVaultNotifications", notifications.get },
  { "DELETE", NOTIFICATIONS, "DeleteVaultNotifications", notifications.delete },
}

local routes = {}
for i, row in ipairs(rows) do
  routes[i] = {
    method = row[1],
    pattern = uri.segments(row[2]),
    operation = row[3],
    handler = row[4],
    body = row[5],
  }
end

-- The labels' values where the segments fit the pattern, else nil.
local function fit(pattern, segments)
  if #pattern ~= #segments then return nil end
  local labels = {}
  for i, part in ipairs(pattern) do
    local label = part:match "^{(.*)}$"
    if label then
      labels[label] = uri.decode(segments[i])
    elseif part ~= segments[i] then
      return nil
    end
  end
  return labels
end

-- The route of a request and the values of its path's labels. Raises UnknownOperationException.
function router.match(request)
  local segments = uri.segments(request.path)
  for _, route in ipairs(routes) do
    local labels = route.method == request.method and fit(route.pattern, segments)
    if labels then return route, labels end
  end
  errors.raise("UnknownOperationException", "No operation is known at %s %s", request.method,
    request.path)
end

return router
