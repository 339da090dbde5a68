-- The key with which the service signs messages of SNS, and its certificate, in memory that the workers
-- share. The first worker that needs them creates them. SNS has keys of 2048 bits; creating one of those can take
-- seconds on a busy machine.

local checksum = require "http.checksum"
local clock = require "http.clock"
local name = require "openssl.x509.name"
local pkey = require "openssl.pkey"
local x509 = require "openssl.x509"

local signing_key = {}

local shared, locks = ngx.shared.signing_key, ngx.shared.locks

local BITS = 1024
local DAY = 86400 -- seconds
local LOCK_LIFETIME = 60 -- seconds after which the lock of a crashed worker ends

local loaded

local function certificate_of(key)
  local certificate, subject, now = x509.new(), name.new(), clock.now()
  subject:add("CN", "sns.amazonaws.com")
  certificate:setVersion(3)
  certificate:setSerial(1)
  certificate:setSubject(subject)
  certificate:setIssuer(subject)
  certificate:setLifetime(now - DAY, now + 365 * DAY)
  certificate:setPublicKey(key)
  certificate:sign(key, "sha256")
  return certificate:toPEM()
end

local function create()
  local key = pkey.new { type = "RSA", bits = BITS }
  shared:set("key", key:toPEM "private")
  shared:set("certificate", certificate_of(key))
end

-- Returns { key, certificate (PEM), file (the last part of the certificate's URL) }.
function signing_key.get()
  while not loaded do
    local certificate = shared:get "certificate"
    if certificate then
      loaded = {
        key = pkey.new(shared:get "key"), certificate = certificate,
        file = "SimpleNotificationService-" .. checksum.hex(checksum.sha256(certificate)):sub(1, 32) .. ".pem",
      }
    elseif locks:add("signing key", true, LOCK_LIFETIME) then
      create()
      locks:delete "signing key"
    else
      ngx.sleep(0.01)
    end
  end
  return loaded
end

return signing_key
