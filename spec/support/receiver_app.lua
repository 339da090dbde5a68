-- The handlers of receiver_spec: an endpoint of SNS in nginx, and the state that the spec checks.
-- luacheck: std ngx_lua

local cjson = require "cjson"
local glacier = require "glacier"
local openresty = require "glacier.hosts.openresty"
local semaphore = require "ngx.semaphore"

local app = {}

local NOW, TOPIC = 1767225600, "arn:aws:sns:us-west-2:012345678901:mytopic"
local TOO_LONG = 60 -- seconds; ends a test that would hang

local counts, arrived, released = {}, semaphore.new(), semaphore.new()

-- By the start of the JobId: the functions that on_job calls.
local behaviours = {
  fails = function() error "on_job cannot do it" end,
  ["no-memory"] = function() error("not enough memory", 0) end,
  ["fails-once"] = function(job)
    if counts[job.JobId] == 1 then error({ "not yet" }) end
  end,
  waits = function()
    arrived:post()
    assert(released:wait(TOO_LONG))
  end,
  ["fails-late-once"] = function(job)
    local number = counts[job.JobId]
    arrived:post()
    assert(released:wait(TOO_LONG))
    if number == 1 then error "too late" end
  end,
}

local function on_job(job, message)
  assert(message.TopicArn == TOPIC)
  counts[job.JobId] = (counts[job.JobId] or 0) + 1
  local behaviour = behaviours[job.JobId]
  if behaviour then behaviour(job) end
end

-- A transport that sends requests for SNS to the location /sns.
local function transport(request)
  local answer = ngx.location.capture("/sns", { args = { url = request.url } })
  return { status = answer.status, body = answer.body }
end

local receivers = {}

-- Handles the request with a receiver that has these options. The certificate is fetched from /sns unless it is given.
function app.receive(given)
  local name = given.name
  if not receivers[name] then
    given.name = nil
    given.topics, given.on_job, given.clock = { TOPIC }, on_job, function() return NOW end
    given.client = glacier.client {
      region = "us-west-2", env = {}, transport = transport, random = function() return 0 end,
      credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "EXAMPLESECRETKEY" },
    }
    receivers[name] = openresty.receiver(given)
  end
  return receivers[name]()
end

-- The responses of SNS: a certificate, or the confirmation of a subscription.
local answers, visits = {}, {}

function app.sns(certificate)
  local url = ngx.req.get_uri_args().url
  visits[#visits + 1] = url
  local what = url:find "%.pem$" and "certificate" or "confirmation"
  if answers[what] then
    ngx.status = answers[what]
    return ngx.say ""
  end
  ngx.print(what == "certificate" and certificate or [[<ConfirmSubscriptionResponse><ConfirmSubscriptionResult>
    <SubscriptionArn>arn</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>]])
end

-- Sets the statuses of the next responses of SNS: ?certificate=503&confirmation=400
function app.answer()
  answers = {}
  for name, status in pairs(ngx.req.get_uri_args()) do answers[name] = tonumber(status) end
  ngx.say "{}"
end

function app.show()
  ngx.say(cjson.encode { counts = counts, visits = visits })
  visits = {}
end

function app.await_arrival()
  assert(arrived:wait(TOO_LONG))
  ngx.say "{}"
end

function app.release()
  released:post()
  ngx.say "{}"
end

-- Forgets all messages, as if their time had expired.
function app.forget()
  ngx.shared.handled:flush_all()
  ngx.say "{}"
end

-- Returns the error of receiver{} for the invalid options in the arguments.
function app.check()
  local options = { topics = { TOPIC }, on_job = on_job }
  for name, value in pairs(ngx.req.get_uri_args()) do options[name] = cjson.decode(value) end
  if options.on_job == cjson.null then options.on_job = nil end
  local good, err = pcall(openresty.receiver, options)
  ngx.say(cjson.encode { good = good, code = not good and err.code or nil, message = not good and err.message or nil })
end

return app
