--- Paginators: iterate over the results of operations that return them in pages, by page or by item.
local errors = require("glacier.core").errors

local paginate = {}

-- Operation -> the member of its output that holds the list (the service's paginators-1.json). Each operation has the
-- input member `marker` and the output member `Marker`.
local lists = {
  ListVaults = "VaultList",
  ListJobs = "JobList",
  ListMultipartUploads = "UploadsList",
  ListParts = "Parts",
}

-- A value that is not a table is returned unchanged; the call then raises the error about it.
local function copy(params)
  if params ~= nil and type(params) ~= "table" then
    return params
  end
  local copied = {}
  for key, value in pairs(params or {}) do
    copied[key] = value
  end
  return copied
end

--- Iterates over the pages of an operation.
-- Raises `PaginationError` (kind "validation") for an operation that has no pages. The iterator raises the operation's
-- errors. If the service sends the same marker twice in a row, it raises `PaginationError` instead of fetching the next
-- page.
-- @param call function(operation, params) -> output
-- @param operation string: API name
-- @param params table or nil; it is copied
-- @return function() -> output, or nil after the last page
function paginate.pages(call, operation, params)
  if not lists[operation] then
    errors.raise("validation", "PaginationError", ("Operation cannot be paginated: %s"):format(operation),
      { operation = operation })
  end
  local page_params, more, repeated = copy(params), true, nil
  return function()
    if not more then
      return nil
    elseif repeated then
      errors.raise("validation", "PaginationError",
        ("Error during pagination: The same next token was received twice: %s"):format(repeated),
        { operation = operation })
    end
    local page = call(operation, page_params)
    local marker = page.Marker ~= "" and page.Marker or nil
    repeated = marker == page_params.marker and marker
    page_params.marker, more = marker, marker ~= nil
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
