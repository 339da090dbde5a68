-- A vault's inventory: the parameters of an inventory-retrieval job and its output in JSON or CSV.

local clock = require "http.clock"
local content = require "store.content"
local errors = require "http.errors"
local identifier = require "http.identifier"
local json = require "http.json"
local members = require "http.members"
local records = require "store.records"
local store = require "store.vaults"

local inventory = {}

local function check(ok, name, value)
  if value and not ok then
    errors.raise("InvalidParameterValueException", "Invalid %s: %s", name, value)
  end
  return value
end

local function date(object, name)
  local text = members.optional(object, name, "string")
  return check(text and clock.parse_extended(text), name, text)
end

-- Returns the start of the next page as an opaque text: the archive's time and id, by which archives are sorted.
local function marker_of(archive)
  return identifier.encode(archive.created .. " " .. archive.id)
end

-- Returns the checked parameters { format, start, stop, limit, marker }: strings or nil.
function inventory.parameters(parameters)
  local format = members.optional(parameters, "Format", "string") or "JSON"
  local range = members.optional(parameters, "InventoryRetrievalParameters", "table") or {}
  local limit = members.optional(range, "Limit", "string")
  local marker = members.optional(range, "Marker", "string")
  local start, stop = date(range, "StartDate"), date(range, "EndDate")
  check(format == "JSON" or format == "CSV", "Format", format)
  check(limit and limit:find "^%d+$" and tonumber(limit) >= 1, "Limit", limit)
  check(marker and (identifier.decode(marker) or ""):find "^%d[%d:T%-%.]+Z [%w_-]+$", "Marker",
    marker)
  return { format = format, start = start, stop = stop, limit = limit, marker = marker }
end

-- Returns the selected archives, and the marker of the next page or nil.
local function selection(archives, wanted)
  local start = wanted.start and clock.parse_extended(wanted.start) or -math.huge
  local stop = wanted.stop and clock.parse_extended(wanted.stop) or math.huge
  local first = wanted.marker and identifier.decode(wanted.marker) or ""
  local limit, chosen = tonumber(wanted.limit) or math.huge, {}
  for _, archive in ipairs(archives) do
    local created = clock.parse_extended(archive.created)
    if created >= start and created < stop and archive.created .. " " .. archive.id >= first then
      if #chosen == limit then return chosen, marker_of(archive) end
      chosen[#chosen + 1] = archive
    end
  end
  return chosen
end

local function as_json(owner, vault, archives)
  for i, archive in ipairs(archives) do
    archives[i] = {
      { "ArchiveId", archive.id },
      { "ArchiveDescription", archive.description },
      { "CreationDate", archive.created },
      { "Size", archive.length },
      { "SHA256TreeHash", archive.hash },
    }
  end
  local taken = vault.inventoried or vault.created
  return json.encode {
    { "VaultARN", store.arn(owner, vault.name) },
    { "InventoryDate", (taken:gsub("%.%d+Z$", "Z")) },
    { "ArchiveList", json.list(archives) },
  }
end

-- A backslash escapes a quote in a field; a backslash itself is not escaped.
local function field(text)
  return '"' .. text:gsub('"', '\\"') .. '"'
end

local function as_csv(_, _, archives)
  local lines = { "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\r\n" }
  for _, archive in ipairs(archives) do
    lines[#lines + 1] = ("%s,%s,%s,%.0f,%s\r\n"):format(archive.id, field(archive.description),
      archive.created, archive.length, archive.hash)
  end
  return table.concat(lines)
end

local writers = { JSON = as_json, CSV = as_csv }

inventory.types = { JSON = "application/json", CSV = "text/csv" }

-- Writes the job's output and returns its content. Sets the job's marker to that of the next page.
function inventory.take(owner, vault_name, job)
  local wanted = job.inventory
  local archives, marker = selection(records.list(owner, vault_name, "archives"), wanted)
  local text = writers[wanted.format](owner, store.get(owner, vault_name), archives)
  wanted.marker = marker
  content.write(job.id, 0, text)
  return { name = job.id, part_size = #text, length = #text }
end

return inventory
