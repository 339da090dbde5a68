#include "binding/box.h"

#include <string.h>

static void *raise_type(lua_State *L, int index, const gl_box_class *of) {
  lua_pushfstring(L, "%s expected, got %s", of->name, luaL_typename(L, index));
  luaL_argerror(L, index, lua_tostring(L, -1));
  return NULL;
}

/* ---- metamethods ------------------------------------------------------------------------- */

/* A metamethod has two upvalues: the metatable, for gl_box_self, and the class. */

/* A script may call this with any value, so gl_box_self checks that it is a box. */
static int box_gc(lua_State *L) {
  const gl_box_class *of = lua_touserdata(L, lua_upvalueindex(2));
  gl_box_self(L, of);
  gl_box_clear(L, 1, of);
  return 0;
}

static int box_tostring(lua_State *L) {
  const gl_box_class *of = lua_touserdata(L, lua_upvalueindex(2));
  lua_pushfstring(L, "%s (%p)", of->name, lua_topointer(L, 1));
  return 1;
}

/* ---- registering ------------------------------------------------------------------------- */

/* Pushes the metatable if the class exists in this state, otherwise nil.  Raises an error for
 * another version. */
static void push_existing(lua_State *L, const gl_box_class *of) {
  lua_pushstring(L, of->name);
  lua_rawget(L, LUA_REGISTRYINDEX);
  if (lua_isnil(L, -1))
    return;
  lua_getfield(L, -1, "version");
  const char *version = lua_tostring(L, -1);
  if (!version || strcmp(version, GL_VERSION))
    luaL_error(L, "glacier " GL_VERSION " cannot share this Lua state with another version");
  lua_pop(L, 1);
}

static void set_metamethods(lua_State *L, const gl_box_class *of) {
  static const luaL_Reg metamethods[] = {
      {"__gc", box_gc}, {"__tostring", box_tostring}, {NULL, NULL}};
  static const luaL_Reg close[] = {{"__close", box_gc}, {NULL, NULL}};
  lua_pushvalue(L, -1);
  lua_pushlightuserdata(L, (void *)of);
  gl_compat_setfuncs(L, metamethods, 2);
  if (of->closes) {
    lua_pushvalue(L, -1);
    lua_pushlightuserdata(L, (void *)of);
    gl_compat_setfuncs(L, close, 2);
  }
  lua_pushstring(L, of->name);
  lua_setfield(L, -2, "__name");
  lua_pushliteral(L, GL_VERSION);
  lua_setfield(L, -2, "version");
  lua_pushboolean(L, 0); /* hides __gc from scripts, which could free what other objects borrow */
  lua_setfield(L, -2, "__metatable");
}

static int count_of(const luaL_Reg *methods) {
  int count = 0;
  while (methods[count].name)
    count++;
  return count;
}

/* Pushes a new metatable and stores it under the name of the class. */
static void push_new(lua_State *L, const gl_box_class *of) {
  lua_createtable(L, 0, 7);
  set_metamethods(L, of);
  lua_createtable(L, 0, count_of(of->methods));
  lua_pushvalue(L, -2); /* the upvalue of each method, for gl_box_self */
  gl_compat_setfuncs(L, of->methods, 1);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, of->name);
  lua_pushvalue(L, -2);
  lua_rawset(L, LUA_REGISTRYINDEX);
}

/* The metatable is also stored under the address of the class, because it is found faster there. */
void gl_box_register(lua_State *L, const gl_box_class *of) {
  lua_pushlightuserdata(L, (void *)of);
  push_existing(L, of);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    push_new(L, of);
  }
  lua_rawset(L, LUA_REGISTRYINDEX);
}

/* ---- boxes ------------------------------------------------------------------------------- */

void *gl_box_new(lua_State *L, const gl_box_class *of) {
  void *value = gl_compat_newuserdata(L, of->size);
  memset(value, 0, of->size);
  gl_compat_registered(L, of);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    gl_box_register(L, of);
    gl_compat_registered(L, of);
  }
  lua_setmetatable(L, -2);
  return value;
}

void *gl_box_check(lua_State *L, int index, const gl_box_class *of) {
  void *value = lua_touserdata(L, index);
  if (!value || !lua_getmetatable(L, index))
    return raise_type(L, index, of);
  gl_compat_registered(L, of);
  int same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same ? value : raise_type(L, index, of);
}

void *gl_box_self(lua_State *L, const gl_box_class *of) {
  void *value = lua_touserdata(L, 1);
  if (!value || !lua_getmetatable(L, 1))
    return raise_type(L, 1, of);
  int same = lua_rawequal(L, -1, lua_upvalueindex(1));
  lua_pop(L, 1);
  return same ? value : raise_type(L, 1, of);
}

void gl_box_clear(lua_State *L, int index, const gl_box_class *of) {
  void *value = lua_touserdata(L, index);
  of->clear(value);
  memset(value, 0, of->size);
}

/* ---- buffers ----------------------------------------------------------------------------- */

static void clear_buf(void *value) {
  gl_buf_clear(value);
}

static const luaL_Reg no_methods[] = {{NULL, NULL}};

const gl_box_class gl_buf_box = {"glacier.buffer", sizeof(gl_buf), clear_buf, no_methods, 0};

gl_buf *gl_box_new_buf(lua_State *L) {
  return gl_box_new(L, &gl_buf_box);
}
