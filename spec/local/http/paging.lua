-- Pages of lists: `limit` and `marker` of the query, Marker of the response.

local errors = require "http.errors"
local json = require "http.json"

local paging = {}

-- Returns the maximum length of the page: `limit`, or `most` if that is less or there is no limit.
function paging.length(limit, most)
  if not limit then return most end
  if not limit:find "^%d+$" or tonumber(limit) < 1 then
    errors.raise("InvalidParameterValueException", "Invalid limit: %s", limit)
  end
  return math.min(tonumber(limit), most)
end

local function position(items, id_of, marker)
  for i, item in ipairs(items) do
    if id_of(item) == marker then return i end
  end
  errors.raise("InvalidParameterValueException", "Invalid marker: %s", marker)
end

-- Returns the page of `items` that `query` selects, and the marker of the next page or JSON's null. If
-- there is a function `wanted`, items for which it returns false are left out. A marker is the result of
-- `id_of` for the first item of a page.
function paging.page(items, query, most, id_of, wanted)
  local length, page = paging.length(query.limit, most), {}
  local first = query.marker and position(items, id_of, query.marker) or 1
  for i = first, #items do
    if not wanted or wanted(items[i]) then
      if #page == length then return page, id_of(items[i]) end
      page[#page + 1] = items[i]
    end
  end
  return page, json.null
end

return paging
