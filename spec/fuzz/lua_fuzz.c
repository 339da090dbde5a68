/* Targets written in Lua: spec/fuzz/lua/NAME.lua returns function(text), which raises if a property
 * does not hold.  FUZZ_TARGET is the name. */
#include "fuzz.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

int luaopen_glacier_core(lua_State *L);
int luaopen_glacier_curl(lua_State *L);

/* libFuzzer cannot see the branches of Lua code.  So a hook counts the executed lines in a section
 * of counters that libFuzzer reads. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t lines_run[1 << 16];

static void count_line(lua_State *L, lua_Debug *event) {
  lua_getinfo(L, "S", event);
  uint32_t hash = (uint32_t)event->currentline * 2654435761u;
  for (const char *name = event->short_src; *name; name++)
    hash = (hash ^ (uint8_t)*name) * 16777619u;
  lines_run[hash >> 16]++;
}

static lua_State *open_state(void) {
  static const char paths[] = "package.path = 'lua/?.lua;lua/?/init.lua;./?.lua;' .. package.path";
  const char *target = getenv("FUZZ_TARGET");
  lua_State *L = luaL_newstate();
  CHECK(L != NULL && target != NULL);
  luaL_openlibs(L);
  CHECK(luaL_dostring(L, paths) == 0);
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_glacier_core);
  lua_setfield(L, -2, "glacier.core");
  lua_pushcfunction(L, luaopen_glacier_curl);
  lua_setfield(L, -2, "glacier.curl");
  lua_settop(L, 0);
  lua_pushfstring(L, "spec/fuzz/lua/%s.lua", target);
  if (luaL_dofile(L, lua_tostring(L, 1))) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    abort();
  }
  lua_replace(L, 1);
  lua_sethook(L, count_line, LUA_MASKLINE, 0);
  return L;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static lua_State *L;
  if (!L)
    L = open_state();
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  lua_pushlstring(L, (const char *)data, size);
  if (lua_pcall(L, 1, 0, 0)) {
    fprintf(stderr, "%s\n", luaL_tolstring(L, -1, NULL));
    abort();
  }
  return 0;
}
