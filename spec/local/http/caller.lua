-- The caller of a request: the account whose key signed it, and the region of the signature.

local authorization = require "http.authorization"
local errors = require "http.errors"
local settings = require "http.settings"
local signature = require "http.signature"

local caller = {}

local VERSION = "2012-06-01"

local function check_token(credential, token)
  if token and settings.expired[token] then
    errors.raise("ExpiredTokenException", "The security token included in the request is expired")
  end
  if not credential or credential.session_token ~= token then
    errors.raise("UnrecognizedClientException",
      "The security token included in the request is invalid.")
  end
end

local function check_version(version)
  if version ~= VERSION then
    errors.raise("InvalidParameterValueException", "Invalid API version: %s", version)
  end
end

-- Returns { account, region } of a correctly signed request; raises otherwise.
function caller.identify(request)
  local headers = request.headers
  authorization.require(headers)
  if not headers["x-amz-glacier-version"] then
    errors.raise("MissingParameterValueException", "Required parameter missing: API version")
  end
  local claim = authorization.parse(headers)
  local credential = settings.credentials[claim.scope.key]
  check_token(credential, headers["x-amz-security-token"])
  signature.verify(request, claim, credential.secret_access_key)
  check_version(headers["x-amz-glacier-version"])
  return { account = credential.account, region = claim.scope.region }
end

-- Raises AccessDeniedException unless `account_id`, from the path, is the caller's account or `-`.
function caller.check_account(self, account_id)
  if account_id ~= "-" and account_id ~= self.account then
    errors.raise("AccessDeniedException", "Access denied for account ID: %s", account_id)
  end
end

return caller
