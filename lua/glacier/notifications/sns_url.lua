--- Checks whether a URL belongs to SNS. A message contains the URL of its certificate, so an attacker can choose it.
-- Known attacks on validators with a loose pattern use an S3 bucket called "sns" (sns.s3-us-west-2.amazonaws.com), or
-- actions of SNS's API whose responses quote the caller. Therefore the region must have the form of a region, the host
-- must be the host of SNS in the region's partition, and the path must be one that SNS uses.
local core = require "glacier.core"

local sns_url = {}

-- Bytes. Longer URLs are rejected. SNS's URLs have about 400 bytes.
local LONGEST = 2048

-- Returns the part of the URL after the host; nil unless it is an https URL with the host of SNS in a region. Bytes are
-- compared, so user information, a port, upper case and a longer host name are rejected.
local function path_of(url)
  local region = #url <= LONGEST and url:match "^https://sns%.(%l[%l-]*%-%l+%-%d%d?)%."
  if not region or #region > 32 then
    return nil
  end
  local origin = core.endpoint { service = "sns", region = region } .. "/"
  return url:sub(1, #origin) == origin and url:sub(#origin + 1) or nil
end

--- Returns whether SNS serves a signing certificate at a URL.
-- @param url string
function sns_url.is_certificate(url)
  local path = path_of(url)
  return path ~= nil and path:find "^SimpleNotificationService[%w-]*%.pem$" ~= nil
end

--- Returns whether a request to a URL confirms a subscription.
-- @param url string
function sns_url.is_confirmation(url)
  local path = path_of(url)
  return path ~= nil and path:find "^%?Action=ConfirmSubscription&[%w=&%%:._~+-]+$" ~= nil
end

return sns_url
