-- Parses and checks the Authorization header and the request's date: everything that can be checked
-- without the keys. The order of the checks and the messages were observed on AWS's
-- services.

local clock = require "http.clock"
local errors = require "http.errors"
local settings = require "http.settings"

local authorization = {}

local ALLOWED_SKEW = 15 * 60 -- seconds
local SERVICE = "glacier"
local TERMINATOR = "aws4_request"

local function fields_of(header)
  local fields = {}
  for name, value in header:gsub("^%S+", ""):gmatch "([^,%s=]+)=([^,%s]*)" do
    fields[name] = value
  end
  return fields
end

-- Raises IncompleteSignatureException with everything that is missing.
local function require_fields(header, fields, date)
  local missing = {}
  for _, name in ipairs { "Credential", "Signature", "SignedHeaders" } do
    if (fields[name] or "") == "" then
      missing[#missing + 1] = ("Authorization header requires '%s' parameter."):format(name)
    end
  end
  if not date then
    missing[#missing + 1] = "Authorization header requires existence of either a "
      .. "'X-Amz-Date' or a 'Date' header."
  end
  if #missing > 0 then
    errors.raise("IncompleteSignatureException", "%s Authorization=%s",
      table.concat(missing, " "), header)
  end
end

local function check_date(date)
  local time = clock.parse_basic(date)
  if not time then
    errors.raise("IncompleteSignatureException", "Date must be in ISO-8601 'basic format'. "
      .. "Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", date)
  end
  local now = math.floor(clock.now())
  if time < now - ALLOWED_SKEW then
    errors.raise("InvalidSignatureException", "Signature expired: %s is now earlier than %s "
      .. "(%s - 15 min.)", date, clock.basic(now - ALLOWED_SKEW), clock.basic(now))
  elseif time > now + ALLOWED_SKEW then
    errors.raise("InvalidSignatureException", "Signature not yet current: %s is still later "
      .. "than %s (%s + 15 min.)", date, clock.basic(now + ALLOWED_SKEW), clock.basic(now))
  end
end

local function split(text, separator)
  local parts = {}
  for part in (text .. separator):gmatch("(.-)" .. separator) do parts[#parts + 1] = part end
  return parts
end

local function scope_of(credential)
  local parts = split(credential, "/")
  if #parts ~= 5 then
    errors.raise("IncompleteSignatureException", "Credential must have exactly 5 "
      .. "slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", credential)
  end
  return { key = parts[1], day = parts[2], region = parts[3], service = parts[4],
    terminator = parts[5] }
end

local function serves(region)
  if settings.regions then return settings.regions[region] end
  return region:find "^%l[%l%-]*%-%l+%-%d+$"
end

local function check_scope(scope, date)
  local wrong = {}
  local function reject(message, ...) wrong[#wrong + 1] = message:format(...) end
  if not serves(scope.region) then
    reject("Credential should be scoped to a valid region, not '%s'.", scope.region)
  end
  if scope.service ~= SERVICE then
    reject("Credential should be scoped to correct service: '%s'.", SERVICE)
  end
  if scope.terminator ~= TERMINATOR then
    reject("Credential should be scoped with a valid terminator: '%s', not '%s'.",
      TERMINATOR, scope.terminator)
  end
  if scope.day ~= date:sub(1, 8) then
    reject("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
      .. "from HTTP: '%s' != '%s', from '%s'.", scope.day, date:sub(1, 8), date)
  end
  if #wrong > 0 then errors.raise("InvalidSignatureException", table.concat(wrong, " ")) end
end

-- The host, the date and every x-amz- header must be signed. Other headers, such as Range, need not be.
local function check_signed(names, headers)
  local signed = {}
  for _, name in ipairs(names) do signed[name] = true end
  if not signed.host then
    errors.raise("InvalidSignatureException",
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  end
  for name in pairs(headers) do
    local demanded = name:find "^x%-amz%-" or name == "date" and not headers["x-amz-date"]
    if demanded and not signed[name] then
      errors.raise("InvalidSignatureException",
        "'%s' must be a 'SignedHeader' in the AWS Authorization.", name)
    end
  end
end

-- Raises MissingAuthenticationTokenException if the request has no signature.
function authorization.require(headers)
  if not (headers.authorization or ""):find "^AWS4%-" then
    errors.raise("MissingAuthenticationTokenException",
      "Request is missing Authentication Token")
  end
end

-- Returns the parsed header: { date, scope = { key, day, region, service, terminator },
-- signed_headers = sorted lower-case names, signature }. Raises if a check fails.
function authorization.parse(headers)
  local header = headers.authorization
  local fields = fields_of(header)
  local date = headers["x-amz-date"] or headers.date
  require_fields(header, fields, date)
  check_date(date)
  local names = split(fields.SignedHeaders:lower(), ";")
  table.sort(names)
  check_signed(names, headers)
  local algorithm = header:match "^%S+"
  if algorithm ~= "AWS4-HMAC-SHA256" then
    errors.raise("IncompleteSignatureException",
      "Unsupported AWS 'algorithm': '%s' (only AWS4-HMAC-SHA256 for now). ", algorithm)
  end
  local scope = scope_of(fields.Credential)
  check_scope(scope, date)
  return { date = date, scope = scope, signed_headers = names, signature = fields.Signature }
end

return authorization
