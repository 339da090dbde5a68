#include "binding/box.h"

#include <string.h>

static void push_metatable(lua_State *L, const gl_box_class *of) {
  lua_pushlightuserdata(L, (void *)of);
  lua_rawget(L, LUA_REGISTRYINDEX);
}

/* Whatever a script passes to a __gc that it took from the metatable, only a box is cleared. */
static int box_gc(lua_State *L) {
  const gl_box_class *of = lua_touserdata(L, lua_upvalueindex(1));
  gl_box_check(L, 1, of);
  gl_box_clear(L, 1, of);
  return 0;
}

static int box_tostring(lua_State *L) {
  const gl_box_class *of = lua_touserdata(L, lua_upvalueindex(1));
  lua_pushfstring(L, "%s (%p)", of->name, lua_topointer(L, 1));
  return 1;
}

void gl_box_register(lua_State *L, const gl_box_class *of) {
  static const luaL_Reg metamethods[] = {
      {"__gc", box_gc}, {"__tostring", box_tostring}, {NULL, NULL}};
  static const luaL_Reg close[] = {{"__close", box_gc}, {NULL, NULL}};
  push_metatable(L, of);
  int known = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (known)
    return;
  lua_pushlightuserdata(L, (void *)of);
  lua_newtable(L);
  lua_pushlightuserdata(L, (void *)of);
  gl_compat_setfuncs(L, metamethods, 1);
  lua_pushlightuserdata(L, (void *)of);
  if (of->closes)
    gl_compat_setfuncs(L, close, 1);
  else
    lua_pop(L, 1);
  lua_pushstring(L, of->name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0); /* a script that took __gc from here could free what is lent */
  lua_setfield(L, -2, "__metatable");
  lua_newtable(L);
  gl_compat_setfuncs(L, of->methods, 0);
  lua_setfield(L, -2, "__index");
  lua_rawset(L, LUA_REGISTRYINDEX);
}

void *gl_box_new(lua_State *L, const gl_box_class *of) {
  void *value = lua_newuserdata(L, of->size);
  memset(value, 0, of->size);
  push_metatable(L, of);
  lua_setmetatable(L, -2);
  return value;
}

void *gl_box_check(lua_State *L, int index, const gl_box_class *of) {
  void *value = lua_touserdata(L, index);
  if (value && lua_getmetatable(L, index)) {
    push_metatable(L, of);
    int same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    if (same)
      return value;
  }
  lua_pushfstring(L, "%s expected, got %s", of->name, luaL_typename(L, index));
  luaL_argerror(L, index, lua_tostring(L, -1));
  return NULL;
}

void gl_box_clear(lua_State *L, int index, const gl_box_class *of) {
  void *value = lua_touserdata(L, index);
  of->clear(value);
  memset(value, 0, of->size);
}

static void clear_buf(void *value) {
  gl_buf_clear(value);
}

static const luaL_Reg no_methods[] = {{NULL, NULL}};

const gl_box_class gl_buf_box = {"glacier.buffer", sizeof(gl_buf), clear_buf, no_methods, 0};

gl_buf *gl_box_new_buf(lua_State *L) {
  return gl_box_new(L, &gl_buf_box);
}
