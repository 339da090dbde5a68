-- Parameters: a table created from the input is rejected, or written as JSON that lua-cjson can read.
local cjson = require "cjson"
local errors_only = require "spec.support.errors_only"
local glacier = require "glacier"

local MEMBERS = {
  "vaultName", "accountId", "vaultNotificationConfig", "SNSTopic", "Events", "jobParameters", "Type", "Format",
  "InventoryRetrievalParameters", "OutputLocation", "S3", "Tagging", "AccessControlList", "Grantee", "limit",
  "Tags", "policy", "Policy", "Rules", "BytesPerHour",
}

-- Each byte of the text decides the next key or value.
local function builder(text)
  local position = 0
  local function decide(count)
    position = position + 1
    return (text:byte(position) or 0) % count + 1
  end
  local build
  local makers = {
    function() return text:sub(position, position + decide(32)) end,
    function() return decide(256) - 128 end,
    function() return decide(256) / 2 end,
    function() return decide(2) == 1 end,
    function(depth) return build(depth + 1) end,
    function() return {} end,
  }
  function build(depth)
    local made = {}
    for _ = 1, depth < 6 and decide(5) or 0 do
      local key = decide(4) == 1 and decide(4) or MEMBERS[decide(#MEMBERS)]
      made[key] = makers[decide(#makers)](depth)
    end
    return made
  end
  return build
end

return function(text)
  local sent
  local client = glacier.client {
    region = "us-west-2", env = {}, max_attempts = 1,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" },
    transport = function(request)
      sent = request
      return { status = 204 }
    end,
  }
  local params = builder(text)(1)
  params.vaultName = params.vaultName or "v"
  for _, operation in ipairs { "SetVaultNotifications", "InitiateJob", "AddTagsToVault", "SetDataRetrievalPolicy" } do
    sent = nil
    errors_only(client.call, client, operation, params)
    if sent and sent.body then
      assert(type(cjson.decode(sent.body)) == "table")
    end
  end
end
