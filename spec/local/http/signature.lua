-- Signature version 4 on the receiver's side: computed from the received request by the published
-- algorithm, with luaossl and without any code of the client.

local bit = require "bit"
local checksum = require "http.checksum"
local hmac = require "openssl.hmac"
local errors = require "http.errors"
local uri = require "http.uri"

local signature = {}

local function mac(key, text)
  return hmac.new(key, "sha256"):final(text)
end

local function canonical_request(request, names)
  local headers = {}
  for i, name in ipairs(names) do
    headers[i] = name .. ":" .. (request.headers[name] or "") .. "\n"
  end
  return table.concat({
    request.method,
    uri.canonical_path(request.path),
    uri.canonical_query(request.query),
    table.concat(headers),
    table.concat(names, ";"),
    request.body.sha256,
  }, "\n")
end

local function string_to_sign(canonical, date, scope)
  return table.concat({
    "AWS4-HMAC-SHA256",
    date,
    table.concat({ scope.day, scope.region, scope.service, scope.terminator }, "/"),
    checksum.hex(checksum.sha256(canonical)),
  }, "\n")
end

local function signing_key(secret, scope)
  local key = mac("AWS4" .. secret, scope.day)
  return mac(mac(mac(key, scope.region), scope.service), scope.terminator)
end

-- Compares in constant time.
local function same(a, b)
  if #a ~= #b then return false end
  local difference = 0
  for i = 1, #a do
    difference = bit.bor(difference, bit.bxor(a:byte(i), b:byte(i)))
  end
  return difference == 0
end

-- If the client states its payload's hash, the received payload must have it. Users have reported this
-- message and status of Glacier for uploads that were changed in transit.
local function check_payload(request)
  local declared = request.headers["x-amz-content-sha256"]
  if declared and declared ~= request.body.sha256 then
    errors.raise("InvalidSignatureException", "The value passed in as x-amz-content-sha256 does "
      .. "not match the computed payload hash. Computed digest: %s expected hash: %s",
      request.body.sha256, declared)
  end
end

-- Raises InvalidSignatureException unless `claim` (see authorization.parse) is the signature of
-- `request` with `secret`.
function signature.verify(request, claim, secret)
  check_payload(request)
  local canonical = canonical_request(request, claim.signed_headers)
  local to_sign = string_to_sign(canonical, claim.date, claim.scope)
  local expected = checksum.hex(mac(signing_key(secret, claim.scope), to_sign))
  if not same(expected, claim.signature) then
    errors.raise("InvalidSignatureException", "The request signature we calculated does not "
      .. "match the signature you provided. Check your AWS Secret Access Key and signing method. "
      .. "Consult the service documentation for details.\n\nThe Canonical String for this "
      .. "request should have been\n'%s'\n\nThe String-to-Sign should have been\n'%s'\n",
      canonical, to_sign)
  end
end

return signature
