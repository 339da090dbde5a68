-- Signature Version 4, through the functions of the core, against published vectors. These are the header-signing part
-- of the test suite of awslabs/aws-c-auth, whose values are in the tables below, and two requests of the Amazon Glacier
-- developer guide. If SIGV4_VECTORS names a directory with that suite, all of its cases are read as well.

local cjson = require "cjson"
local core = require "glacier.core"

local SUITE_TIME = 1440938160 -- 2015-08-30T12:36:00Z
local SUITE_DATE = "20150830T123600Z"
local EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
local FORM_HASH = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"
local TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
local LONG_TOKEN = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfI"
  .. "eoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDv"
  .. "p75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX"
  .. "9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
local UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
local BARE = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
local BARE_POST = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"

local function keys(token)
  return core.credentials {
    access_key_id = "AKIDEXAMPLE", secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    session_token = token,
  }
end

-- Title = a request and its expected signature:
--    [1] target, or { target, canonical path, canonical query }; [2] signature; method, headers, body, token;
--    lines: canonical header lines besides host, date and token; hash: of the body; keep: the path is not normalized
local SUITE = {
  ["a bare request"] = { "/", BARE },
  ["dots that leave nothing of the path"] = { { "/example/..", "/" }, BARE },
  ["dots after dots"] = { { "/example1/example2/../..", "/" }, BARE },
  ["dots after dots, kept"] = {
    "/example1/example2/../..", "dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b", keep = true,
  },
  ["dots, kept"] = { "/example/..", "eca7ead57bb5aa5c8e28007acd4ff04e1ff9a0ff3b237ec1554a184887ff9282", keep = true },
  ["a dot between slashes"] = { { "/./", "/" }, BARE },
  ["a dot between slashes, kept"] = {
    "/./", "68714168e6557f8f2de0ef956fc24dc2593a4bd2961f8df51898d8a134695145", keep = true,
  },
  ["two slashes"] = { { "//", "/" }, BARE },
  ["two slashes, kept"] = { "//", "c88bcd3d312d75078c0cd961d6deae3f4c754924b01669efcfcb439fd5e5b76e", keep = true },
  ["a pointless dot"] = {
    { "/./example", "/example" }, "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
  },
  ["a pointless dot, kept"] = {
    "/./example", "beb03f223f7deae4146464f06e29eebbee9c8afbe15c290cf07aa8b119e14cff", keep = true,
  },
  ["slashes around a segment"] = {
    { "//example//", "/example/" }, "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
  },
  ["slashes around a segment, kept"] = {
    "//example//", "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5", keep = true,
  },
  ["a path of unreserved characters"] = {
    "/" .. UNRESERVED, "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
  },
  ["a path in UTF-8"] = {
    { "/\225\136\180", "/%E1%88%B4" }, "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
  },
  ["a query"] = {
    { "/?Param1=value1", "/", "Param1=value1" }, "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
  },
  ["a query sorted by its encoded names"] = {
    { "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "/", "%E1%88%B4=Value1&Param=Value2&Param-3=Value3" },
    "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
  },
  ["a query sorted by its names"] = {
    { "/?Param2=value2&Param1=value1", "/", "Param1=value1&Param2=value2" },
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  },
  ["a query of unreserved characters"] = {
    { "/?" .. UNRESERVED .. "=" .. UNRESERVED, "/", UNRESERVED .. "=" .. UNRESERVED },
    "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
  },
  ["a query in UTF-8"] = {
    { "/?\225\136\180=bar", "/", "%E1%88%B4=bar" },
    "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
  },
  ["fields of one name, joined"] = {
    "/", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    headers = { ["My-Header1"] = "value2,value2,value1" }, lines = { "my-header1:value2,value2,value1" },
  },
  ["fields of one name, joined in their order"] = {
    "/", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    headers = { ["My-Header1"] = "value4,value1,value3,value2" },
    lines = { "my-header1:value4,value1,value3,value2" },
  },
  ["a folded field, unfolded"] = {
    "/", "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd",
    headers = { ["My-Header1"] = "value1  value2     value3" }, lines = { "my-header1:value1 value2 value3" },
  },
  ["white space around and in values"] = {
    "/", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    headers = { ["My-Header1"] = " value1", ["My-Header2"] = ' "a   b   c"' },
    lines = { "my-header1:value1", 'my-header2:"a b c"' },
  },
  ["a session token"] = {
    "/", "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8", token = TOKEN,
  },
  ["a POST"] = { "/", BARE_POST, method = "POST" },
  ["a POST with a session token"] = {
    "/", "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead", method = "POST", token = LONG_TOKEN,
  },
  ["a POST with a query"] = {
    { "/?Param1=value1", "/", "Param1=value1" }, "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
    method = "POST",
  },
  ["names of fields, sorted in lower case"] = {
    "/", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    method = "POST", headers = { ["My-Header1"] = "value1" }, lines = { "my-header1:value1" },
  },
  ["values of fields in their own case"] = {
    "/", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    method = "POST", headers = { ["My-Header1"] = "VALUE1" }, lines = { "my-header1:VALUE1" },
  },
  ["a form"] = {
    "/", "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
    method = "POST", body = "Param1=value1", hash = FORM_HASH,
    headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded", ["Content-Length"] = "13",
      ["x-amz-content-sha256"] = FORM_HASH,
    },
    lines = {
      "content-length:13", "content-type:application/x-www-form-urlencoded", "x-amz-content-sha256:" .. FORM_HASH,
    },
  },
  ["a form with parameters in its type"] = {
    "/", "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422",
    method = "POST", body = "Param1=value1", hash = FORM_HASH,
    headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8", ["Content-Length"] = "13",
      ["x-amz-content-sha256"] = FORM_HASH,
    },
    lines = {
      "content-length:13", "content-type:application/x-www-form-urlencoded; charset=utf-8",
      "x-amz-content-sha256:" .. FORM_HASH,
    },
  },
}

