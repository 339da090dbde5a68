#include "binding/operation.h"

void gl_lua_push_operations(lua_State *L) {
  lua_createtable(L, 0, 2 * (int)gl_operations_count);
  for (size_t i = 0; i < gl_operations_count; i++) {
    lua_pushlightuserdata(L, (void *)&gl_operations[i]);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, gl_operations[i].name);
    lua_setfield(L, -2, gl_operations[i].method_name);
  }
}

const gl_operation *gl_lua_check_operation(lua_State *L) {
  luaL_checktype(L, 1, LUA_TSTRING);
  lua_pushvalue(L, 1);
  lua_rawget(L, lua_upvalueindex(1));
  const gl_operation *operation = lua_touserdata(L, -1);
  luaL_argcheck(L, operation != NULL, 1, "unknown operation");
  lua_pop(L, 1);
  return operation;
}
