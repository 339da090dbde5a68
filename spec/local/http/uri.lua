-- Functions on paths and queries, for routing and for signatures. They work on bytes.

local uri = {}

function uri.encode(text)
  return (text:gsub("[^%w%-._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

function uri.decode(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- Returns the path's segments, still encoded, without `.`, `..` and empty ones.
function uri.segments(path)
  local segments = {}
  for segment in path:gmatch "[^/]+" do
    if segment == ".." then
      segments[#segments] = nil
    elseif segment ~= "." then
      segments[#segments + 1] = segment
    end
  end
  return segments
end

-- Returns the path in a canonical request of any service but S3: resolved and encoded once more, so that %2F becomes
-- %252F.
function uri.canonical_path(path)
  local segments = uri.segments(path)
  for i, segment in ipairs(segments) do segments[i] = uri.encode(segment) end
  local directory = path:find "/$" and #segments > 0
  return "/" .. table.concat(segments, "/") .. (directory and "/" or "")
end

-- Returns the query's parameters as a list of { name, value }, decoded; a plus sign is a space.
function uri.parameters(query)
  local parameters = {}
  for piece in query:gmatch "[^&]+" do
    local name, value = piece:match "^([^=]*)=?(.*)$"
    parameters[#parameters + 1] = {
      uri.decode((name:gsub("%+", " "))),
      uri.decode((value:gsub("%+", " "))),
    }
  end
  return parameters
end

-- Returns the query in a canonical request: encoded again, sorted by name, then by value.
function uri.canonical_query(query)
  local pairs_ = uri.parameters(query)
  for _, pair in ipairs(pairs_) do
    pair[1], pair[2] = uri.encode(pair[1]), uri.encode(pair[2])
  end
  table.sort(pairs_, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  for i, pair in ipairs(pairs_) do pairs_[i] = pair[1] .. "=" .. pair[2] end
  return table.concat(pairs_, "&")
end

return uri
