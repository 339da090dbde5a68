#include "binding/errors.h"

#include "binding/error_object.h"

/* Copies the fields of the table at index 4 into the table on top of the stack. */
static void copy_fields(lua_State *L) {
  luaL_checktype(L, 4, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, 4)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
}

/* Turns the arguments of errors.new into the error object, the only value on the stack. */
static int errors_new(lua_State *L) {
  static const char *const names[] = {"kind", "code", "message"};
  lua_settop(L, 4);
  lua_createtable(L, 0, 8);
  for (int i = 0; i < 3; i++) {
    lua_pushvalue(L, i + 1);
    lua_setfield(L, 5, names[i]);
  }
  lua_pushboolean(L, 0);
  lua_setfield(L, 5, "retryable");
  if (!lua_isnil(L, 4))
    copy_fields(L);
  lua_replace(L, 1);
  lua_settop(L, 1);
  return gl_lua_error(L);
}

static int errors_raise(lua_State *L) {
  (void)errors_new(L);
  return lua_error(L);
}

static int errors_invalid(lua_State *L) {
  lua_settop(L, 2);
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, 1);
  lua_setfield(L, 3, "operation");
  lua_pushliteral(L, "validation");
  lua_replace(L, 1);
  lua_pushliteral(L, "ParamValidationError");
  lua_insert(L, 2);
  return errors_raise(L);
}

/* Pushes the sorted lines of the list at index 2 as one string. */
static void push_lines(lua_State *L) {
  lua_getglobal(L, "table");
  lua_getfield(L, -1, "sort");
  lua_pushvalue(L, 2);
  lua_call(L, 1, 0);
  lua_getfield(L, -1, "concat");
  lua_remove(L, -2);
  lua_pushvalue(L, 2);
  lua_pushliteral(L, "\n");
  lua_call(L, 2, 1);
}

static int errors_check(lua_State *L) {
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_rawgeti(L, 2, 1);
  if (lua_isnil(L, -1))
    return 0;
  lua_pushvalue(L, 1);
  lua_pushliteral(L, ":\n");
  push_lines(L);
  lua_concat(L, 3);
  lua_replace(L, 2);
  return errors_invalid(L);
}

void gl_lua_push_errors(lua_State *L) {
  static const luaL_Reg functions[] = {{"new", errors_new},
                                       {"raise", errors_raise},
                                       {"invalid", errors_invalid},
                                       {"check", errors_check},
                                       {NULL, NULL}};
  lua_createtable(L, 0, 4);
  gl_compat_setfuncs(L, functions, 0);
}
