#include "binding/unmarshal_json.h"

#include "binding/error_object.h"
#include "core/json_prepare.h"

/* An error that does not come from the decoder is raised again, because the text may be valid JSON.
 * Such an error means that memory ran out or, in Lua 5.2 and 5.3, that a finalizer failed. */
void gl_json_push(lua_State *L, const char *text, size_t length, int decode) {
  char *prepared = gl_compat_newuserdata(L, GL_JSON_PREPARED_MAX(length));
  size_t size = gl_json_prepare(text, length, prepared);
  lua_pushvalue(L, decode);
  lua_pushlstring(L, prepared, size);
  int status = lua_pcall(L, 1, 1, 0);
  if (status && status != LUA_ERRRUN)
    lua_error(L);
  if (status)
    lua_pushnil(L), lua_remove(L, -2);
  lua_remove(L, -2);
}

int gl_json_is_number(lua_State *L, int index) {
  return lua_type(L, index) == LUA_TSTRING && *lua_tostring(L, index) == GL_JSON_NUMBER_MARK;
}

static void push_number(lua_State *L, const char *text) {
  int64_t integer;
  double number;
  if (gl_json_to_integer(text, &integer)) {
    gl_compat_pushint64(L, integer);
    return;
  }
  if (gl_json_to_double(text, &number))
    gl_raise_memory(L);
  lua_pushnumber(L, number);
}

void gl_json_push_value(lua_State *L, int index) {
  int64_t integer;
  if (gl_json_is_number(L, index))
    push_number(L, lua_tostring(L, index) + 1);
  else if (lua_type(L, index) == LUA_TNUMBER && gl_compat_toint64(L, index, &integer))
    gl_compat_pushint64(L, integer); /* lua-cjson 2.1.0 returns 5.0 for 5 */
  else
    lua_pushvalue(L, index);
}

/* Corrects the numbers of the table on top, and of the tables in it. */
static void correct_numbers(lua_State *L) {
  luaL_checkstack(L, 8, "JSON nested too deeply");
  int table = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, table)) {
    if (lua_istable(L, -1)) {
      correct_numbers(L);
    } else if (lua_type(L, -1) == LUA_TNUMBER || gl_json_is_number(L, -1)) {
      lua_pushvalue(L, -2);
      gl_json_push_value(L, table + 2);
      lua_rawset(L, table);
    }
    lua_pop(L, 1);
  }
}

int gl_lua_decode(lua_State *L) {
  size_t length;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checktype(L, 2, LUA_TSTRING);
  const char *text = lua_tolstring(L, 2, &length);
  lua_settop(L, 2);
  gl_json_push(L, text, length, 1);
  if (lua_istable(L, -1))
    correct_numbers(L);
  else
    gl_json_push_value(L, lua_gettop(L));
  return 1;
}
