/* Lua states that can load the modules of this checkout, for tests.  The working directory must be
 * the root of the checkout. */
#ifndef GL_SPEC_LUA_STATE_H
#define GL_SPEC_LUA_STATE_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

int luaopen_glacier_core(lua_State *L);
int luaopen_glacier_curl(lua_State *L);

/* Runs a script.  The top `arguments` values of the stack are its arguments; its result replaces
 * them.  Ends the process if the script raises an error. */
static inline void lua_state_run(lua_State *L, const char *script, int arguments) {
  if (luaL_loadstring(L, script) == LUA_OK) {
    lua_insert(L, -arguments - 1);
    if (lua_pcall(L, arguments, 1, 0) == LUA_OK)
      return;
  }
  fprintf(stderr, "%s\n", luaL_tolstring(L, -1, NULL));
  abort();
}

static inline lua_State *lua_state_new(void) {
  lua_State *L = luaL_newstate();
  if (!L)
    abort();
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_glacier_core);
  lua_setfield(L, -2, "glacier.core");
  lua_pushcfunction(L, luaopen_glacier_curl);
  lua_setfield(L, -2, "glacier.curl");
  lua_settop(L, 0);
  lua_state_run(L, "package.path = 'lua/?.lua;lua/?/init.lua;./?.lua;' .. package.path", 0);
  return L;
}

/* A script that returns a client of the server at `url`.  The client ignores the environment. */
static const char lua_state_client[] =
    "local url, options = ...\n"
    "local given = {\n"
    "  region = 'us-east-1', endpoint_url = url, max_attempts = 1,\n"
    "  credentials = { access_key_id = 'AKID', secret_access_key = 'SECRET' },\n"
    "  env = {},\n"
    "}\n"
    "for name, value in pairs(options or {}) do given[name] = value end\n"
    "return require('glacier').client(given)\n";

#endif
