-- What the service was started with, from the file `settings` that `serve` writes into the run's
-- directory: lines `name=value`. Read once, before the workers are forked.
--
--   clock_offset  seconds that the service's clock is ahead of the machine's (may be negative)
--   delay         seconds that every answer is held back
--   regions       table of the regions served (name -> true), or nil: every region
--   credentials   access key id -> { secret_access_key, account, session_token or nil }
--   expired       set of session tokens that count as expired

local settings = { clock_offset = 0, delay = 0, credentials = {}, expired = {} }

local readers = {}

function readers.clock_offset(value)
  settings.clock_offset = assert(tonumber(value), "clock_offset is not a number")
end

function readers.delay(value)
  settings.delay = assert(tonumber(value), "delay is not a number")
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

for line in io.lines(ngx.config.prefix() .. "settings") do
  local name, value = line:match "^([%w_]+)=(.*)$"
  assert(readers[name], "unknown setting: " .. line)(value)
end

return settings
