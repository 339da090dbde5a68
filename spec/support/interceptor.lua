-- A transport that sends requests to a service with LuaSocket, one connection each. A spec sees each
-- request and can change it or answer it itself.
--
--   local interceptor = interceptors.new()
--   function interceptor.before(request) … end          -- request.operation, request.body (a string)
--   function interceptor.after(request, response) … end -- may change the response
--   local client = glacier.client { transport = interceptor.transport, … }
--   interceptor.requests   -- list of the requests, in order
--   interceptor.most       -- the highest number of requests in flight at once
--
-- If `before` returns anything, that is the transport's result and the service is not asked. In a
-- coroutine each request yields once, so that others start before it ends.
local signed_http = require "spec.support.signed_http"

local interceptors = {}

local unpack = rawget(table, "unpack") or rawget(_G, "unpack")

-- Method, pattern of the path, operation: those that upload and download archives.
local operations = {
  { "POST", "/archives$", "UploadArchive" },
  { "POST", "/multipart%-uploads$", "InitiateMultipartUpload" },
  { "PUT", "/multipart%-uploads/", "UploadMultipartPart" },
  { "GET", "/multipart%-uploads/", "ListParts" },
  { "POST", "/multipart%-uploads/", "CompleteMultipartUpload" },
  { "DELETE", "/multipart%-uploads/", "AbortMultipartUpload" },
  { "GET", "/output$", "GetJobOutput" },
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

local function send(request)
  local base, target = request.url:match "^(http://[^/]+)(.*)$"
  local lines = { request.method .. " " .. target .. " HTTP/1.1", "connection: close" }
  for name, value in pairs(request.headers) do lines[#lines + 1] = name .. ": " .. value end
  if request.method ~= "GET" then lines[#lines + 1] = "content-length: " .. #request.body end
  return signed_http.exchange(base, table.concat(lines, "\r\n") .. "\r\n\r\n" .. request.body)
end

local function yield()
  local _, main = coroutine.running()
  if coroutine.running() and not main then coroutine.yield() end
end

local function answer(self, request)
  request.operation, request.body = operation_of(request), read_all(request.body)
  self.requests[#self.requests + 1] = request
  yield()
  local instead = { (self.before or function() end)(request) }
  if instead[1] ~= nil or instead[2] then return unpack(instead, 1, 3) end
  local response = send(request)
  if self.after then self.after(request, response) end
  return response
end

--- Returns an interceptor, whose `before` and `after` are not set.
function interceptors.new()
  local self = { requests = {}, in_flight = 0, most = 0 }
  function self.transport(request)
    self.in_flight = self.in_flight + 1
    self.most = math.max(self.most, self.in_flight)
    local function leave(...)
      self.in_flight = self.in_flight - 1
      return ...
    end
    return leave(answer(self, request))
  end
  --- Returns the number of requests of an operation.
  function self.count(operation)
    local count = 0
    for _, request in ipairs(self.requests) do
      if request.operation == operation then count = count + 1 end
    end
    return count
  end
  --- Returns the ranges of the parts that were sent, in order.
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

return interceptors
