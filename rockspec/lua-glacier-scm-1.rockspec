package = "lua-glacier"
version = "scm-1"
source = {
  url = "git+https://github.com/lua-glacier/lua-glacier.git",
}
description = {
  summary = "Amazon S3 Glacier (the vault service) for Lua",
  detailed = [[
A client for Amazon Glacier's own API, 2012-06-01: a C core that signs and sends (OpenSSL, libcurl),
and a thin Lua layer over it. For Lua 5.4 and LuaJIT.]],
  homepage = "https://github.com/lua-glacier/lua-glacier",
  license = "MIT",
}
dependencies = {
  "lua >= 5.1",
  "lua-cjson >= 2.1.0",
}
external_dependencies = {
  -- No header is named: Debian keeps it in a folder of the architecture, which gcc knows and LuaRocks does not.
  CURL = { library = "curl" },
  CRYPTO = { header = "openssl/evp.h", library = "crypto" },
}
build = {
  type = "builtin",
  modules = {
    ["glacier.core"] = {
      sources = {
        "csrc/binding/box.c",
        "csrc/binding/check.c",
        "csrc/binding/compat.c",
        "csrc/binding/marshal.c",
        "csrc/binding/module.c",
        "csrc/binding/push.c",
        "csrc/binding/raise.c",
        "csrc/binding/request.c",
        "csrc/binding/response.c",
        "csrc/binding/system.c",
        "csrc/binding/transfer.c",
        "csrc/core/buf.c",
        "csrc/core/clock.c",
        "csrc/core/digest.c",
        "csrc/core/endpoint.c",
        "csrc/core/error.c",
        "csrc/core/header.c",
        "csrc/core/json.c",
        "csrc/core/mem.c",
        "csrc/core/model.c",
        "csrc/core/request.c",
        "csrc/core/response.c",
        "csrc/core/sigv4.c",
        "csrc/core/transport.c",
        "csrc/core/transport_curl_drive.c",
        "csrc/core/transport_curl_error.c",
        "csrc/core/transport_curl_options.c",
        "csrc/core/uri.c",
      },
      incdirs = { "csrc", "$(CURL_INCDIR)", "$(CRYPTO_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)", "$(CRYPTO_LIBDIR)" },
      libraries = { "curl", "crypto", "pthread" },
    },
    ["glacier.adaptive"] = "lua/glacier/adaptive.lua",
    ["glacier.call"] = "lua/glacier/call.lua",
    ["glacier.client"] = "lua/glacier/client.lua",
    ["glacier.config"] = "lua/glacier/config.lua",
    ["glacier.credentials.environment"] = "lua/glacier/credentials/environment.lua",
    ["glacier.credentials"] = "lua/glacier/credentials/init.lua",
    ["glacier.date"] = "lua/glacier/date.lua",
    ["glacier.fail"] = "lua/glacier/fail.lua",
    ["glacier.ini"] = "lua/glacier/ini.lua",
    glacier = "lua/glacier/init.lua",
    ["glacier.options"] = "lua/glacier/options.lua",
    ["glacier.profile"] = "lua/glacier/profile.lua",
    ["glacier.retry"] = "lua/glacier/retry.lua",
    ["glacier.send"] = "lua/glacier/send.lua",
    ["glacier.version"] = "lua/glacier/version.lua",
    ["glacier.wait"] = "lua/glacier/wait.lua",
  },
}
