--- Which URLs belong to SNS. A message names the URL of its own certificate, so an attacker chooses it. Users of other
-- validators reported what gets past a loose pattern: a bucket of S3 called "sns" (sns.s3-us-west-2.amazonaws.com), and
-- actions of SNS's own API whose answers quote the caller. So the region must look like one, the host must be that of
-- SNS in the region's partition, and the path must be one that SNS uses.
local core = require "glacier.core"

local sns_url = {}

-- Bytes: longer URLs are refused. Those of SNS have some 400.
local LONGEST = 2048

-- What follows the host, if the URL is https on the host of SNS in a region; nil otherwise. The comparison is byte by
-- byte, so user information, a port, another case and a host name that only begins like SNS's do not pass.
local function path_of(url)
  local region = #url <= LONGEST and url:match "^https://sns%.(%l[%l-]*%-%l+%-%d%d?)%."
  if not region or #region > 32 then
    return nil
  end
  local origin = core.endpoint { service = "sns", region = region } .. "/"
  return url:sub(1, #origin) == origin and url:sub(#origin + 1) or nil
end

--- Whether SNS serves a signing certificate at a URL.
-- @param url string
function sns_url.is_certificate(url)
  local path = path_of(url)
  return path ~= nil and path:find "^SimpleNotificationService[%w-]*%.pem$" ~= nil
end

--- Whether a visit of a URL confirms a subscription.
-- @param url string
function sns_url.is_confirmation(url)
  local path = path_of(url)
  return path ~= nil and path:find "^%?Action=ConfirmSubscription&[%w=&%%:._~+-]+$" ~= nil
end

return sns_url
