-- Calls through glacier.hosts.resty_http in a real nginx with one worker. For some calls, the same worker is also the
-- service, so a call that blocked the worker would never get its response. spec/support/resty/http.lua takes the place
-- of lua-resty-http.
local nginx = require "spec.support.nginx"
local openresty = require "spec.support.openresty"
local service = require "spec.support.local_service"
local socket = require "socket"

local LOCATIONS = [[
  location /plain {
    content_by_lua_block { require("spec.support.resty_http_app").call() }
  }
  location /resolved {
    resolver 127.0.0.1:@dns@ ipv6=off;
    content_by_lua_block { require("spec.support.resty_http_app").call() }
    location /resolved/trusted {
      lua_ssl_trusted_certificate @directory@/ca.pem;
      content_by_lua_block { require("spec.support.resty_http_app").call() }
    }
  }
  location /connection { content_by_lua_block { require("spec.support.resty_http_app").show_connection() } }
  location /-/ { content_by_lua_block { require("spec.support.resty_http_app").show_connection() } }
  location /chunked { content_by_lua_block { require("spec.support.resty_http_app").send_output() } }
  location /until-closed {
    chunked_transfer_encoding off;
    content_by_lua_block { require("spec.support.resty_http_app").send_output() }
  }
  location /cut {
    content_by_lua_block { ngx.header.content_length = 10; ngx.print "{"; ngx.flush(true); ngx.exit(444) }
  }
  location /closed { content_by_lua_block { ngx.exit(444) } }
  location /silent { content_by_lua_block { ngx.sleep(2) } }
]]

-- A DNS server that answers one query with the address 127.0.0.1. After the header and the question, the packet has one
-- answer: a pointer to the name in the question, type A, class IN, a day.
local function answer_dns(dns)
  local query, address, port = dns:receivefrom()
  local stop = assert(query, "nginx asked no DNS server"):find("\0", 13, true) + 4
  dns:sendto(query:sub(1, 2) .. "\129\128\0\1\0\1\0\0\0\0" .. query:sub(13, stop)
    .. "\192\12\0\1\0\1\0\1\81\128\0\4\127\0\0\1", address, port)
end

