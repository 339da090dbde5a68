--- Fetches the certificates with which SNS signs. A new certificate has a new URL, so fetched certificates are kept.
-- Each client has its own cache. Otherwise a client that does not verify TLS could put a false certificate into the
-- cache of a client that does.
local classify = require "glacier.call.classify"
local core = require "glacier.core"
local exchanger = require "glacier.call.exchanger"
local new_context = require("glacier.async.context").new
local copcall = require "glacier.async.copcall"
local retry = require "glacier.call.retry"

local certificates = {}

-- The maximum number of certificates that a client keeps. One for each region is enough.
local MOST = 64

-- Limits for one certificate: bytes, seconds for all requests, and requests.
local LARGEST, TIMEOUT, ATTEMPTS = 64 * 1024, 10, 3

-- Seconds between two checks of another coroutine's fetch.
local PAUSE = 0.02

-- By runtime: { count =, kept = { [url] = certificate }, fetching = { [url] = { deadline = } } }
local caches = setmetatable({}, { __mode = "k" })

local function cache_of(runtime)
  local cache = caches[runtime]
  if not cache then
    cache = { count = 0, kept = {}, fetching = {} }
    caches[runtime] = cache
  end
  return cache
end

-- At the limit all certificates are dropped. This happens only during an attack, or once in years.
local function keep(cache, url, certificate)
  if cache.kept[url] then
    return
  elseif cache.count >= MOST then
    cache.count, cache.kept = 0, {}
  end
  cache.count, cache.kept[url] = cache.count + 1, certificate
end

local function read(response)
  local body = response:body()
  if response:status() ~= 200 then
    return nil, { kind = "service", status = response:status(),
      message = ("the response has the status %d"):format(response:status()) }
  elseif #body > LARGEST or not body:find "^%s*%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-" then
    return nil, { kind = "service", status = 200, message = "the response is not a PEM certificate" }
  end
  return body
end

-- Returns the certificate; or nil, the problem, and whether trying again could help.
local function fetch(runtime, url)
  local context = new_context(runtime.wait, TIMEOUT, runtime.clock)
  local body, err = exchanger.new(runtime)({ method = "GET", url = url, read = read }, context,
    retry.new("standard", ATTEMPTS, core.random))
  if not body then
    return nil, err.message, err.retryable or classify(err) ~= nil
  end
  return core.certificate(body)
end

-- Waits while another coroutine fetches the same certificate, but only until the deadline of that fetch, because the
-- coroutine may never be resumed.
local function wait_for_other(runtime, cache, url)
  local context = new_context(runtime.wait, nil, runtime.clock)
  while cache.fetching[url] and runtime.clock() < cache.fetching[url].deadline do
    context:sleep(PAUSE)
  end
end

--- Gets the certificate at a URL from the cache, or fetches it. Coroutines that need it at the same time share one
-- fetch; if it fails, the next coroutine fetches it again.
-- @param runtime table: of `runtime.new`
-- @param url string: one that `sns_url.is_certificate` accepts
-- @return certificate of glacier.core; or nil, the problem, and whether trying again could help
function certificates.get(runtime, url)
  local cache = cache_of(runtime)
  wait_for_other(runtime, cache, url)
  if cache.kept[url] then
    return cache.kept[url]
  end
  local own = { deadline = runtime.clock() + TIMEOUT }
  cache.fetching[url] = own
  local good, certificate, why, retryable = copcall.call(fetch, runtime, url)
  if cache.fetching[url] == own then -- another coroutine may have started a fetch after this one's deadline
    cache.fetching[url] = nil
  end
  if not good and type(certificate) == "table" then
    return nil, certificate.message, certificate.retryable
  elseif not good then
    error(certificate, 0) -- for example, out of memory
  elseif certificate then
    keep(cache, url, certificate)
  end
  return certificate, why, retryable
end

return certificates
