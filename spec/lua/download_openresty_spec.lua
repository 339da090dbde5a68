-- client:download in an nginx handler. The only worker continues to handle other requests.
local download_world = require "spec.support.download_world"
local openresty = require "spec.support.openresty"

local LOCATIONS = [[
  location = /download {
    content_by_lua_block {
      local cjson, shared = require "cjson", package.loaded["spec.support.openresty_app"]
      local client = require("glacier").client {
        region = "us-west-2", env = {}, endpoint_url = os.getenv "AWS_ENDPOINT_URL_GLACIER",
        credentials = {
          access_key_id = os.getenv "AWS_ACCESS_KEY_ID", secret_access_key = os.getenv "AWS_SECRET_ACCESS_KEY",
        },
      }
      local reports = 0
      local good, outcome = pcall(client.download, client, {
        vaultName = "v", jobId = ngx.var.arg_job, path = ngx.var.arg_path, partSize = 1048576,
        progress = function()
          reports = reports + 1
          if ngx.var.arg_hold and reports == 3 then
            shared.arrived:post()
            assert(shared.released:wait(60), "no other request was handled")
          end
        end,
      })
      ngx.say(cjson.encode { reports = reports, outcome = good and outcome or tostring(outcome) })
    }
  }
  location = /let-go {
    content_by_lua_block {
      local shared = package.loaded["spec.support.openresty_app"]
      assert(shared.arrived:wait(60), "the download did not begin")
      shared.released:post()
      ngx.say "{}"
    }
  }
]]

describe("a download in OpenResty", function()
  local world, retrieved, trial, nginx

  lazy_setup(function()
    world = download_world.new()
    retrieved = world:retrieved()
    nginx = openresty.start(world.service, LOCATIONS)
  end)
  lazy_teardown(function()
    if nginx then nginx.stop() end
    if world then world:stop() end
  end)
  before_each(function()
    trial = download_world.trial(retrieved)
    os.execute("chmod 777 " .. trial.directory) -- the worker may be another user
  end)
  after_each(function() trial:remove() end)

  local function ask(more)
    return nginx.ask(("/download?job=%s&path=%s%s"):format(retrieved.jobId, trial.target, more or ""))
  end

  it("writes the archive to the file", function()
    local answer = ask()()
    assert.are.equal(7, answer.reports)
    trial:assert_whole(answer.outcome)
  end)

  it("lets the worker handle other requests while `progress` waits", function()
    local answer = ask "&hold=yes"
    nginx.get "/let-go"
    trial:assert_whole(answer().outcome)
  end)

  it("writes both archives if two downloads are requested at the same time", function()
    local other = download_world.trial(retrieved)
    os.execute("chmod 777 " .. other.directory)
    local first, second = ask(), nginx.ask(("/download?job=%s&path=%s"):format(retrieved.jobId, other.target))
    trial:assert_whole(first().outcome)
    other:assert_whole(second().outcome)
    other:remove()
  end)

  it("causes no warnings of nginx", function()
    local log = nginx.stop()
    nginx = nil
    assert.are.equal("", log)
  end)
end)
