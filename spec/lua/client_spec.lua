-- Calling operations through a client.
local canned = require "spec.support.canned"

local TOPIC = "arn:aws:sns:us-east-1:012345678901:mytopic"

local function unsent()
  error "a request was sent"
end

describe("a call", function()
  it("sends the same request by method, by API name and by method name", function()
    local seen = {}
    local client = canned.client(function(request)
      seen[#seen + 1] = request.method .. " " .. request.url
      return { status = 204, headers = {}, body = "" }
    end)
    client:delete_vault { vaultName = "v" }
    client:call("DeleteVault", { vaultName = "v" })
    client:call("delete_vault", { vaultName = "v" })
    local expected = "DELETE https://glacier.us-east-1.amazonaws.com/-/vaults/v"
    assert.same({ expected, expected, expected }, seen)
  end)

  it("does not change its parameters", function()
    local params = { vaultName = "v", vaultNotificationConfig = { SNSTopic = TOPIC, Events = {} } }
    canned.sent("SetVaultNotifications", params)
    assert.same({ vaultName = "v", vaultNotificationConfig = { SNSTopic = TOPIC, Events = {} } }, params)
  end)

  it("leaves Accept, Expect, Content-Length, Transfer-Encoding, Connection and Date to the transport", function()
    local unwanted = {
      accept = true, expect = true, ["content-length"] = true, ["transfer-encoding"] = true, connection = true,
      date = true,
    }
    for _, name in ipairs { "SetVaultNotifications", "DeleteVaultNotifications", "GetVaultNotifications" } do
      for header in pairs(canned.sent(name, { vaultName = "v" }).headers) do
        assert.is_nil(unwanted[header:lower()], header)
      end
    end
  end)
end)

describe("an operation", function()
  it("is rejected with its name if it does not exist", function()
    local client = canned.client(unsent)
    local good, err = pcall(client.call, client, "SetVaultNotification", {})
    assert.is_false(good)
    assert.same({ "ParamValidationError", "validation" }, { err.code, err.kind })
    assert.truthy(err.message:find('"SetVaultNotification"', 1, true))
  end)

  it("is rejected if it is called with a dot instead of a colon", function()
    local client = canned.client(unsent)
    local good, err = pcall(client.create_vault, { vaultName = "v" })
    assert.is_false(good)
    assert.equal("ParamValidationError", err.code)
  end)
end)
