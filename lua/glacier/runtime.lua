--- The inside of a client: its settings, keys, connections and clocks, which every call goes
-- through.
local rate_limiter = require "glacier.call.rate_limiter"
local config = require "glacier.config.resolve"
local core = require "glacier.core"
local credentials = require "glacier.credentials"
local retry = require "glacier.call.retry"
local send = require "glacier.transport.send"
local clock_skew = require "glacier.call.clock_skew"
local version = require "glacier.version"

local runtime = {}

-- What User-Agent may not carry becomes "-".
local function user_agent(app_id, extra)
  local interpreter = rawget(_G, "jit") and rawget(_G, "jit").version or _VERSION
  local agent = ("lua-glacier/%s %s %s"):format(version, interpreter:gsub(" ", "/"), core.transport_version)
  if app_id then
    agent = agent .. " app/" .. app_id:gsub("[^%w!#$%%&'*+.^_`|~-]", "-")
  end
  return extra and agent .. " " .. extra or agent
end

-- A logger that fails must not fail the call that it was told of.
local function safe(logger)
  return logger and function(event)
    pcall(logger, event)
  end
end

local function add(list, ...)
  for _, value in ipairs { ... } do
    list[#list + 1] = value
  end
end

-- One request for keys, through the client's own way: signed if it has to be, sent, waited for.
-- Raises where the turn is over: whoever asks need not tell that from a failure of the service.
local function ask_for_keys(made, fields, context)
  local request = core.request(fields)
  request:set_header("User-Agent", made.user_agent)
  local sign, response, err = fields.sign, nil, nil
  if sign then
    request:sign(sign.credentials, sign.region, sign.service, made.time() + made.clock_offset)
    add(fields.secrets, request:secrets())
  end
  if context:remaining() > 0 then
    response, err = made.send(request, fields.url, {
      connect_timeout = fields.connect_timeout or made.settings.connect_timeout,
      read_timeout = fields.read_timeout or made.settings.read_timeout,
      direct = fields.direct,
    }, context)
  end
  if not response and context:remaining() <= 0 then
    error(send.too_late(fields.url:match "^%a+://[^/?#]*"), 0)
  end
  return response, err
end

-- The same, once more where it was the clock that its signature was refused for.
local function key_exchange(made)
  return function(fields, context)
    local offset = made.clock_offset
    local response, err = ask_for_keys(made, fields, context)
    if response and fields.sign and clock_skew.correct(made, offset, fields.code_of(response), response) then
      return ask_for_keys(made, fields, context)
    end
    return response, err
  end
end

-- What the credential providers may know and do.
local function credentials_context(made, chosen)
  local settings = made.settings
  return {
    getenv = settings.getenv, home = settings.home, files = settings.files,
    profile_name = settings.profile_name, profile_explicit = settings.profile_explicit,
    region = settings.region, mfa = chosen.mfa_code, random = chosen.random or core.random,
    clock = function()
      return made.time() + made.clock_offset
    end,
    exchange = key_exchange(made), log = made.logger,
    sleep = function(seconds, context)
      return context:sleep(seconds)
    end,
  }
end

-- The inside of a client: what a call needs.
local function make(chosen, settings)
  local made = {
    settings = settings,
    wait = chosen.wait,
    strict_notifications = chosen.strict_notifications,
    logger = safe(chosen.logger),
    clock = chosen.clock or core.monotonic,
    time = chosen.clock or core.time,
    clock_offset = 0, -- what the service's clock is ahead, once it has objected to ours
    retries = retry.new(settings.retry_mode, settings.max_attempts, chosen.random or core.random),
    user_agent = user_agent(settings.app_id, chosen.user_agent_extra),
  }
  made.limiter = settings.retry_mode == "adaptive" and rate_limiter.new(made.clock) or nil
  if chosen.transport then
    made.send, made.connections = send.host(chosen.transport)
  else
    made.send, made.connections = send.libcurl(settings)
  end
  made.credentials = credentials.source(chosen.credentials, credentials_context(made, chosen))
  -- The shared files hold keys: only the source of the keys knows them from here on, for much that a
  -- program may print, as a job, leads to these settings.
  settings.files, settings.profile = nil, nil
  return made
end

local function log_settings(made, began)
  local settings = made.settings
  if made.logger then
    made.logger {
      event = "resolve", duration = made.clock() - began, region = settings.region, url = settings.endpoint_url,
      profile = settings.profile_name, retry_mode = settings.retry_mode, max_attempts = settings.max_attempts,
    }
  end
end

--- Makes the inside of a client.
-- Raises errors of kind "config" and "credentials" for settings that cannot be meant.
-- @param chosen table: checked options of `glacier.client`
-- @return table: settings (of `config.resolve`, without the shared files), credentials, send and connections (of
--   `glacier.transport.send`), retries, limiter (adaptive mode) or nil, user_agent, strict_notifications
--   (boolean or nil), logger or nil, wait or nil, clock and time (functions that give seconds:
--   never set back, and since the epoch), clock_offset (seconds)
function runtime.new(chosen)
  local began = (chosen.clock or core.monotonic)()
  local made = make(chosen, config.resolve(chosen))
  log_settings(made, began)
  return made
end

return runtime
