#include "binding/system.h"

#include "binding/error_object.h"
#include "core/clock.h"
#include "core/digest.h"
#include "core/identifier.h"

int gl_lua_time(lua_State *L) {
  lua_pushnumber(L, gl_clock_realtime());
  return 1;
}

int gl_lua_monotonic(lua_State *L) {
  lua_pushnumber(L, gl_clock_monotonic());
  return 1;
}

int gl_lua_sleep(lua_State *L) {
  gl_clock_sleep(luaL_checknumber(L, 1));
  return 0;
}

static void random_bytes(lua_State *L, unsigned char *out, size_t length) {
  gl_error error;
  if (gl_random(out, length, &error))
    gl_raise(L, &error, NULL);
}

int gl_lua_random(lua_State *L) {
  unsigned char bytes[4];
  random_bytes(L, bytes, sizeof bytes);
  uint32_t value = 0;
  for (size_t i = 0; i < sizeof bytes; i++)
    value = value << 8 | bytes[i];
  lua_pushnumber(L, value / 4294967296.0);
  return 1;
}

static const luaL_Reg no_methods[] = {{NULL, NULL}};

static void clear_identifiers(void *value) {
  (void)value;
}

const gl_box_class gl_identifiers_box = {"glacier.identifiers", sizeof(gl_identifiers),
                                         clear_identifiers, no_methods, 0};

int gl_lua_uuid(lua_State *L) {
  char text[GL_UUID_LENGTH + 1];
  gl_error error;
  if (gl_identifier_uuid(lua_touserdata(L, lua_upvalueindex(1)), text, &error))
    return gl_raise(L, &error, NULL);
  lua_pushlstring(L, text, GL_UUID_LENGTH);
  return 1;
}