local function canonical_request(case)
  local target = type(case[1]) == "table" and case[1] or { case[1], case[1] }
  local lines, names = { "host:example.amazonaws.com", "x-amz-date:" .. SUITE_DATE }, {}
  for _, line in ipairs(case.lines or {}) do lines[#lines + 1] = line end
  if case.token then lines[#lines + 1] = "x-amz-security-token:" .. case.token end
  table.sort(lines)
  for i, line in ipairs(lines) do names[i] = line:match "^[^:]+" end
  return table.concat({
    case.method or "GET", target[2], target[3] or "", table.concat(lines, "\n"), "",
    table.concat(names, ";"), case.hash or EMPTY_HASH,
  }, "\n")
end

describe("a signature of the public suite", function()
  for name, case in pairs(SUITE) do
    it("is reproduced for " .. name, function()
      local request = core.request {
        method = case.method or "GET",
        url = "https://example.amazonaws.com" .. (type(case[1]) == "table" and case[1][1] or case[1]),
        headers = case.headers, body = case.body,
      }
      local canonical, to_sign, signature =
        request:sign_stages(keys(case.token), "us-east-1", "service", SUITE_TIME, case.keep)
      assert.equal(canonical_request(case), canonical)
      assert.matches("^AWS4%-HMAC%-SHA256\n20150830T123600Z\n20150830/us%-east%-1/service/aws4_request\n%x+$", to_sign)
      assert.equal(case[2], signature)
    end)
  end

  it("does not cover a token that is added after signing", function()
    local request = core.request { method = "POST", url = "https://example.amazonaws.com/" }
    local _, _, signature = request:sign_stages(keys(), "us-east-1", "service", SUITE_TIME)
    request:set_header("X-Amz-Security-Token", LONG_TOKEN)
    assert.equal(BARE_POST, signature)
    assert.truthy(request:export().headers.Authorization:find("Signature=" .. BARE_POST, 1, true))
  end)
end)

describe("a signature of the developer guide", function()
  local function sign(request, time)
    request:set_header("x-amz-glacier-version", "2012-06-01")
    local credentials = core.credentials {
      access_key_id = "AKIAIOSFODNN7EXAMPLE", secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }
    return request:sign_stages(credentials, "us-east-1", "glacier", time)
  end

  it("is reproduced for a PUT of a vault", function()
    local request = core.request {
      method = "PUT", url = "https://glacier.us-east-1.amazonaws.com/-/vaults/examplevault",
    }
    local _, to_sign, signature = sign(request, 1337905493) -- 2012-05-25T00:24:53Z
    assert.equal("AWS4-HMAC-SHA256\n20120525T002453Z\n20120525/us-east-1/glacier/aws4_request\n"
      .. "5f1da1a2d0feb614dd03d71e87928b8e449ac87614479332aced3a701f916743", to_sign)
    assert.equal("3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a", signature)
    assert.equal("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20120525/us-east-1/glacier/aws4_request, "
      .. "SignedHeaders=host;x-amz-date;x-amz-glacier-version, Signature=" .. signature,
      request:export().headers.Authorization)
  end)

  it("is reproduced from an archive's hash instead of its bytes if a header has the hash", function()
    local request = core.request {
      method = "POST", url = "https://glacier.us-east-1.amazonaws.com/-/vaults/examplevault/archives",
      headers = { ["x-amz-content-sha256"] = "726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628" },
    }
    local _, _, signature = sign(request, 1336348800) -- 2012-05-07T00:00:00Z
    assert.equal("b092397439375d59119072764a1e9a144677c43d9906fd98a5742c57a2855de6", signature)
  end)
end)

-- ---- the published suite, if its directory is given ----------------------------------------------

local directory = os.getenv "SIGV4_VECTORS"

local function slurp(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

-- Parses the text of a request, "METHOD target HTTP/1.1" and its header fields. Returns method, target, { name = value
-- } and body.
local function parse_request(text)
  local head, body = text:match "^(.-)\n\n(.*)$"
  local method, target, fields = (head or text):gsub("\n[ \t]+", " "):match "^(%u+) (.-) HTTP/1%.1\n(.*)$"
  local headers = {}
  for name, value in fields:gmatch "([^\n:]+):([^\n]*)" do
    headers[name] = headers[name] and headers[name] .. "," .. value or value
  end
  return method, target, headers, body
end

local function epoch(text)
  local year, month, day, hour, minute, second = text:match "(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)Z"
  assert.equal("2015-08-30", ("%s-%s-%s"):format(year, month, day))
  return SUITE_TIME - 12 * 3600 - 36 * 60 + hour * 3600 + minute * 60 + second
end

local function check_published(path)
  local context = cjson.decode(slurp(path .. "/context.json"))
  local method, target, headers, body = parse_request(slurp(path .. "/request.txt"))
  if context.sign_body then headers["x-amz-content-sha256"] = FORM_HASH end
  local host = headers.Host
  headers.Host = nil
  local given = { method = method, url = "https://" .. host .. target, headers = headers, body = body }
  if target:find " " then
    assert.has_error(function() core.request(given) end)
    return
  end
  local credentials = core.credentials {
    access_key_id = context.credentials.access_key_id, secret_access_key = context.credentials.secret_access_key,
    session_token = not context.omit_session_token and context.credentials.token or nil,
  }
  local canonical, to_sign, signature = core.request(given):sign_stages(credentials, context.region,
    context.service, epoch(context.timestamp), not context.normalize)
  assert.equal(slurp(path .. "/header-canonical-request.txt"), canonical)
  assert.equal(slurp(path .. "/header-string-to-sign.txt"), to_sign)
  assert.equal(slurp(path .. "/header-signature.txt"), signature)
end

if directory then
  describe("the public suite as it was published", function()
    local count = 0
    for name in require("lfs").dir(directory) do
      local file = io.open(directory .. "/" .. name .. "/context.json")
      if file then
        file:close()
        count = count + 1
        it("is reproduced for the case " .. name, function() check_published(directory .. "/" .. name) end)
      end
    end
    it("has at least one case", function() assert.is_true(count > 0) end)
  end)
end
