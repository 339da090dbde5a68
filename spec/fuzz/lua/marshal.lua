-- Parameters: a table created from the input is rejected, or written as JSON that lua-cjson can read.
local cjson = require "cjson"
local errors_only = require "spec.support.errors_only"
local glacier = require "glacier"

-- Operations and their members. A string is the kind of value that is valid for the member.
local OPERATIONS = {
  { "SetVaultNotifications", { vaultNotificationConfig = { SNSTopic = "string", Events = "list" } } },
  { "InitiateJob", { jobParameters = { Type = "string", Description = "string",
    InventoryRetrievalParameters = { Limit = "string", Marker = "string" },
    SelectParameters = { InputSerialization = { csv = { Comments = "string" } }, Expression = "string" },
    OutputLocation = { S3 = { BucketName = "string", Tagging = "map", UserMetadata = "map" } } } } },
  { "AddTagsToVault", { Tags = "map" } },
  { "RemoveTagsFromVault", { TagKeys = "list" } },
  { "SetDataRetrievalPolicy", { Policy = { Rules = "rules" } } },
}

local function sorted_keys(members)
  local keys = {}
  for key in pairs(members) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- Returns functions that build a value and choose a number. Each choice reads the next byte of the text.
local function builder(text)
  local position, makers = 0, {}
  local function decide(count)
    position = position + 1
    return (text:byte(position) or 0) % count + 1
  end
  local function collect(key_of, kind)
    local value = {}
    for i = 1, decide(5) - 1 do value[key_of(i)] = makers[kind]() end
    return value
  end
  local function same(i) return i end
  function makers.string() return text:sub(position, position + decide(32)) end
  function makers.list() return collect(same, "string") end
  function makers.map() return collect(makers.string, "string") end
  function makers.rules() return collect(same, "rule") end
  function makers.rule() return { Strategy = makers.string(), BytesPerHour = decide(256) * 2 ^ decide(48) } end
  function makers.number() return (decide(256) - 128) / decide(3) end
  function makers.boolean() return decide(2) == 1 end
  local kinds = sorted_keys(makers)
  local function build(members)
    if type(members) ~= "table" or decide(24) == 1 then
      return makers[type(members) == "string" and decide(24) > 1 and members or kinds[decide(#kinds)]]()
    end
    local value = {}
    for _, key in ipairs(sorted_keys(members)) do
      if decide(5) > 1 then value[key] = build(members[key]) end
    end
    return value
  end
  return build, decide
end

-- Checks an input. Returns whether its parameters were valid, so that a request with a body was sent.
local function check(text)
  local sent
  local client = glacier.client {
    region = "us-west-2", env = {}, max_attempts = 1,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "secret" },
    transport = function(request)
      sent = request
      return { status = 204, headers = { ["x-amz-job-id"] = "j" } }
    end,
  }
  local build, decide = builder(text)
  local row = OPERATIONS[decide(#OPERATIONS)]
  local params = build(row[2])
  if type(params) == "table" then
    params.vaultName = row[1] ~= "SetDataRetrievalPolicy" and "v" or nil
  end
  errors_only(client.call, client, row[1], params)
  if sent and sent.body then
    assert(type(cjson.decode(sent.body)) == "table")
    return true
  end
  return false
end

-- The checks above would also pass if every input were rejected. So each operation must accept one.
for i, row in ipairs(OPERATIONS) do
  assert(check(string.char(i - 1) .. ("A"):rep(99)), "an input for " .. row[1] .. " was rejected")
end

return check
