-- The service's settings, from the file `settings` that `serve` writes into the run's directory: lines
-- `name=value`. They are read once, before the workers are forked.
--
--   clock_offset  seconds by which the service's clock is ahead (may be negative)
--   delay         seconds by which every response is delayed
--   regions       table of the regions served (name -> true), or nil: every region
--   credentials   access key id -> { secret_access_key, account, session_token or nil }
--   expired       set of session tokens that count as expired
--   job_delay     seconds that a job takes
--   lock_window   seconds in which a vault lock must be completed
--   no_expedited_capacity  true: expedited retrievals need provisioned capacity
--   output_lifetime  seconds after its completion in which a job can be described and downloaded
--   signature_version  "1" or "2": how messages of SNS are signed
--   subscribers   ARN of a topic -> list of { url, host, port, path, confirmed }

local settings = {
  clock_offset = 0,
  delay = 0,
  credentials = {},
  expired = {},
  job_delay = 1,
  lock_window = 86400,
  output_lifetime = 86400,
  signature_version = "1",
  subscribers = {},
}

local readers = {}

for _, name in ipairs { "clock_offset", "delay", "job_delay", "lock_window", "output_lifetime" } do
  readers[name] = function(value)
    settings[name] = assert(tonumber(value), name .. " is not a number")
  end
end

function readers.regions(value)
  settings.regions = {}
  for region in value:gmatch "[^,]+" do settings.regions[region] = true end
end

-- KEY:SECRET:ACCOUNT or KEY:SECRET:ACCOUNT:TOKEN
function readers.credential(value)
  local key, secret, account, token = value:match "^([^:]+):([^:]+):(%d+):?(.*)$"
  assert(key and #account == 12, "a credential is not KEY:SECRET:ACCOUNT[:TOKEN]")
  settings.credentials[key] = {
    secret_access_key = secret,
    account = account,
    session_token = token ~= "" and token or nil,
  }
end

function readers.expired_token(value)
  settings.expired[value] = true
end

function readers.no_expedited_capacity()
  settings.no_expedited_capacity = true
end

function readers.signature_version(value)
  settings.signature_version = value
end

-- TOPIC_ARN=http://HOST:PORT/PATH
local function add_subscriber(value, confirmed)
  local topic, url, host, port, path = value:match "^([^=]+)=(http://([%d.]+):(%d+)(.*))$"
  assert(topic, "a subscriber is not TOPIC_ARN=http://HOST:PORT/PATH")
  local list = settings.subscribers[topic] or {}
  settings.subscribers[topic] = list
  list[#list + 1] = { url = url, host = host, port = tonumber(port),
    path = path:find "^/" and path or "/" .. path, confirmed = confirmed }
end

function readers.subscriber(value)
  add_subscriber(value, true)
end

function readers.unconfirmed_subscriber(value)
  add_subscriber(value, false)
end

for line in io.lines(ngx.config.prefix() .. "settings") do
  local name, value = line:match "^([%w_]+)=(.*)$"
  assert(readers[name], "unknown setting: " .. line)(value)
end

return settings
