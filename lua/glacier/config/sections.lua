--- Parses the shared config and credentials files, and sorts their sections into profiles, SSO sessions and services.
local errors = require("glacier.core").errors
local ini = require "glacier.config.ini"
local words = require "glacier.config.words"

local sections = {}

-- The prefixes of section names in the config file, and what these sections define.
local PREFIXES = {
  { prefix = "profile", kind = "profiles" },
  { prefix = "sso-session", kind = "sso_sessions" },
  { prefix = "services", kind = "services" },
}

-- Returns the kind of a section of the config file, such as "profiles", and the name in its header. Returns nil for an
-- unknown kind. As in botocore, it is enough that the first word begins with the prefix of the kind.
local function classify(name)
  for _, row in ipairs(PREFIXES) do
    if name:sub(1, #row.prefix) == row.prefix then
      local list = words.split(name)
      if list and #list == 2 then
        return row.kind, list[2]
      end
      return nil
    end
  end
  if name == "default" then
    return "profiles", name
  end
end

local function sort_config(list)
  local maps = { profiles = {}, sso_sessions = {}, services = {} }
  for _, section in ipairs(list) do
    local kind, name = classify(section.name)
    if kind then
      maps[kind][name] = section.values
    end
  end
  return maps
end

local function by_name(list)
  local map = {}
  for _, section in ipairs(list) do
    map[section.name] = section.values
  end
  return map
end

-- Merges the two parts of each profile; keys of the credentials file take precedence. Stores in `parts`, under each
-- merged map, the list of its parts, the one with precedence first.
local function merge(config, credentials, parts)
  local merged = {}
  for _, part in ipairs { config, credentials } do
    for name, values in pairs(part) do
      local into = merged[name] or {}
      merged[name], parts[into] = into, parts[into] or {}
      table.insert(parts[into], 1, values)
      for key, value in pairs(values) do
        into[key] = value
      end
    end
  end
  return merged
end

-- Returns the path and line where `key` of `map` was set.
local function locate(documents, parts, map, key)
  for _, part in ipairs(parts[map] or { map }) do
    for _, document in ipairs(documents) do
      local line = (document.lines[part] or {})[key]
      if line then
        return document.path, line
      end
    end
  end
end

-- Parses the text of a document, and sets its `sections` and `lines`, the results of `ini.parse`.
local function parse(document)
  local sections_of, lines, line = ini.parse(document.text)
  if not sections_of then
    errors.raise("config", "ConfigParseError",
      "Unable to parse config file: " .. document.path .. ", line " .. line .. ": " .. lines)
  end
  document.sections, document.lines = sections_of, lines
end

--- Parses both files and merges their sections.
-- Raises `ConfigParseError` for a malformed file.
-- @param config table: the config file: path, text
-- @param shared table: the credentials file: path, text
-- @return table: of `profile.load`, without `unreadable`
function sections.read(config, shared)
  parse(config)
  parse(shared)
  local maps, credentials, parts = sort_config(config.sections), by_name(shared.sections), {}
  local profiles = merge(maps.profiles, credentials, parts)
  return {
    profiles = profiles, config = maps.profiles, credentials = credentials,
    sso_sessions = maps.sso_sessions, services = maps.services,
    source = function(map, key)
      map = type(map) == "string" and profiles[map] or map
      return locate({ shared, config }, parts, map, key)
    end,
  }
end

return sections
