--- Calls of the Security Token Service that return keys, in its query protocol, API version 2011-06-15.
local core = require "glacier.core"
local errors = require "glacier.credentials.errors"
local service = require "glacier.credentials.service"
local xml = require "glacier.credentials.xml"

local sts = {}

local function error_of(response, name)
  local root = xml.parse(response:body())
  return xml.text(root, "Error", name) or xml.text(root, "Errors", "Error", name)
end

local function code_of(response)
  return error_of(response, "Code")
end

local function message_of(response)
  return error_of(response, "Message")
end

local function form(call)
  local pieces = { "Action=" .. call.action, "Version=2011-06-15" }
  for _, pair in ipairs(call.parameters) do
    pieces[#pieces + 1] = pair[1] .. "=" .. core.uri_encode(pair[2])
  end
  return table.concat(pieces, "&")
end

local function fields_of(session, call, keys)
  local url, region = service.endpoint(session, "sts", session.region)
  return {
    method = "POST", url = url, headers = { ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8" },
    body = form(call), secrets = call.secrets, code_of = code_of, message_of = message_of,
    sign = keys and { credentials = keys, region = region, service = "sts" },
  }
end

local function raise(call, failure, retryable)
  local text = errors.quote(failure.message, call.secrets)
  if failure.kind == "service" then
    text = ("An error occurred (%s) when calling the %s operation: %s")
      :format(errors.quote(failure.code or failure.status, call.secrets), call.action, text)
  end
  return errors.retrieval(call.provider, text, retryable)
end

-- Returns the account in "arn:aws:sts::123456789012:assumed-role/name/session".
local function account_of(arn)
  return arn and arn:match "^arn:[^:]*:[^:]*:[^:]*:([^:]+):"
end

local function not_empty(text)
  return text ~= "" and text or nil
end

local function read_keys(call, body)
  local root, why = xml.parse(body)
  local function text(...)
    return not_empty(xml.text(root, call.action .. "Result", ...))
  end
  local keys = {
    access_key_id = text("Credentials", "AccessKeyId"),
    secret_access_key = text("Credentials", "SecretAccessKey"),
    session_token = text("Credentials", "SessionToken"),
    account_id = account_of(text("AssumedRoleUser", "Arn")),
  }
  local expiration = text("Credentials", "Expiration")
  if not (keys.access_key_id and keys.secret_access_key and keys.session_token and expiration) then
    errors.retrieval(call.provider, ("the response to %s does not contain complete keys%s")
      :format(call.action, why and ", because it cannot be read as XML: " .. why or ""))
  end
  keys.expiration = core.parse_date(expiration) or errors.retrieval(call.provider,
    ('Expiration cannot be read as a date: "%s"'):format(errors.quote(expiration)))
  return keys
end

--- Calls an operation whose response contains Credentials.
-- Raises `CredentialRetrievalError`.
-- @param call table: action (string), parameters (list of { name, value }), provider (string), secrets (list of strings
--   that messages must not show)
-- @param keys credentials of glacier.core to sign with, or nil for a call that is not signed
-- @return table: access_key_id, secret_access_key, session_token, expiration, account_id (may be nil)
function sts.keys(session, context, call, keys)
  local response, failure, retryable = service.send(session, context, fields_of(session, call, keys))
  if not response then
    raise(call, failure, retryable)
  end
  return read_keys(call, response:body())
end

return sts
