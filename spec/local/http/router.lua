-- Finds the operation of a request in a table of routes.

local errors = require "http.errors"
local uri = require "http.uri"

local router = {}

-- Prepares the rows of handlers/routes.lua for `match`.
function router.compile(rows)
  local routes = {}
  for i, row in ipairs(rows) do
    local path, name, value = row[2]:match "^([^?]*)%??([^=]*)=?(.*)$"
    routes[i] = {
      method = row[1],
      pattern = uri.segments(path),
      parameter = name ~= "" and { name, value } or nil,
      operation = row[3],
      handler = row[4],
      body = row[5],
    }
  end
  return routes
end

-- Returns the labels' values if the segments match the pattern, else nil.
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

local function has(query, parameter)
  for _, pair in ipairs(parameter and uri.parameters(query) or {}) do
    if pair[1] == parameter[1] then return pair[2] == parameter[2] end
  end
  return not parameter
end

-- Returns the route of a request and the values of its path's labels. Raises UnknownOperationException if no route
-- fits.
function router.match(routes, request)
  local segments = uri.segments(request.path)
  for _, route in ipairs(routes) do
    local labels = route.method == request.method and has(request.query, route.parameter)
      and fit(route.pattern, segments)
    if labels then return route, labels end
  end
  errors.raise("UnknownOperationException", "No operation is known at %s %s", request.method,
    request.path)
end

return router