describe("glacier.hosts.resty_http", function()
  local glacier, directory, tls, host, dns

  lazy_setup(function()
    directory = nginx.directory()
    assert(os.execute("spec/support/certificates.sh " .. directory))
    local servers = {}
    for server, name in pairs { good = "good", distrusted = "good", elsewhere = "other-host" } do
      servers[server] = ("ssl_certificate %s/%s.pem; ssl_certificate_key %s/%s.key;"):format(
        directory, name, directory, name)
    end
    tls = nginx.start(directory, servers)
    dns = assert(socket.udp())
    assert(dns:setsockname("127.0.0.1", 0))
    dns:settimeout(60)
    glacier = service.start()
    local values = { dns = select(2, dns:getsockname()), directory = directory }
    host = openresty.start(glacier, (LOCATIONS:gsub("@(%w+)@", values)))
  end)

  lazy_teardown(function()
    for _, one in ipairs { host or false, glacier or false } do
      if one then one.stop() end
    end
    if tls then tls:stop() end
  end)

  -- Returns a path with arguments. In the arguments, @ becomes the URL of this nginx.
  local function path_of(location, args)
    local words = {}
    for name, value in pairs(args) do
      words[#words + 1] = name .. "=" .. value:gsub("@", host.url):gsub("[:/]", function(c)
        return ("%%%02X"):format(c:byte())
      end)
    end
    return location .. "?" .. table.concat(words, "&")
  end

  local function get(location, args)
    return (host.get(path_of(location, args)))
  end

  it("sets notifications", function()
    assert.are.same({ SNSTopic = "arn:aws:sns:us-west-2:012345678901:mytopic",
      Events = { "ArchiveRetrievalCompleted" } }, get("/plain", { operation = "notifications" }))
  end)

  it("keeps connections in a pool, also after a streamed response body", function()
    local first = get("/plain", { endpoint = "@/connection" }).marker
    assert.is_string(first)
    assert.are.equal(first, get("/plain", { endpoint = "@/connection" }).marker)
    get("/plain", { endpoint = "@/chunked", operation = "output" })
    assert.are.equal(first, get("/plain", { endpoint = "@/connection" }).marker)
  end)

  it("streams request bodies", function()
    assert.are.same({ is_right = true }, get("/plain", { operation = "upload" }))
  end)

  it("raises the error of a request body that can no longer be read", function()
    local answer = get("/plain", { operation = "failing_upload", endpoint = "@/connection" })
    assert.are.equal("ParamValidationError", answer.code, answer.message)
    assert.matches("it has become shorter", answer.message, 1, true)
  end)

  for _, name in ipairs { "chunked", "until-closed" } do
    it("streams response bodies: " .. name, function()
      assert.are.same({ is_right = true, size = 300001 },
        get("/plain", { operation = "output", endpoint = "@/" .. name }))
    end)
  end

  it("sends requests through a proxy, with the proxy's credentials", function()
    local proxy = host.url:gsub("//", "//user:pass%%2Fword@")
    local path = path_of("/plain", { endpoint = "http://127.0.0.1:2" }) .. "&proxy=" .. proxy:gsub("[:/@%%]",
      function(c) return ("%%%02X"):format(c:byte()) end)
    assert.matches("^%d+ GET http://127.0.0.1:2/%-/vaults HTTP/1.1 Basic dXNlcjpwYXNzL3dvcmQ=$",
      (host.get(path)).marker)
  end)

  for _, case in ipairs {
    { "no server listens", { endpoint = "http://127.0.0.1:1" }, "EndpointConnectionError", "refused" },
    { "the proxy does not listen", { proxy = "http://127.0.0.1:1" }, "ProxyConnectionError", "refused" },
    { "the service does not respond", { endpoint = "@/silent", read_timeout = "0.05" }, "ReadTimeoutError", "timeout" },
    { "the service closes the connection", { endpoint = "@/closed" }, "ConnectionClosedError", "closed" },
    { "the service closes the connection within the body", { endpoint = "@/cut" }, "ConnectionClosedError", "closed" },
    { "nginx has no DNS server", { endpoint = "http://localhost:1" }, "EndpointConnectionError",
      "the nginx directive `resolver` is missing" },
    { "lua-resty-http is not installed", { library = "missing" }, "InvalidConfigError",
      'glacier.hosts.resty_http: cannot load the module "resty.http"' },
  } do
    it(("raises %s if %s"):format(case[3], case[1]), function()
      local answer = get("/plain", case[2])
      assert.are.equal(case[3], answer.code, answer.message)
      assert.matches(case[4], answer.message, 1, true)
    end)
  end

  describe("over TLS", function()
    lazy_setup(function()
      local first = host.ask(path_of("/resolved", { endpoint = "http://localhost:1" }))
      answer_dns(dns)
      first()
    end)

    local function call(location, name, args)
      args = args or {}
      args.endpoint = "https://localhost:" .. tls.ports[name]
      return get(location, args)
    end

    it("accepts a certificate of an authority that lua_ssl_trusted_certificate names", function()
      assert.are.same({ marker = "good" }, call("/resolved/trusted", "good"))
    end)

    it("runs the tasks of glacier.all", function()
      assert.are.same({ "good", "good" }, call("/resolved/trusted", "good", { operation = "tasks" }).markers)
    end)

    it("rejects a certificate without lua_ssl_trusted_certificate, and names the directive", function()
      local answer = call("/resolved", "distrusted")
      assert.are.equal("SSLError", answer.code, answer.message)
      assert.matches("the nginx directive `lua_ssl_trusted_certificate`", answer.message, 1, true)
    end)

    it("rejects the certificate of another host", function()
      for _ = 1, 20 do -- OpenResty reports a rejected certificate in two ways, depending on the speed of the handshake
        local answer = call("/resolved/trusted", "elsewhere")
        assert.are.equal("SSLError", answer.code, answer.message)
      end
    end)

    it("accepts any certificate with the option verify = false", function()
      assert.are.same({ marker = "distrusted" }, call("/resolved", "distrusted", { verify = "no" }))
    end)
  end)
end)
