-- Bodies with known hashes, and a client for specs of streams.
--
--   for _, row in ipairs(streams.HASHES) do … row.size, row.linear, row.tree … end
--   streams.pattern(row.size)   -- the bytes with these hashes
local glacier = require "glacier"

local streams = { MIB = 1024 * 1024 }

local longest = ""

--- Returns the first `size` bytes of "00000000", "00000001", … in hexadecimal: no two MiBs are alike.
-- The longest pattern so far is kept, since creating one is slow.
function streams.pattern(size)
  if #longest < size then
    local words = { longest }
    for i = #longest / 8, math.ceil(size / 8) - 1 do words[#words + 1] = ("%08x"):format(i) end
    longest = table.concat(words)
  end
  return longest:sub(1, size)
end

-- Hashes of streams.pattern, computed by Python's hashlib: size, SHA-256, tree hash.
streams.HASHES = {
  { 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { 1, "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
    "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9" },
  { 1048575, "d390e1199ff896c304a4d5a8cbdd2385ecc91f29401d8ade0ce86cd35a43c9ce",
    "d390e1199ff896c304a4d5a8cbdd2385ecc91f29401d8ade0ce86cd35a43c9ce" },
  { 1048576, "a01ee0d03ddbeb7e62a81caaef6227ed5fc5e1fb2c305f3468c2c3427ea8b183",
    "a01ee0d03ddbeb7e62a81caaef6227ed5fc5e1fb2c305f3468c2c3427ea8b183" },
  { 1048577, "ad90d20d7cd6cfccb3454db86c6428554cc110efedb0931b19d864ee86dfbc78",
    "d826376346e7610ebdff9919a6bc38585a9a23ac2a6f1abf28d0819f560b9adc" },
  { 2097151, "8432e2a1205c525317bda5af169b392550e1b892f20b913ff0c0c936adc25b15",
    "c28c48999b9bcd2b2a8f3d0c205b0f5b3df1b269e41e9cbea2796867dd0871c0" },
  { 2097152, "bda29bd24f7c44b41cb77d5210bcf27b911587098f5355a1fb652cb243bf493f",
    "69a1f07fa4bcf507735288201711935e7865b078ad52d6a77e16f4b728629cc4" },
  { 2097153, "c70b2dba23e754c9848e52a432d465e6d8f4944fad5396daa200538a61a35624",
    "5e39021eb655b115b7db7b5c404998c03772023ca5dc7c8adc920eec94938155" },
  { 3145728, "31399df964434229d282b7640c2e425243d855dd282d2623c4a8a31f81ebb5fb",
    "9e065415e498a119f79b06e97e177a82e1222cf078d69f2f30bf0740b59ec1b9" },
  { 3145729, "f1fb812074ecd172b18491c6845a944eedc0f82e76132901b809cb8cd68f0607",
    "a67ca5432c428cc4704490653c6f82ab4c920791b53a53dc46c19e84f324b946" },
  { 4194303, "4db82134bbbbf8c8ffa7b13e58111932190df055d6da207550ec075de0f3c8ad",
    "8bbbeaee0b598c4e2c0c3d7f1986a027e61091b7c63b23594be7e289b26f9881" },
  { 4194304, "387c82fcdf53de045f4e0108747d46efa93ca2da300843bfd16755b404096ef1",
    "e72464f756e3c851ab7607c86b989eba537359ed9a1d2539802fb00e3fd4f676" },
  { 5242887, "1ea36d30c611c26f238064372faf3158540fbc10db167ca41bca2044116334be",
    "5d1c40e62ebe7c9f533689f9a78ede3cd00b3e9394ca3f2a0daf217ecfca5511" },
  { 7340032, "bb44c26d13b8763213d60f066b38e91e9b4193827bd74e31d223bc7a836214d7",
    "df6f866c7b603e7292b06c8fcb8db0bbf47654c51e4c6955e53520083563dd33" },
}
for _, row in ipairs(streams.HASHES) do row.size, row.linear, row.tree = row[1], row[2], row[3] end

-- The same for zero bytes; the key is their number of MiB.
streams.ZEROS = {
  [64] = { linear = "3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351",
    tree = "d6aca039b35e1b1915f5a0666aff8bef9bd44a3341454741f9adefbc4b2b2a4d" },
  [300] = { linear = "17a88af83717f68b8bd97873ffcf022c8aed703416fe9b08e0fa9e3287692bf0",
    tree = "02e0371f9b25490a5f2e7a6e4a4dfdfa0c5e4fc2535e53f2469c74f3d1a95909" },
}

--- Returns an open file with these bytes, at its start. Closing or collecting it removes the file.
function streams.file(bytes)
  local file = assert(io.tmpfile())
  file:write(bytes)
  file:seek "set"
  return file
end

--- Returns a reader of `bytes` that returns `count` of them at a time and ignores the requested size.
function streams.reader(bytes, count)
  local at = 1
  return function()
    local piece = bytes:sub(at, at + count - 1)
    at = at + #piece
    return piece ~= "" and piece or nil
  end
end

--- Returns options that ignore this machine's environment and files; those in `more` take precedence.
function streams.options(more)
  local options = {
    region = "us-west-2", max_attempts = 1, env = {}, connect_timeout = 60, read_timeout = 60,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "EXAMPLESECRETKEY" },
    random = function() return 0 end,
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

function streams.client(url, more)
  local options = streams.options(more)
  options.endpoint_url = url
  return glacier.client(options)
end

--- Returns a response as bytes.
function streams.answer(status, headers, body)
  local lines = { ("HTTP/1.1 %d -\r\n"):format(status) }
  for name, value in pairs(headers) do lines[#lines + 1] = ("%s: %s\r\n"):format(name, value) end
  lines[#lines + 1] = ("Content-Length: %d\r\n\r\n%s"):format(#(body or ""), body or "")
  return table.concat(lines)
end

--- Returns the steps of a connection that answers one request with this body.
function streams.answered(body, headers)
  return { { "read" }, { "send", streams.answer(200, headers or {}, body) } }
end

--- Returns the steps of a connection that sends `size` MiB of zero bytes.
function streams.flood(size, headers)
  local head = streams.answer(200, headers or {})
  head = head:gsub("Content%-Length: 0", ("Content-Length: %d"):format(size * streams.MIB))
  return { { "read" }, { "send", head }, { "zeros", size * streams.MIB } }
end

streams.JOB = { vaultName = "v", jobId = "j" }

--- Returns the output of get_job_output through a transport that returns `answer`.
function streams.output_for(answer, more)
  local options = streams.options(more)
  options.transport = function()
    return answer
  end
  return glacier.client(options):get_job_output(streams.JOB)
end

--- Returns the body of such an output. The transport returns it in chunks of `count` bytes.
function streams.body_of(bytes, count, headers)
  return streams.output_for({ status = 200, headers = headers, body = streams.reader(bytes, count or 3) }).body
end

return streams
