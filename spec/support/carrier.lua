-- A `transport` that carries requests to a service by LuaSocket, a connection each, and lets a spec
-- see them, change them and get in their way.
--
--   local carrier = carriers.new()
--   function carrier.before(request) … end          -- request.operation, request.body (a string)
--   function carrier.after(request, response) … end -- may change the response
--   local client = glacier.client { transport = carrier.transport, … }
--   carrier.requests   -- list of requests, in the order in which they came
--   carrier.most       -- how many were under way at the most
--
-- What `before` returns, where it returns something, is given instead of asking the service. A
-- request yields once, where it can, so that others come in between.
local wire = require "spec.local.wire"

local carriers = {}

local unpack = rawget(table, "unpack") or rawget(_G, "unpack")

-- Method and the last parts of the path -> operation, for those of archives.
local operations = {
  { "POST", "/archives$", "UploadArchive" },
  { "POST", "/multipart%-uploads$", "InitiateMultipartUpload" },
  { "PUT", "/multipart%-uploads/", "UploadMultipartPart" },
  { "GET", "/multipart%-uploads/", "ListParts" },
  { "POST", "/multipart%-uploads/", "CompleteMultipartUpload" },
  { "DELETE", "/multipart%-uploads/", "AbortMultipartUpload" },
}

local function operation_of(request)
  local path = request.url:gsub("%?.*", "")
  for _, row in ipairs(operations) do
    if request.method == row[1] and path:find(row[2]) then return row[3] end
  end
  return "other"
end

local function read_all(body)
  if type(body) ~= "function" then return body or "" end
  local pieces = {}
  for piece in body do pieces[#pieces + 1] = piece end
  return table.concat(pieces)
end

local function carry(request)
  local base, target = request.url:match "^(http://[^/]+)(.*)$"
  local lines = { request.method .. " " .. target .. " HTTP/1.1", "connection: close" }
  for name, value in pairs(request.headers) do lines[#lines + 1] = name .. ": " .. value end
  if request.method ~= "GET" then lines[#lines + 1] = "content-length: " .. #request.body end
  return wire.exchange(base, table.concat(lines, "\r\n") .. "\r\n\r\n" .. request.body)
end

local function yield()
  local _, main = coroutine.running()
  if coroutine.running() and not main then coroutine.yield() end
end

function carriers.new()
  local self = { requests = {}, flying = 0, most = 0 }
  local function answer(request)
    request.operation, request.body = operation_of(request), read_all(request.body)
    self.requests[#self.requests + 1] = request
    yield()
    local instead = { (self.before or function() end)(request) }
    if instead[1] ~= nil or instead[2] then return unpack(instead, 1, 3) end
    local response = carry(request)
    if self.after then self.after(request, response) end
    return response
  end
  function self.transport(request)
    self.flying = self.flying + 1
    self.most = math.max(self.most, self.flying)
    local function leave(...)
      self.flying = self.flying - 1
      return ...
    end
    return leave(answer(request))
  end
  -- How many requests there were of an operation.
  function self.count(operation)
    local count = 0
    for _, request in ipairs(self.requests) do
      if request.operation == operation then count = count + 1 end
    end
    return count
  end
  -- The ranges of the parts that were sent, in their order.
  function self.ranges()
    local list = {}
    for _, request in ipairs(self.requests) do
      if request.operation == "UploadMultipartPart" then
        list[#list + 1] = request.headers["Content-Range"]:match "%d+%-%d+"
      end
    end
    return list
  end
  return self
end

return carriers
