--- Receives the notifications of SNS in OpenResty. A client needs no module to wait there: it finds `ngx.sleep` by
-- itself.
local confirm = require "glacier.notifications.confirm"
local copcall = require "glacier.async.copcall"
local errors = require("glacier.core").errors
local names = require "glacier.notifications.names"
local verify = require "glacier.notifications.verify"

local openresty = {}

local OPERATION = "receiver"

-- Bytes. The Message of SNS has at most 256 KiB; a notification of Glacier has a few KiB.
local MAX_SIZE = 256 * 1024

-- Seconds for which a message is reserved for the request that handles it. After that, a repeated message is handled
-- again. SNS ends a request after 15 seconds.
local RESERVED = 60

-- Seconds for which handled messages are remembered, if messages of any age are accepted.
local DAY = 24 * 3600

-- The content types of SNS: text/plain by default, application/json if the delivery policy sets it.
local content_types = { ["text/plain"] = true, ["application/json"] = true }

-- SNS repeats a request after a 5xx response, but not after a 4xx response.
local statuses = { malformed = 400, type = 400 }
local REJECTED, TRY_AGAIN, FAILED = 403, 503, 500

local receiver_options = {
  on_job = function(value)
    return type(value) == "function", "a function"
  end,
  dict = function(value, ngx)
    return value == nil or (type(value) == "string" and ngx.shared[value] ~= nil), "the name of a lua_shared_dict"
  end,
  max_size = function(value)
    return value == nil or (type(value) == "number" and value >= 1), "a number of bytes"
  end,
}

local function check(options, ngx)
  if type(options) ~= "table" then
    errors.invalid(OPERATION, ("receiver: expected a table of options, got a %s"):format(type(options)))
  end
  local others = {}
  for name, value in pairs(options) do
    if not receiver_options[name] then
      others[name] = value
    end
  end
  for name, valid in pairs(receiver_options) do
    local good, expected = valid(options[name], ngx)
    if not good then
      errors.invalid(OPERATION, ("receiver: invalid option %s: expected %s"):format(name, expected))
    end
  end
  return verify.check_options(OPERATION, others)
end

-- Returns the checked options of `glacier.verify_notification`. Logs an error before it raises it, because nginx logs
-- an error object that is not caught as "unknown reason".
local function check_and_log(options, ngx)
  local good, result = pcall(check, options, ngx)
  if not good then
    ngx.log(ngx.ERR, "glacier ", tostring(result))
    error(result, 0)
  end
  return result
end

-- ---- the request ---------------------------------------------------------------------------------

-- nginx writes a body to a file if it is larger than client_body_buffer_size. The file of a body without Content-Length
-- may be larger than `max_size`; nginx limits it by client_max_body_size. Returns the text; or nil and the reason.
local function read_file(path)
  local file, why = io.open(path, "rb")
  if not file then
    return nil, why
  end
  local text
  text, why = file:read "*a"
  file:close()
  return text, why
end

-- Returns the body; or nil, a status and the problem. A file may be unreadable only for a while, for example because
-- the worker has no free descriptor, so SNS must repeat the message.
local function read_body(ngx)
  ngx.req.read_body()
  local path = ngx.req.get_body_file()
  if not path then
    return ngx.req.get_body_data() or ""
  end
  local text, why = read_file(path)
  if not text then
    return nil, TRY_AGAIN, "a body that cannot be read: " .. tostring(why)
  end
  return text
end

local function too_large(length)
  return nil, 413, ("a body of %.0f bytes"):format(length)
end

