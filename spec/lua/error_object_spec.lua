-- Error objects: the field `retryable`, and the errors of the client itself.
local canned = require "spec.support.canned"

local error_of = canned.error_of

describe("the field retryable", function()
  local function retryable(status, code)
    return error_of(status, code and ('{"code":"%s"}'):format(code)).retryable
  end

  it("is true if the service is busy, broken or slow", function()
    for _, status in ipairs { 429, 500, 502, 503, 504 } do
      assert.is_true(retryable(status))
    end
    assert.is_true(retryable(400, "ThrottlingException"))
    assert.is_true(retryable(408, "RequestTimeoutException"))
    assert.is_true(retryable(500, "ServiceUnavailableException"))
  end)

  it("is false if the request or a permanent limit is the cause", function()
    for _, status in ipairs { 300, 301, 400, 401, 403, 404, 501, 505 } do
      assert.is_false(retryable(status))
    end
    assert.is_false(retryable(404, "ResourceNotFoundException"))
    assert.is_false(retryable(400, "InvalidParameterValueException"))
    for _, code in ipairs {
      "LimitExceededException", "PolicyEnforcedException", "InsufficientCapacityException",
      "NoLongerSupportedException",
    } do
      assert.is_false(retryable(400, code))
      assert.is_false(retryable(503, code))
    end
  end)
end)

describe("an error of the client's own", function()
  local errors = require("glacier.core").errors

  it("has its kind, code, message and further fields", function()
    local err = errors.new("transport", "ReadTimeoutError", "late", { retryable = true, operation = "ListVaults" })
    assert.same({
      kind = "transport", code = "ReadTimeoutError", message = "late", retryable = true, operation = "ListVaults",
    }, err)
    assert.equal("late", tostring(err))
    assert.is_false(errors.new("config", "NoRegionError", "none").retryable)
  end)

  it("lists all violations, sorted, after the name of the function", function()
    local good, err = pcall(errors.check, "upload", { "b", "a", "c" })
    assert.same({ false, "ParamValidationError", "upload", "upload:\na\nb\nc" },
      { good, err.code, err.operation, err.message })
    errors.check("upload", {})
  end)

  it("names the operation if an argument is invalid", function()
    local good, err = pcall(errors.invalid, "upload", "upload: wrong")
    assert.same({ false, "ParamValidationError", "validation", "upload", "upload: wrong" },
      { good, err.code, err.kind, err.operation, err.message })
  end)

  it("has a message of valid UTF-8, of at most 4 KiB unless it lists problems of validation", function()
    assert.equal("a\239\191\189", errors.new("config", "C", "a\255").message)
    assert.equal(4096, #errors.new("transport", "C", ("x"):rep(5000)).message)
    local _, err = pcall(errors.invalid, nil, ("x"):rep(5000))
    assert.equal(5000, #err.message)
  end)

  it("has a message without control characters, except for line breaks", function()
    for _, kind in ipairs { "config", "credentials", "transport", "validation" } do
      assert.equal("a\\x1b[31m\nb\\x00c\\x7f", errors.new(kind, "C", "a\27[31m\nb\0c\127").message)
    end
    local glacier = require "glacier"
    local _, err = pcall(glacier.client, { region = "us\27-west", env = {} })
    assert.equal("Provided region_name 'us\\x1b-west' doesn't match a supported format.", err.message)
    _, err = pcall(glacier.client, { region = "us-west-2", env = { AWS_PROFILE = "a\27b" } })
    assert.equal("The config profile (a\\x1bb) could not be found", err.message)
    _, err = pcall(glacier.client, { region = "us-west-2", env = { AWS_CONFIG_FILE = "/a\0b" } })
    assert.equal("Unable to parse config file: /a\\x00b: the path contains a NUL byte", err.message)
  end)
end)
