--- Paginators: the operations that answer in pages, one page or one item at a time.
local errors = require "glacier.errors"

local paginate = {}

-- Operation -> the member of its output that is the list (the service's paginators-1.json). All
-- take `marker` and give `Marker`.
local lists = {
  ListVaults = "VaultList",
  ListJobs = "JobList",
  ListMultipartUploads = "UploadsList",
  ListParts = "Parts",
}

-- What is no table is left for the call to refuse.
local function copy(params)
  if params ~= nil and type(params) ~= "table" then
    return params
  end
  local own = {}
  for key, value in pairs(params or {}) do
    own[key] = value
  end
  return own
end

--- Iterates over the pages of an operation.
-- Raises what a call of it raises, and `PaginationError` (kind "validation") for an operation
-- that has no pages, or in the place of the next page where the service sent the same marker again.
-- @param call function(operation, params) -> output
-- @param operation string: API name
-- @param params table or nil; it is not changed
-- @return function() -> output, or nil after the last page
function paginate.pages(call, operation, params)
  if not lists[operation] then
    errors.raise("validation", "PaginationError", ("Operation cannot be paginated: %s"):format(operation),
      { operation = operation })
  end
  local own, more, again = copy(params), true, nil
  return function()
    if not more then
      return nil
    elseif again then
      errors.raise("validation", "PaginationError",
        ("Error during pagination: The same next token was received twice: %s"):format(again),
        { operation = operation })
    end
    local page = call(operation, own)
    local marker = page.Marker ~= "" and page.Marker or nil
    again = marker == own.marker and marker
    own.marker, more = marker, marker ~= nil
    return page
  end
end

--- Iterates over the items of all pages.
-- @return function() -> item, or nil after the last one
function paginate.items(call, operation, params)
  local next_page = paginate.pages(call, operation, params)
  local items, position = {}, 0
  return function()
    position = position + 1
    while items[position] == nil do
      local page = next_page()
      if not page then
        return nil
      end
      items, position = page[lists[operation]] or {}, 1
    end
    return items[position]
  end
end

return paginate