-- Returns the body of the request; or nil, a status and the problem.
local function read_request(ngx, max_size)
  local kind = (ngx.var.http_content_type or "text/plain"):match "^%s*([^;%s]*)":lower()
  local declared = tonumber(ngx.var.http_content_length)
  if ngx.req.get_method() ~= "POST" then
    ngx.header["Allow"] = "POST"
    return nil, 405, "the method " .. names.quote(ngx.req.get_method())
  elseif not content_types[kind] then
    return nil, 415, "the content type " .. names.quote(kind)
  elseif declared and declared > max_size then
    return too_large(declared)
  end
  local text, status, why = read_body(ngx)
  if text and #text > max_size then
    return too_large(#text)
  end
  return text, status, why
end

-- ---- messages that were already handled ----------------------------------------------------------

-- Returns the name of a message in the dictionary. SNS sends a message with the same MessageId to all subscriptions of
-- a topic, so the name contains the location that receives it.
local function key_of(ngx, message)
  return "glacier:" .. ngx.var.server_name .. ngx.var.uri .. ":" .. message.MessageId
end

-- Reserves a message for the request with this ID. Returns true; or false, and whether the message was already handled.
local function reserve(receiver, key, request_id)
  local dict = receiver.dict
  if not dict then
    return true
  end
  local added, why = dict:add(key, request_id, RESERVED)
  if not added and why ~= "exists" then
    receiver.ngx.log(receiver.ngx.ERR, "glacier receiver: cannot remember a message: ", why)
    return true
  end
  return added, not added and dict:get(key) == "handled"
end

local function remember(receiver, key)
  if receiver.dict then
    receiver.dict:set(key, "handled", receiver.remembered)
  end
end

-- Ends the reservation, unless it has expired and another request has reserved the message.
local function release(receiver, key, request_id)
  if receiver.dict and receiver.dict:get(key) == request_id then
    receiver.dict:delete(key)
  end
end

-- Each function that handles a message returns a status and the text of the response.

local function handle_job(receiver, message)
  local job, summary = verify.job(OPERATION, message)
  local ngx = receiver.ngx
  local key, request_id = key_of(ngx, message), ngx.var.request_id -- each read of this variable makes a new ID
  local reserved, handled = reserve(receiver, key, request_id)
  if not reserved then
    return handled and 200 or TRY_AGAIN, handled and "already handled" or "being handled"
  end
  local good, err = copcall.call(receiver.on_job, job, summary)
  if not good then
    release(receiver, key, request_id)
    copcall.raise_fatal(err)
    ngx.log(ngx.ERR, "glacier receiver: on_job failed for the message ", message.MessageId, ": ", tostring(err))
    return FAILED, "failed"
  end
  remember(receiver, key)
  return 200, "handled"
end

local function handle_confirmation(receiver, message)
  local ngx = receiver.ngx
  confirm.visit(verify.runtime(receiver.options), message)
  ngx.log(ngx.NOTICE, "glacier receiver: confirmed the subscription to ", message.TopicArn)
  return 200, "confirmed"
end

local function handle_end(receiver, message)
  local ngx = receiver.ngx
  ngx.log(ngx.WARN, "glacier receiver: the subscription to ", message.TopicArn, " has ended")
  return 200, "noted"
end

local handlers = {
  Notification = handle_job, SubscriptionConfirmation = handle_confirmation, UnsubscribeConfirmation = handle_end,
}

local function handle(receiver, text)
  local message = verify.message(OPERATION, text, receiver.options)
  local header = receiver.ngx.var.http_x_amz_sns_message_type
  if header and header ~= message.Type then
    return 400, "type"
  end
  return handlers[message.Type](receiver, message)
end

-- Returns the status for an error object.
local function status_of(err)
  if err.retryable then
    return TRY_AGAIN
  elseif err.code == "NotificationError" then
    return statuses[err.reason] or REJECTED
  end
  return err.kind == "service" and REJECTED or FAILED
end

local function log_level(ngx, status)
  return status < 500 and ngx.WARN or ngx.ERR
end

local function serve(receiver)
  local ngx = receiver.ngx
  local text, status, why = read_request(ngx, receiver.max_size)
  if not text then
    ngx.log(log_level(ngx, status), "glacier receiver: rejected ", why)
    return status, status < 500 and "rejected" or "failed"
  end
  local good, result, word = copcall.call(handle, receiver, text)
  if good then
    return result, word
  elseif type(result) ~= "table" then
    return error(result, 0) -- for example, out of memory; nginx responds with 500
  end
  status = status_of(result)
  ngx.log(log_level(ngx, status), "glacier receiver: ", (tostring(result):gsub("^receiver: ", "")))
  return status, result.reason or "failed"
end

--- Makes the handler of a location that is the HTTP endpoint of SNS topics: `content_by_lua_block { handler() }`.
-- It verifies each message, confirms subscriptions, and calls `on_job` for each completed job. It waits without
-- blocking the worker. SNS repeats a request after a 5xx response, and if no response arrives in 15 seconds. The
-- response is 5xx if `on_job` fails, if the file to which nginx has written the body cannot be read, if fetching the
-- certificate may succeed later, if a confirmation fails and SNS has not rejected it, and while another request handles
-- the same message (for up to 60 seconds). Invalid messages get a 4xx response. Raw delivery must be off, because its
-- messages have no signature.
-- Raises `ParamValidationError` for invalid options, and logs it, because nginx does not show error objects.
-- @param options table: those of `glacier.verify_notification` (`topics` is required); on_job (function(job, message),
--   required; it may yield; an error that it raises is logged, and SNS delivers the message again), dict (name of a
--   lua_shared_dict in which handled messages are remembered, so that a repeated one is not handled again; locations
--   may share it, because messages are remembered for each server name and path), max_size (bytes of a body, 262144)
-- @return function()
function openresty.receiver(options)
  local ngx = rawget(_G, "ngx")
  if not (ngx and ngx.shared) then
    errors.invalid(OPERATION, "receiver: invalid host: expected OpenResty")
  end
  local checked = check_and_log(options, ngx)
  local receiver = {
    ngx = ngx, options = checked, on_job = options.on_job, max_size = options.max_size or MAX_SIZE,
    dict = options.dict and ngx.shared[options.dict] or nil,
    remembered = checked.max_age == false and DAY or math.max(RESERVED, 2 * (checked.max_age or verify.MAX_AGE)),
  }
  return function()
    local status, word = serve(receiver)
    ngx.status = status
    ngx.header["Content-Type"] = "text/plain"
    ngx.say(word)
  end
end

return openresty
