--- The proxies of a client.
local proxies = {}

-- Returns the value of the first of these variables that is set.
local function first(getenv, ...)
  for _, name in ipairs { ... } do
    local value = getenv(name)
    if value then
      return value
    end
  end
end

--- Reads the proxies: from the option `proxy`, else from variables. With the option `env`, the variables are read now.
-- Without it, libcurl reads the variables of the process at each request. But if no variable names a proxy for https
-- URLs now, https URLs never have a proxy. The same applies to http URLs.
-- @param options table: checked options of `glacier.client`
-- @param getenv function(name) -> string or nil
-- @return table: any, https, http (the proxy's URL for all URLs, or for those with that scheme; "" for no proxy; nil if
--   libcurl reads the environment), and no_proxy (the hosts without a proxy, as in the variable; nil if libcurl reads
--   the environment)
function proxies.read(options, getenv)
  local given = options.env
  local no_proxy = given and (first(getenv, "no_proxy", "NO_PROXY") or "") or nil
  if options.proxy then
    return { any = options.proxy, no_proxy = no_proxy }
  end
  local all = first(getenv, "all_proxy", "ALL_PROXY")
  local https = first(getenv, "https_proxy", "HTTPS_PROXY") or all or ""
  local http = first(getenv, "http_proxy") or all or "" -- HTTP_PROXY may be a header that a CGI client sent
  if given then
    return { https = https, http = http, no_proxy = no_proxy }
  end
  return { https = https == "" and "" or nil, http = http == "" and "" or nil }
end

return proxies
