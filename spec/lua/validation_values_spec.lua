-- Invalid values of parameters: in the path, in headers and in the body. The client sends nothing.
local core = require "glacier.core"
local invalid_parameters = require "spec.support.invalid_parameters"

local problems = invalid_parameters.problems

local function each(rows)
  invalid_parameters.each(it, rows)
end

describe("a member of the path", function()
  each {
    ["may not be empty"] = {
      "DescribeJob", { vaultName = "", jobId = "" },
      "Invalid length for parameter vaultName, value: 0, valid min length: 1",
      "Invalid length for parameter jobId, value: 0, valid min length: 1",
    },
    ["may not be one dot or two, which normalizing a path removes"] = {
      "DescribeJob", { accountId = "..", vaultName = ".", jobId = ".." },
      "Invalid value for parameter accountId, value: .., it would disappear from the path of the request",
      "Invalid value for parameter vaultName, value: ., it would disappear from the path of the request",
      "Invalid value for parameter jobId, value: .., it would disappear from the path of the request",
    },
  }
end)

describe("a member in a header", function()
  it("may not contain a control character, and the message does not show its value", function()
    for _, text in ipairs { "a\r\nX-Evil: 1", "\0", "tab\t", "\127" } do
      assert.same({ "Invalid value for parameter checksum, a header must not contain control characters" },
        problems("UploadArchive", { vaultName = "v", checksum = text, body = "x" }))
    end
  end)
end)

describe("an archive description", function()
  local function problem_of(operation, text)
    local list = problems(operation, { vaultName = "v", archiveDescription = text, body = operation == "UploadArchive"
      and "x" or nil })
    assert.equal(1, #list)
    return list[1]:match "^Invalid value for parameter archiveDescription, (.*)$"
  end

  for _, operation in ipairs { "UploadArchive", "InitiateMultipartUpload" } do
    it("of " .. operation .. " has at most 1,024 characters, which are printable ASCII", function()
      for text, position in pairs { ["caf\195\169"] = 4, ["\0"] = 1, ["a\nb"] = 2, ["tab\t"] = 4, ["\127"] = 1 } do
        assert.equal(("expected printable ASCII characters only, byte %d is not one"):format(position),
          problem_of(operation, text))
      end
      assert.equal("it has 1025 characters, at most 1024 are allowed", problem_of(operation, ("d"):rep(1025)))
      for _, text in ipairs { "", " ~", ("d"):rep(1024) } do
        assert.is_true((pcall(core.prepare, operation,
          { vaultName = "v", archiveDescription = text, body = operation == "UploadArchive" and "x" or nil },
          "http://h")))
      end
    end)
  end
end)

describe("a string in the body", function()
  local BAD = {
    "\255", "a\128", "\195", "\195(", "\192\175", "\224\128\175", "\237\160\128", "\244\144\128\128", "\240\159\152",
  }

  it("must be UTF-8 at every depth", function()
    for _, text in ipairs(BAD) do
      assert.same({
        "Invalid value for parameter vaultNotificationConfig.Events[1], it is not valid UTF-8",
        "Invalid value for parameter vaultNotificationConfig.SNSTopic, it is not valid UTF-8",
      }, problems("SetVaultNotifications",
        { vaultName = "v", vaultNotificationConfig = { SNSTopic = text, Events = { "a", text } } }))
      assert.same({ "Invalid value for parameter Tags.a, it is not valid UTF-8" },
        problems("AddTagsToVault", { vaultName = "v", Tags = { a = text } }))
      local shown = core.utf8_clean(text)
      assert.same({ "Invalid value for parameter Tags." .. shown .. ", it is not valid UTF-8" },
        problems("AddTagsToVault", { vaultName = "v", Tags = { [text] = "a" } }))
    end
  end)
end)
