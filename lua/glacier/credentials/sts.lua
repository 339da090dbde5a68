--- Calls of the Security Token Service that give keys: its query protocol, API version 2011-06-15.
local problem = require "glacier.credentials.problem"
local service = require "glacier.credentials.service"
local timestamp = require "glacier.credentials.timestamp"
local xml = require "glacier.credentials.xml"

local sts = {}

local function code_of(response)
  return xml.text(response:body(), "Code")
end

local function message_of(response)
  return xml.text(response:body(), "Message") or ""
end

local function form(call)
  local pieces = { "Action=" .. call.action, "Version=2011-06-15" }
  for _, pair in ipairs(call.parameters) do
    pieces[#pieces + 1] = pair[1] .. "=" .. service.encode(pair[2])
  end
  return table.concat(pieces, "&")
end

local function request_fields(session, call, keys)
  local url, region = service.endpoint(session, "sts", session.region)
  return {
    method = "POST",
    url = url,
    headers = { ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8" },
    body = form(call),
    secrets = call.secrets,
    code_of = code_of, message_of = message_of,
    sign = keys and { credentials = keys, region = region, service = "sts" },
  }
end

local function raise_refusal(call, response, failure)
  local code = code_of(response) or tostring(response:status())
  local said = problem.quote(failure.message, call.secrets)
  local text = ("An error occurred (%s) when calling the %s operation: %s")
    :format(problem.quote(code, call.secrets), call.action, said)
  return problem.retrieval(call.provider, text, service.may_pass(response, code))
end

-- The account in "arn:aws:sts::123456789012:assumed-role/name/session".
local function account_of(arn)
  return arn and arn:match "^arn:[^:]*:[^:]*:[^:]*:([^:]+):"
end

local function read_keys(call, body)
  local keys = {
    access_key_id = xml.text(body, "AccessKeyId"),
    secret_access_key = xml.text(body, "SecretAccessKey"),
    session_token = xml.text(body, "SessionToken"),
    expiration = timestamp.parse(xml.text(body, "Expiration")),
    account_id = account_of(xml.text(body, "Arn")),
  }
  if not (keys.access_key_id and keys.secret_access_key and keys.session_token and keys.expiration) then
    problem.retrieval(call.provider, ("the answer to %s holds no complete keys"):format(call.action))
  end
  return keys
end

--- Calls an operation that answers with Credentials.
-- Raises `CredentialRetrievalError`.
-- @param call table: action (string), parameters (list of { name, value }), provider (string), secrets (list of strings
--   that no message may hold, to which those of the signature are added)
-- @param keys credentials of glacier.core to sign with, or nil for a call that is not signed
-- @return table: access_key_id, secret_access_key, session_token, expiration, account_id (may be nil)
function sts.keys(session, context, call, keys)
  local response, err = service.send(session, context, request_fields(session, call, keys))
  if not response then
    problem.retrieval(call.provider, problem.quote(err.message, call.secrets), err.retryable)
  end
  if response:status() ~= 200 then
    raise_refusal(call, response, err)
  end
  return read_keys(call, response:body())
end

return sts
