#include "binding/operation.h"

#include <string.h>

/* Returns whether the first argument, a string that may contain a NUL, is this name. */
static int is_name(lua_State *L, const char *name) {
  size_t length;
  const char *text = lua_tolstring(L, 1, &length);
  return strlen(name) == length && memcmp(text, name, length) == 0;
}

/* Searches the operation that the first argument names, and pushes it or nil.  Stores it in the
 * first upvalue, so that the search is not repeated. */
static void push_operation(lua_State *L) {
  for (size_t i = 0; i < gl_operations_count; i++) {
    const gl_operation *operation = &gl_operations[i];
    if (!is_name(L, operation->name) && !is_name(L, operation->method_name))
      continue;
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, (void *)operation);
    lua_rawset(L, lua_upvalueindex(1));
    lua_pushlightuserdata(L, (void *)operation);
    return;
  }
  lua_pushnil(L);
}

const gl_operation *gl_lua_check_operation(lua_State *L) {
  luaL_checktype(L, 1, LUA_TSTRING);
  lua_pushvalue(L, 1);
  lua_rawget(L, lua_upvalueindex(1));
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    push_operation(L);
  }
  const gl_operation *operation = lua_touserdata(L, -1);
  luaL_argcheck(L, operation != NULL, 1, "unknown operation");
  lua_pop(L, 1);
  return operation;
}

int gl_lua_operation(lua_State *L) {
  if (lua_type(L, 1) != LUA_TSTRING)
    return 0;
  for (size_t i = 0; i < gl_operations_count; i++) {
    if (is_name(L, gl_operations[i].method_name)) {
      lua_pushstring(L, gl_operations[i].name);
      return 1;
    }
  }
  return 0;
}

int gl_lua_operations(lua_State *L) {
  lua_createtable(L, 0, (int)gl_operations_count);
  for (size_t i = 0; i < gl_operations_count; i++) {
    lua_pushstring(L, gl_operations[i].name);
    lua_setfield(L, -2, gl_operations[i].method_name);
  }
  return 1;
}

int gl_lua_exceptions(lua_State *L) {
  lua_createtable(L, (int)gl_exceptions_count, 0);
  for (size_t i = 0; i < gl_exceptions_count; i++) {
    lua_pushstring(L, gl_exceptions[i]);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}
