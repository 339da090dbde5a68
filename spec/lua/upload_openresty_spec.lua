-- client:upload in an nginx handler. The only worker continues to handle other requests.
local archives = require "spec.support.archives"
local glacier = require "glacier"
local openresty = require "spec.support.openresty"
local service = require "spec.support.local_service"

local LOCATIONS = [[
  location = /upload-archive {
    content_by_lua_block {
      local cjson, shared = require "cjson", package.loaded["spec.support.openresty_app"]
      local semaphore = require "ngx.semaphore"
      shared.arrived = shared.arrived or semaphore.new()
      shared.released = shared.released or semaphore.new()
      local client = require("glacier").client {
        region = "us-west-2", env = {}, endpoint_url = os.getenv "AWS_ENDPOINT_URL_GLACIER",
        credentials = {
          access_key_id = os.getenv "AWS_ACCESS_KEY_ID", secret_access_key = os.getenv "AWS_SECRET_ACCESS_KEY",
        },
      }
      client:create_vault { vaultName = "v" }
      local file, held, told = io.open(ngx.var.arg_path, "rb"), ngx.var.arg_hold == "yes", 0
      local function hold()
        shared.arrived:post(1)
        assert(shared.released:wait(60), "nobody was served meanwhile")
      end
      local good, outcome = pcall(client.upload, client, {
        vaultName = "v", partSize = 1048576,
        path = not held and ngx.var.arg_path or nil,
        reader = held and function(count)
          if file:seek() == 3145728 then hold() end
          return file:read(count)
        end or nil,
        progress = function() told = told + 1 end,
      })
      ngx.say(cjson.encode { told = told, checksum = good and outcome.checksum or tostring(outcome) })
    }
  }
  location = /let-go {
    content_by_lua_block {
      local shared = package.loaded["spec.support.openresty_app"]
      assert(shared.arrived:wait(60), "the upload did not begin")
      shared.released:post(1)
      ngx.say "{}"
    }
  }
]]

describe("an upload in OpenResty", function()
  local glacier_service, nginx, path, hash

  lazy_setup(function()
    local bytes = archives.bytes(5 * archives.MIB + 1)
    path, hash = archives.file(bytes), glacier.tree_hash(bytes)
    glacier_service = service.start()
    nginx = openresty.start(glacier_service, LOCATIONS)
  end)

  lazy_teardown(function()
    if nginx then nginx.stop() end
    if glacier_service then glacier_service.stop() end
    archives.clean()
  end)

  it("stores a file with the right hash", function()
    assert.are.same({ checksum = hash, told = 7 }, (nginx.get("/upload-archive?path=" .. path)))
  end)

  it("lets the worker handle other requests while its reader waits", function()
    local answer = nginx.ask("/upload-archive?hold=yes&path=" .. path)
    nginx.get "/let-go"
    assert.are.same({ checksum = hash, told = 7 }, (answer()))
  end)

  it("causes no warnings of nginx", function()
    local log = nginx.stop "QUIT"
    nginx = nil
    assert.are.equal("", log)
  end)
end)
