--- The known codes of errors, for `client.exceptions`: a table in which each code is both a key and its value.
local core = require "glacier.core"

-- Codes that the service documents but that are not in its model, and the codes of the client's own errors.
local further = {
  "AccessDeniedException", "BadRequest", "ExpiredTokenException", "InvalidSignatureException",
  "MissingAuthenticationTokenException", "SerializationException", "ThrottlingException",
  "UnrecognizedClientException",
  "ParamValidationError", "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
  "ProfileNotFound", "ConfigParseError", "InvalidConfigError", "NoRegionError", "InvalidRegionError",
  "UnknownEndpointError", "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError",
  "ConnectionClosedError", "SSLError", "ProxyConnectionError", "ResponseParserError", "ChecksumError", "WaiterError",
  "PaginationError", "NotificationError", "InfiniteLoopConfigError", "SSOTokenLoadError", "UnauthorizedSSOTokenError",
  "TokenRetrievalError", "InvalidIMDSEndpointError", "InvalidIMDSEndpointModeError", "ClockError", "DigestError",
}

local exceptions = {}
for _, codes in ipairs { core.exceptions(), further } do
  for _, code in ipairs(codes) do
    exceptions[code] = code
  end
end

return exceptions
