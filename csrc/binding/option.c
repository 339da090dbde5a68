#include "binding/option.h"

#include "binding/error_object.h"

#include <string.h>

const char *gl_check_string(lua_State *L, int argument) {
  size_t length;
  const char *text = luaL_checklstring(L, argument, &length);
  luaL_argcheck(L, strlen(text) == length, argument, "contains a NUL byte");
  return text;
}

static void raise_invalid(lua_State *L, const char *name, const char *why) {
  gl_error error;
  gl_error_set(&error, GL_CONFIG, "InvalidConfigError", "%s %s", name, why);
  gl_raise(L, &error, NULL);
}

const char *gl_option_bytes(lua_State *L, const char *name, size_t *length) {
  lua_getfield(L, 1, name);
  *length = 0;
  if (lua_isnil(L, -1))
    return NULL;
  if (lua_type(L, -1) != LUA_TSTRING)
    raise_invalid(L, name, "must be a string");
  return lua_tolstring(L, -1, length);
}

const char *gl_option_string(lua_State *L, const char *name, size_t *length) {
  size_t size;
  const char *value = gl_option_bytes(L, name, &size);
  if (value && strlen(value) != size)
    raise_invalid(L, name, "must not contain a NUL byte");
  if (length)
    *length = size;
  return value;
}

int gl_option_flag(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  return lua_toboolean(L, -1);
}
