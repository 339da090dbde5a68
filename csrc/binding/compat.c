#include "binding/compat.h"

#include <lualib.h>

int gl_compat_absindex(lua_State *L, int index) {
  return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(L) + index + 1;
}

void gl_compat_setfuncs(lua_State *L, const luaL_Reg *functions, int upvalues) {
  luaL_checkstack(L, upvalues + 1, "too many upvalues");
  for (; functions->name; functions++) {
    for (int i = 0; i < upvalues; i++)
      lua_pushvalue(L, -upvalues);
    lua_pushcclosure(L, functions->func, upvalues);
    lua_setfield(L, -(upvalues + 2), functions->name);
  }
  lua_pop(L, upvalues);
}

void gl_compat_registered(lua_State *L, const void *key) {
#if LUA_VERSION_NUM < 502
  lua_pushlightuserdata(L, (void *)key);
  lua_rawget(L, LUA_REGISTRYINDEX);
#else
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
#endif
}

/* ---- userdata ---------------------------------------------------------------------------- */

#if LUA_VERSION_NUM >= 504

void *gl_compat_newuserdata(lua_State *L, size_t size) {
  return lua_newuserdatauv(L, size, 1);
}

void gl_compat_set_anchor(lua_State *L, int index) {
  lua_setiuservalue(L, index, 1);
}

#else

void *gl_compat_newuserdata(lua_State *L, size_t size) {
  return lua_newuserdata(L, size);
}

/* Lua 5.1 and 5.2 accept only a table as the anchor. */
void gl_compat_set_anchor(lua_State *L, int index) {
#if LUA_VERSION_NUM < 503
  lua_createtable(L, 1, 0);
  lua_insert(L, -2);
  lua_rawseti(L, -2, 1);
#endif
#if LUA_VERSION_NUM < 502
  lua_setfenv(L, index);
#else
  lua_setuservalue(L, index);
#endif
}

#endif

/* ---- integers ---------------------------------------------------------------------------- */

#if LUA_VERSION_NUM < 503

int gl_compat_toint64(lua_State *L, int index, int64_t *out) {
  lua_Number value = lua_tonumber(L, index);
  /* 2^63 is out of range.  Every comparison with a NaN is false. */
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0))
    return 0;
  *out = (int64_t)value;
  return (lua_Number)*out == value;
}

void gl_compat_pushint64(lua_State *L, int64_t value) {
  lua_pushnumber(L, (lua_Number)value);
}

#else

int gl_compat_toint64(lua_State *L, int index, int64_t *out) {
  int is_integer;
  *out = lua_tointegerx(L, index, &is_integer);
  return is_integer;
}

void gl_compat_pushint64(lua_State *L, int64_t value) {
  lua_pushinteger(L, value);
}

#endif

#if LUA_VERSION_NUM < 502

FILE *gl_compat_checkfile(lua_State *L, int index) {
  return *(FILE **)luaL_checkudata(L, index, LUA_FILEHANDLE);
}

#else

FILE *gl_compat_checkfile(lua_State *L, int index) {
  luaL_Stream *stream = luaL_checkudata(L, index, LUA_FILEHANDLE);
  return stream->closef ? stream->f : NULL;
}

#endif
